"""What an agent said, as a recording that can become a test: `.snmprec` lines (`OID|type|value`), scrubbed.

A recording keeps shape, numbers and the words that tell a model; it loses what belongs to the owner: names, contacts,
places, descriptions of ports, serial numbers, addresses of every sort, and the tables that are keyed by addresses.
Promises that none of the texts in `private_words` survives. Look through a recording before it is given away all the
same: an enterprise's own tables may hold what nobody foresaw.
"""

import re
from collections.abc import Iterable, Mapping

from opsmon.probe.profile.text import raw_text
from opsmon.protocol.charset import decode_octets
from opsmon.protocol.snmp.session import Oid, SnmpValue

# Subtrees of which a recording is made.
RECORDED: tuple[Oid, ...] = ((1, 3, 6, 1, 2, 1), (1, 3, 6, 1, 4, 1), (1, 3, 6, 1, 3), (1, 0, 8802))
SCRUBBED = b"scrubbed"
_MIB2: Oid = (1, 3, 6, 1, 2, 1)
# Groups of mib-2 that are keyed by addresses or hold them: at, ip, icmp, tcp, udp, egp, ospf, bgp, dot1dBridge (its
# forwarding table), rip, inetAddress tables of IPv6 and their kin. And of SNMP itself, users and communities.
_DROPPED: tuple[Oid, ...] = (
    *((*_MIB2, group) for group in (3, 4, 5, 6, 7, 8, 14, 15, 17, 23, 48, 49, 50, 55, 68, 80, 92)),
    (1, 3, 6, 1, 6, 3),
)
# Columns whose texts are the owner's, whatever they are: sysContact, sysName, sysLocation, ifPhysAddress, ifAlias,
# entPhysicalAlias, entPhysicalAssetID, prtGeneral names, LLDP's local and remote names.
_OWNERS: tuple[Oid, ...] = (
    (*_MIB2, 1, 4), (*_MIB2, 1, 5), (*_MIB2, 1, 6), (*_MIB2, 2, 2, 1, 6), (*_MIB2, 31, 1, 1, 1, 18),
    (*_MIB2, 47, 1, 1, 1, 1, 11), (*_MIB2, 47, 1, 1, 1, 1, 14), (*_MIB2, 47, 1, 1, 1, 1, 15), (*_MIB2, 25, 4, 2),
    (*_MIB2, 43, 5, 1, 1, 4), (*_MIB2, 43, 5, 1, 1, 5), (*_MIB2, 43, 5, 1, 1, 17), (*_MIB2, 33, 1, 1, 5),
    (1, 0, 8802, 1, 1, 2, 1, 3, 2), (1, 0, 8802, 1, 1, 2, 1, 3, 3), (1, 0, 8802, 1, 1, 2, 1, 4),
)  # fmt: skip
_ADDRESS = re.compile(
    r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])"  # IPv4
    r"|\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b|\b(?:[0-9a-f]{4}[.-]){2}[0-9a-f]{4}\b"  # MAC, in several makers' forms
    r"|\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # IPv6, mail
    r"|(?<!\d)1[3-9]\d{9}(?!\d)|\+\d[\d -]{7,}\d",  # telephone
    re.IGNORECASE,
)
MIN_PRIVATE_WORD = 4
_ADDRESS_OCTETS = (4, 6, 16)  # IPv4, MAC, IPv6 as they are on the wire
_CONTROL = re.compile(r"[\x00-\x1f\x7f|]")


def private_words(values: Mapping[Oid, SnmpValue], more: Iterable[str] = ()) -> frozenset[str]:
    """Texts that must not survive anywhere: what the owner's columns hold, and `more` (serial number, community)."""
    held = (
        decode_octets(value).strip(" \0")
        for oid, value in values.items()
        if _is_owners(oid) and isinstance(value, bytes)
    )
    words = {word for text in (*held, *more) for word in (text, *text.split()) if len(word) >= MIN_PRIVATE_WORD}
    return frozenset(word for word in words if not word.isdigit() or len(word) > MIN_PRIVATE_WORD)


def scrub(values: Mapping[Oid, SnmpValue], private: frozenset[str]) -> dict[Oid, SnmpValue]:
    """The values that may be kept, in order of their OIDs; texts without what is private."""
    pattern = re.compile("|".join(re.escape(word) for word in sorted(private, key=len, reverse=True)), re.IGNORECASE)
    kept: dict[Oid, SnmpValue] = {}
    for oid in sorted(values):
        if not _is_dropped(oid):
            kept[oid] = _scrubbed(oid, values[oid], pattern if private else None)
    return kept


def _is_owners(oid: Oid) -> bool:
    return any(oid[: len(column)] == column for column in _OWNERS)


def _is_dropped(oid: Oid) -> bool:
    return any(oid[: len(group)] == group for group in _DROPPED)


def _scrubbed(oid: Oid, value: SnmpValue, private: "re.Pattern[str] | None") -> SnmpValue:
    if not isinstance(value, bytes) or not value:
        return value
    text = decode_octets(value)  # what stands behind a NUL may be private as well
    if _is_owners(oid) or (len(value) in _ADDRESS_OCTETS and not text.isprintable()):
        return SCRUBBED
    clean = _ADDRESS.sub("scrubbed", text)
    if private is not None:
        clean = private.sub("scrubbed", clean)
    return value if clean == text else clean.encode()


def format_recording(values: Mapping[Oid, SnmpValue]) -> str:
    """The lines of a recording, as snmpsim serves them; the width of an integer is the least that it fits in."""
    return "".join(f"{'.'.join(map(str, oid))}|{_tagged(value)}\n" for oid, value in sorted(values.items()))


def _tagged(value: SnmpValue) -> str:
    if isinstance(value, tuple):
        return f"6|{raw_text(value)}"
    if isinstance(value, bytes):
        text = value.decode("ascii", "replace")
        return f"4x|{value.hex()}" if "\ufffd" in text or _CONTROL.search(text) else f"4|{text}"
    if isinstance(value, float):
        return f"4|{value}"
    return f"{_integer_tag(value)}|{value}"


def _integer_tag(value: int) -> str:
    """Integer32, else Gauge32, else Counter64."""
    if -(2**31) <= value < 2**31:
        return "2"
    return "66" if 0 <= value < 2**32 else "70"
