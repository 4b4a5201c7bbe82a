"""Several addresses of one device told as one: what they say of themselves agrees, and no two devices say that.

Two answers are one device when both give the same type of device and nothing speaks against it (another serial number,
name, engine id or bridge address), and one of these holds: the same SNMP engine id, the same bridge or chassis address,
the same name and serial number, or the one has the address of the other on its interfaces and calls itself the same.
Some makes ship every device with one engine id, so that alone it proves nothing.
"""

from collections.abc import Sequence

from opsmon.discovery.found import DeviceLook, Found, HostAnswer

SORTS = ("engine ", "mac ")


def as_devices(answers: Sequence[HostAnswer]) -> list[Found]:
    """The devices behind the answers, in the order of the answers; a device stands where its first address does."""
    devices: list[Found] = []
    by_hint: dict[str, list[Found]] = {}
    for answer in answers:
        hints = _hints(answer)
        known = next((one for hint in hints for one in by_hint.get(hint, ()) if _all_same(one, answer)), None)
        if known is None:
            devices.append(known := Found())
        known.answers.append(answer)
        for hint in hints:
            if known not in by_hint.setdefault(hint, []):
                by_hint[hint].append(known)
    return devices


def _hints(answer: HostAnswer) -> list[str]:
    """What another answer of the same device shares with this one, at least one of them."""
    look = answer.look
    if look is None:
        return []
    named = [f"called {look.system_name} {look.serial}"] if look.system_name and look.serial else []
    listed = [f"has {address}" for address in sorted({answer.address, *look.own_addresses})] if look.system_name else []
    return [*sorted(look.marks), *named, *listed]


def _all_same(device: Found, answer: HostAnswer) -> bool:
    return all(_is_same(one, answer) for one in device.answers)


def _is_same(one: HostAnswer, other: HostAnswer) -> bool:
    here, there = one.look, other.look
    if here is None or there is None or one.address == other.address:
        return False
    if here.object_id != there.object_id or _contradicts(here, there):
        return False
    if here.marks & there.marks or (here.serial and here.serial == there.serial):
        return True
    # Who has no name has no hint by an address either, so both are called the same here.
    return one.address in there.own_addresses or other.address in here.own_addresses


def _contradicts(here: DeviceLook, there: DeviceLook) -> bool:
    pairs = ((here.serial, there.serial), (here.system_name, there.system_name))
    return any(a and b and a != b for a, b in pairs) or any(
        _sort(here, sort) and _sort(there, sort) and not _sort(here, sort) & _sort(there, sort) for sort in SORTS
    )


def _sort(look: DeviceLook, sort: str) -> set[str]:
    return {mark for mark in look.marks if mark.startswith(sort)}
