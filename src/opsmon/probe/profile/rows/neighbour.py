"""Neighbours by LLDP-MIB (IEEE 802.1AB, clause 11): which device and port each local port says it is linked to.

They are proposals for a person: `opsmon inventory diff --discovered` shows them as parents, and nothing is changed by
them. A profile that extends `lldp` names the objects; a device without LLDP has none of them.
"""

from collections.abc import Mapping

from opsmon.probe.profile.definition.profile import MibObject, Profile
from opsmon.probe.profile.reader import Instance, Reader
from opsmon.probe.profile.text import clean_text, raw_text
from opsmon.protocol.snmp.session import Index, Oid

FACT = "lldp:"
REMOTE = ("lldpRemSysName", "lldpRemPortDesc", "lldpRemPortId")
LOCAL = ("lldpLocPortDesc", "lldpLocPortId")
IF_NAME: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1)
# lldpRemTable is indexed by lldpRemTimeMark, lldpRemLocalPortNum and lldpRemIndex.
INDEX_ARCS = 3
MAX_NEIGHBOURS = 512


def neighbour_columns(profile: Profile) -> list[Oid]:
    """The column that tells a survey whether there are neighbours; none for a profile without LLDP."""
    return [profile.objects[REMOTE[0]].column] if REMOTE[0] in profile.objects else []


def neighbour_instances(reader: Reader, profile: Profile) -> list[Instance]:
    """What else has to be read of the neighbours that there are."""
    if REMOTE[0] not in profile.objects:
        return []
    objects, wanted = profile.objects, []
    for row in _rows(reader, profile):
        wanted += [(objects[name].column, row) for name in REMOTE[1:] if name in objects]
        if not reader.column(IF_NAME).get(row[1:2]):
            wanted += [(objects[name].column, row[1:2]) for name in LOCAL if name in objects]
    return wanted


def cut_neighbours(reader: Reader, profile: Profile) -> tuple[str, ...]:
    """What is said where there are more neighbours than are taken."""
    count = len(reader.column(profile.objects[REMOTE[0]].column)) if REMOTE[0] in profile.objects else 0
    if count <= MAX_NEIGHBOURS:
        return ()
    return (f"the first {MAX_NEIGHBOURS} neighbours are taken, {count - MAX_NEIGHBOURS:,} are left out",)


def _rows(reader: Reader, profile: Profile) -> list[Index]:
    rows = reader.column(profile.objects[REMOTE[0]].column)
    return [row for row in rows if len(row) == INDEX_ARCS][:MAX_NEIGHBOURS]


def neighbours_of(reader: Reader, profile: Profile) -> dict[str, str]:
    """Facts `lldp:LOCAL PORT` → `REMOTE NAME REMOTE PORT`, for every port whose neighbour says its name."""
    if REMOTE[0] not in profile.objects:
        return {}
    found: dict[str, str] = {}
    for row in _rows(reader, profile):
        name = _first(reader, profile.objects, REMOTE[:1], row)
        if name:
            port = _first(reader, profile.objects, REMOTE[1:], row)
            found[FACT + _local_port(reader, profile, row[1:2])] = f"{name} {port}".strip()
    return found


def _local_port(reader: Reader, profile: Profile, port: Index) -> str:
    """A local port by its interface name where port numbers are interface indexes, as on nearly all devices."""
    named = clean_text(raw_text(reader.column(IF_NAME).get(port)))
    return named or _first(reader, profile.objects, LOCAL, port) or ".".join(str(arc) for arc in port)


def _first(reader: Reader, objects: Mapping[str, MibObject], names: tuple[str, ...], row: Index) -> str:
    texts = (clean_text(raw_text(reader.column(objects[name].column).get(row))) for name in names if name in objects)
    return next((text for text in texts if text), "")
