"""SNMPv3 that promises less than people take it for: told once for the whole root, with the number of sites.

Version 1 and 2c promise nothing, and are not warned about: nobody takes a community for a secret that is kept.
"""

from collections.abc import Iterable

from opsmon.config.inventory.site_file import PlacedDevice
from opsmon.config.yaml.problem import Problems
from opsmon.model.device import SnmpAccess, SnmpVersion

# RFC 3414 defines MD5 and DES; RFC 7860 and RFC 3826 what replaces them.
NO_AUTH = "SNMPv3 without `auth`"
MD5 = "SNMPv3 with `auth` by MD5"
DES = "SNMPv3 with `priv` by DES"
HINTS = {
    NO_AUTH: "whoever is on the way can write the answers: give the user `auth` and `priv`",
    MD5: "broken as a hash, and its passwords are guessed quickly: SHA256, or SHA where the device has no more",
    DES: "56 bits are tried through in hours: AES",
}


def weaknesses_of(snmp: SnmpAccess | None) -> tuple[str, ...]:
    """What is weak about an access, in words of the inventory."""
    if snmp is None or snmp.version is not SnmpVersion.V3:
        return ()
    if snmp.auth is None:
        return (NO_AUTH,)
    found = {MD5: snmp.auth.protocol == "MD5", DES: snmp.priv is not None and snmp.priv.protocol == "DES"}
    return tuple(what for what, holds in found.items() if holds)


def warn_of_weak_snmp(placed: Iterable[PlacedDevice], problems: Problems) -> None:
    """One warning a weakness, at the first device that has it."""
    found: dict[str, list[PlacedDevice]] = {}
    for one in placed:
        for what in weaknesses_of(one.device.snmp):
            found.setdefault(what, []).append(one)
    for what, weak in found.items():
        sites = {one.device.site for one in weak}
        many = f"{_counted(len(weak), 'device')} of {_counted(len(sites), 'site')}"
        problems.add(weak[0].origin.problem("snmp", f"{what}: {many}", HINTS[what], warning=True))


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
