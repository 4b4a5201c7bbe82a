"""`ranges:`: one entry that stands for many devices with consecutive numbers and addresses."""

import ipaddress
import re
from collections.abc import Iterator
from typing import NamedTuple

from opsmon.config.inventory.address import IPNetwork, is_host_name, never_a_device
from opsmon.config.inventory.inventory_spec import MAX_DEVICES, MAX_DEVICES_IN_RANGE, RangeSpec, is_name
from opsmon.config.yaml.mistake import Mistake
from opsmon.text.near_miss import shown

TOO_MANY = f"one root holds at most {MAX_DEVICES} devices"
_NUMBER = re.compile(r"\{n(?::0?([1-9]\d?))?\}", re.ASCII)
_NAME_HINT = "letters, digits, `.`, `_` and `-`"
_PATTERN_HINT = "`{n}` is the number, `{n:03}` the number with three digits"


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
        return Mistake(("count",), f"a range has at most {MAX_DEVICES_IN_RANGE} devices", hint)
    if spec.count > room:
        return Mistake(("count",), TOO_MANY, "several roots, or shorter ranges")
    return _pattern_mistake(spec) or _address_mistake(spec)


def _pattern_mistake(spec: RangeSpec) -> Mistake | None:
    for key, pattern in (("name", spec.name), ("title", spec.title or ""), ("address", spec.address)):
        if re.search(r"[{}]", _NUMBER.sub("", pattern)):
            return Mistake((key,), f"{shown(pattern)} has braces that are no number", _PATTERN_HINT)
    if spec.count > 1 and not _NUMBER.search(spec.name):
        return Mistake(("name",), "every device would have one name: the number is missing", _PATTERN_HINT)
    if not is_name(fill(spec.name, spec.first)):
        return Mistake(("name",), f"{shown(spec.name)} does not make a name", _NAME_HINT)
    return next(_former_mistakes(spec), None)


def _former_mistakes(spec: RangeSpec) -> Iterator[Mistake]:
    for index, pattern in enumerate(spec.formerly or ()):
        if not is_name(fill(pattern, spec.first)):
            yield Mistake(("formerly", index), f"{shown(pattern)} does not make a name", _NAME_HINT)
        elif spec.count > 1 and not _NUMBER.search(pattern):
            yield Mistake(("formerly", index), "every device would have had one name", _PATTERN_HINT)


def _address_mistake(spec: RangeSpec) -> Mistake | None:
    if "/" not in spec.address:
        return _host_pattern_mistake(spec)
    try:
        network = ipaddress.ip_network(spec.address)
    except ValueError:
        return Mistake(("address",), f"{shown(spec.address)} is no network", _network_hint(spec.address))
    if reason := _never_devices(network, spec):
        return Mistake(("address",), f"{shown(spec.address)} holds no devices' addresses", reason)
    lowest, highest = _hosts(network)
    last = spec.first + spec.count - 1
    if spec.first < lowest or last > highest:
        hint = f"{network} has hosts {lowest} to {highest}"
        return Mistake(("count",), f"the range runs from host {spec.first} to host {last}", hint)
    return None


def _never_devices(network: IPNetwork, spec: RangeSpec) -> str:
    """Why the first or the last address of a range can be no device's."""
    ends = (spec.first, min(spec.first + spec.count, network.num_addresses) - 1)
    hosts = [str(network.network_address + host) for host in ends if host < network.num_addresses]
    return next(filter(None, map(never_a_device, hosts)), "")


def _host_pattern_mistake(spec: RangeSpec) -> Mistake | None:
    if not _NUMBER.search(spec.address):
        hint = "a network such as `10.1.2.0/24`, or a host name with `{n}`"
        return Mistake(("address",), f"{shown(spec.address)} is one address for many devices", hint)
    if not is_host_name(fill(spec.address, spec.first)):
        return Mistake(("address",), f"{shown(spec.address)} makes no host name")
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
