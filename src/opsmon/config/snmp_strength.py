"""SNMPv3 that promises less than people take it for: told once for the whole root, with the number of sites.

Version 1 and 2c promise nothing, and are not warned about: nobody takes a community for a secret that is kept.
"""

from collections.abc import Iterable

from opsmon.config.inventory.site_file import PlacedDevice
from opsmon.config.yaml.problem import Problems
from opsmon.model.device import SnmpAccess, SnmpVersion
from opsmon.text.bilingual import Sentence, filled
from opsmon.text.count import counted

# RFC 3414 defines MD5 and DES; RFC 7860 and RFC 3826 what replaces them.
NO_AUTH = Sentence("SNMPv3 without `auth`", "SNMPv3 没有 `auth`")
MD5 = Sentence("SNMPv3 with `auth` by MD5", "SNMPv3 的 `auth` 用 MD5")
DES = Sentence("SNMPv3 with `priv` by DES", "SNMPv3 的 `priv` 用 DES")
HINTS = {
    NO_AUTH: Sentence(
        "whoever is on the way can write the answers: give the user `auth` and `priv`",
        "途中任何人都可伪造应答：请为用户设置 `auth` 和 `priv`",
    ),
    MD5: Sentence(
        "broken as a hash, and its passwords are guessed quickly: SHA256, or SHA where the device has no more",
        "该散列已被攻破，密码也容易猜出：请用 SHA256，设备不支持时用 SHA",
    ),
    DES: Sentence("56 bits are tried through in hours: AES", "56 位几小时内即可穷举：请用 AES"),
}


def weaknesses_of(snmp: SnmpAccess | None) -> tuple[Sentence, ...]:
    """What is weak about an access, in words of the inventory."""
    if snmp is None or snmp.version is not SnmpVersion.V3:
        return ()
    if snmp.auth is None:
        return (NO_AUTH,)
    found = {MD5: snmp.auth.protocol == "MD5", DES: snmp.priv is not None and snmp.priv.protocol == "DES"}
    return tuple(what for what, holds in found.items() if holds)


def warn_of_weak_snmp(placed: Iterable[PlacedDevice], problems: Problems) -> None:
    """One warning a weakness, at the first device that has it."""
    found: dict[Sentence, list[PlacedDevice]] = {}
    for one in placed:
        for what in weaknesses_of(one.device.snmp):
            found.setdefault(what, []).append(one)
    for what, weak in found.items():
        sites = {one.device.site for one in weak}
        many = Sentence(
            f"{counted(len(weak), 'devices')} of {counted(len(sites), 'sites')}",
            f"{len(sites)} 个站点的 {len(weak)} 台设备",
        )
        problems.add(weak[0].origin.problem("snmp", filled("{}: {}", "{}：{}", what, many), HINTS[what], warning=True))
