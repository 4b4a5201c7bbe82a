"""`formerly:`: the names that a device had before. Each belongs to one device, and to none that is still there.

A name that a device has now and another one had before would make the past of one the past of the other, and nothing
in the files says which of it came before the change. So two devices that trade their names do so in two steps.
"""

from collections.abc import Mapping

from opsmon.config.inventory.site_file import PlacedDevice
from opsmon.config.yaml.mistake import Mistake
from opsmon.config.yaml.problem import Problems
from opsmon.model.name import DeviceName
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import shown


def check_former_names(placed: Mapping[DeviceName, PlacedDevice], problems: Problems) -> None:
    """Add every former name that does not belong to its device alone."""
    first: dict[DeviceName, PlacedDevice] = {}
    for found in placed.values():
        for index, old in enumerate(found.device.formerly):
            other = first.setdefault(old, found)
            mistake = _mistake(found, other, placed.get(old), old)
            if mistake:
                found.origin.add(problems, mistake._replace(steps=("formerly", index)))


def _mistake(found: PlacedDevice, other: PlacedDevice, present: PlacedDevice | None, old: DeviceName) -> Mistake | None:
    name = shown(found.device.name)
    if old == found.device.name:
        return Mistake(
            (),
            Sentence(f"{name} is its own former name", f"{name} 的曾用名就是它自己"),
            Sentence("only names that it has no more", "只写已不再使用的名称"),
        )
    if present is not None:
        told = f"{shown(old)} is the name of a device that is there"
        return Mistake(
            (),
            told,
            Sentence(
                f"at {present.origin.where}; to trade names give one of them another name for a while",
                f"见 {present.origin.where}；要互换名称，请先让其中一台暂用别名",
            ),
        )
    if other is not found:
        told = f"{shown(old)} is the former name of {shown(other.device.name)}"
        return Mistake((), told, Sentence(f"at {other.origin.where}", f"见 {other.origin.where}"))
    return None
