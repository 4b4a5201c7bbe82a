"""How we speak to people, and what we know of the things that we speak of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from opsmon.model.device import Inventory
from opsmon.model.name import DeviceName, SiteName
from opsmon.state.condition.rules import Rulebook
from opsmon.state.plan import Limits
from opsmon.text.bilingual import Text

UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class RenderContext:
    """Language of the sentences (`zh` or `en`), zone of the times in them, and where our console is.

    `rulebook` and `limits` have the words for conditions; `sites` and `titles` are what people call sites and devices;
    `behind` counts the devices that cannot be reached without a device. `shifts` are what people call a shift of a
    rota, `tasks` an obligation of a contract, both by the two names. `journal_head` is what this one message has to
    carry, for a receiver that keeps messages: number and hash of the journal's last entry.
    """

    language: str = "en"
    timezone: ZoneInfo = UTC_ZONE
    console_url: str = ""
    rulebook: Rulebook = field(default_factory=Rulebook)
    limits: Limits = field(default_factory=dict)
    sites: Mapping[SiteName, str] = field(default_factory=dict)
    titles: Mapping[DeviceName, str] = field(default_factory=dict)
    behind: Mapping[DeviceName, int] = field(default_factory=dict)
    shifts: Mapping[tuple[str, str], Text] = field(default_factory=dict)
    tasks: Mapping[tuple[str, str], Text] = field(default_factory=dict)
    journal_head: str = ""


def titles_of(inventory: Inventory) -> Mapping[SiteName, str]:
    """What people call the sites that have a title."""
    return {name: site.title for name, site in inventory.sites.items() if site.title}


def device_titles_of(inventory: Inventory) -> Mapping[DeviceName, str]:
    """What people call the devices that have a title."""
    return {name: device.title for name, device in inventory.devices.items() if device.title}


def count_behind(inventory: Inventory) -> Mapping[DeviceName, int]:
    """How many devices are cut off when one fails: those whose every way leads through it."""
    children: dict[DeviceName, list[DeviceName]] = {}
    for device in inventory.devices.values():
        for parent in device.parents:
            children.setdefault(parent, []).append(device.name)
    return {name: _count_cut_off(name, children, inventory) for name in children if name in inventory.devices}


def _count_cut_off(root: DeviceName, children: Mapping[DeviceName, list[DeviceName]], inventory: Inventory) -> int:
    cut_off, look_at = {root}, [root]
    while look_at:
        for child in children.get(look_at.pop(), ()):
            if child not in cut_off and cut_off.issuperset(inventory.devices[child].parents):
                cut_off.add(child)
                look_at.append(child)
    return len(cut_off) - 1
