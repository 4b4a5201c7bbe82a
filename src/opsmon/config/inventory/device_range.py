"""`ranges:`: one entry that stands for many devices with consecutive numbers and addresses."""

import ipaddress
import re
from collections.abc import Iterator
from typing import NamedTuple

from opsmon.config.inventory.address import IPNetwork, is_host_name, never_a_device
from opsmon.config.inventory.inventory_spec import MAX_DEVICES, MAX_DEVICES_IN_RANGE, RangeSpec, is_name
from opsmon.config.yaml.mistake import Mistake
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import shown

TOO_MANY = Sentence(f"one root holds at most {MAX_DEVICES} devices", f"一个目录最多 {MAX_DEVICES} 台设备")
_NUMBER = re.compile(r"\{n(?::0?([1-9]\d?))?\}", re.ASCII)
_NAME_HINT = Sentence("letters, digits, `.`, `_` and `-`", "字母、数字、`.`、`_` 和 `-`")
_PATTERN_HINT = Sentence(
    "`{n}` is the number, `{n:03}` the number with three digits", "`{n}` 是编号，`{n:03}` 是三位编号"
)


class Member(NamedTuple):
    """What is a range's device's own."""

    name: str
    address: str
    title: str
    formerly: tuple[str, ...] = ()


def range_mistake(spec: RangeSpec, room: int = MAX_DEVICES) -> Mistake | None:
    """What is wrong with a range that each of its fields does not show alone; steps from the range.

    `room` is how many devices may still be added.
    """
    if spec.count > MAX_DEVICES_IN_RANGE:
        hint = f"{spec.count} asked for; split it, and check the number"
        return Mistake(
            ("count",),
            Sentence(
                f"a range has at most {MAX_DEVICES_IN_RANGE} devices", f"一个范围最多 {MAX_DEVICES_IN_RANGE} 台设备"
            ),
            hint,
        )
    if spec.count > room:
        return Mistake(("count",), TOO_MANY, Sentence("several roots, or shorter ranges", "请分成多个目录，或缩短范围"))
    return _pattern_mistake(spec) or _address_mistake(spec)


def _pattern_mistake(spec: RangeSpec) -> Mistake | None:
    for key, pattern in (("name", spec.name), ("title", spec.title or ""), ("address", spec.address)):
        if re.search(r"[{}]", _NUMBER.sub("", pattern)):
            return Mistake(
                (key,),
                Sentence(f"{shown(pattern)} has braces that are no number", f"{shown(pattern)} 的花括号里不是编号"),
                _PATTERN_HINT,
            )
    if spec.count > 1 and not _NUMBER.search(spec.name):
        return Mistake(
            ("name",),
            Sentence("every device would have one name: the number is missing", "所有设备会同名：缺少编号"),
            _PATTERN_HINT,
        )
    if not is_name(fill(spec.name, spec.first)):
        return Mistake(
            ("name",),
            Sentence(f"{shown(spec.name)} does not make a name", f"{shown(spec.name)} 不能构成名称"),
            _NAME_HINT,
        )
    return next(_former_mistakes(spec), None)


def _former_mistakes(spec: RangeSpec) -> Iterator[Mistake]:
    for index, pattern in enumerate(spec.formerly or ()):
        if not is_name(fill(pattern, spec.first)):
            yield Mistake(
                ("formerly", index),
                Sentence(f"{shown(pattern)} does not make a name", f"{shown(pattern)} 不能构成名称"),
                _NAME_HINT,
            )
        elif spec.count > 1 and not _NUMBER.search(pattern):
            yield Mistake(
                ("formerly", index),
                Sentence("every device would have had one name", "所有设备会有同一个曾用名"),
                _PATTERN_HINT,
            )


def _address_mistake(spec: RangeSpec) -> Mistake | None:
    if "/" not in spec.address:
        return _host_pattern_mistake(spec)
    try:
        network = ipaddress.ip_network(spec.address)
    except ValueError:
        return Mistake(
            ("address",),
            Sentence(f"{shown(spec.address)} is no network", f"{shown(spec.address)} 不是网段"),
            _network_hint(spec.address),
        )
    if reason := _never_devices(network, spec):
        return Mistake(
            ("address",),
            Sentence(f"{shown(spec.address)} holds no devices' addresses", f"{shown(spec.address)} 中没有设备地址"),
            reason,
        )
    lowest, highest = _hosts(network)
    last = spec.first + spec.count - 1
    if spec.first < lowest or last > highest:
        hint = f"{network} has hosts {lowest} to {highest}"
        return Mistake(
            ("count",),
            Sentence(
                f"the range runs from host {spec.first} to host {last}", f"范围从第 {spec.first} 到第 {last} 个主机"
            ),
            hint,
        )
    return None


def _never_devices(network: IPNetwork, spec: RangeSpec) -> str:
    """Why the first or the last address of a range can be no device's."""
    ends = (spec.first, min(spec.first + spec.count, network.num_addresses) - 1)
    hosts = [str(network.network_address + host) for host in ends if host < network.num_addresses]
    return next(filter(None, map(never_a_device, hosts)), "")


def _host_pattern_mistake(spec: RangeSpec) -> Mistake | None:
    if not _NUMBER.search(spec.address):
        hint = "a network such as `10.1.2.0/24`, or a host name with `{n}`"
        return Mistake(
            ("address",),
            Sentence(
                f"{shown(spec.address)} is one address for many devices",
                f"{shown(spec.address)} 是一个地址，却对应多台设备",
            ),
            hint,
        )
    if not is_host_name(fill(spec.address, spec.first)):
        return Mistake(
            ("address",), Sentence(f"{shown(spec.address)} makes no host name", f"{shown(spec.address)} 不能构成主机名")
        )
    return None


def _network_hint(text: str) -> str:
    try:
        return f"did you mean `{ipaddress.ip_network(text, strict=False)}`?"
    except ValueError:
        return "such as `10.1.2.0/24`"


def _hosts(network: IPNetwork) -> tuple[int, int]:
    """The lowest and the highest host number that a device may have."""
    if network.version == 4 and network.prefixlen < 31:
        return 1, network.num_addresses - 2
    return 0, network.num_addresses - 1


def fill(pattern: str, number: int) -> str:
    """The pattern with its number in it."""
    return _NUMBER.sub(lambda match: str(number).zfill(int(match[1] or 0)), pattern)


def members(spec: RangeSpec, title: str) -> Iterator[Member]:
    """Every device of a range that has no mistake; `title` is the merged one, a pattern too."""
    network = ipaddress.ip_network(spec.address) if "/" in spec.address else None
    shift = 0 if spec.number is None else spec.number - spec.first
    for host in range(spec.first, spec.first + spec.count):
        number = host + shift
        address = str(network.network_address + host) if network else fill(spec.address, number)
        formerly = tuple(fill(pattern, number) for pattern in spec.formerly or ())
        yield Member(fill(spec.name, number), address, fill(title, number), formerly)
