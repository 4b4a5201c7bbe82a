"""One look at an SNMP agent: what the device is, what tells it from others, its addresses and its neighbours.

A stranger's words: every text is cleaned and bounded, no table is believed beyond `MAX_…` rows, what is no address or
no chassis id is left out. What the agent leaves unanswered is missing, and the rest counts all the same.
"""

import ipaddress
from collections.abc import Iterator, Mapping

from opsmon.discovery.address_octets import address_in
from opsmon.discovery.found import CHASSIS_MAC, MAX_CHASSIS_OCTETS, ChassisId, DeviceLook, Neighbour
from opsmon.discovery.neighbours import cdp_neighbours, lldp_neighbours
from opsmon.errors import ProbeError
from opsmon.probe.profile.choose import ProfileSet
from opsmon.probe.profile.definition.profile import Match
from opsmon.probe.profile.reader import Instance, Reader
from opsmon.probe.profile.recognise import Recognised, recognise
from opsmon.protocol.snmp.session import Index, Oid, SnmpSession, SnmpValue
from opsmon.text.bilingual import NO_WORDS, Text, joined

SNMP_ENGINE_ID: Instance = ((1, 3, 6, 1, 6, 3, 10, 2, 1, 1), (0,))  # snmpEngineID (RFC 3411, 5)
BRIDGE_ADDRESS: Instance = ((1, 3, 6, 1, 2, 1, 17, 1, 1), (0,))  # dot1dBaseBridgeAddress (RFC 4188)
IF_NUMBER: Instance = ((1, 3, 6, 1, 2, 1, 2, 1), (0,))
LOC_CHASSIS_SUBTYPE: Instance = ((1, 0, 8802, 1, 1, 2, 1, 3, 1), (0,))  # lldpLocChassisIdSubtype
LOC_CHASSIS: Instance = ((1, 0, 8802, 1, 1, 2, 1, 3, 2), (0,))
OLD_ADDRESSES: Oid = (1, 3, 6, 1, 2, 1, 4, 20, 1, 2)  # ipAdEntIfIndex, indexed by the address (RFC 4293)
ADDRESSES: Oid = (1, 3, 6, 1, 2, 1, 4, 34, 1, 3)  # ipAddressIfIndex, indexed by type, length, octets (RFC 4293)
SCALARS = (SNMP_ENGINE_ID, BRIDGE_ADDRESS, IF_NUMBER, LOC_CHASSIS_SUBTYPE, LOC_CHASSIS)
MAX_ADDRESSES = 1024
ENGINE_OCTETS = range(5, 33)  # SnmpEngineID (RFC 3411, 5)
MAC_OCTETS = 6
MAX_INTERFACES = 1_000_000


async def look_at(session: SnmpSession, profiles: ProfileSet) -> DeviceLook:
    """Everything of it. Raises ProbeError where the agent does not say who it is."""
    reader = Reader(session)
    found = await recognise(reader, profiles)
    neighbours: tuple[Neighbour, ...] = ()
    try:
        await reader.get(SCALARS)
        await reader.walk((OLD_ADDRESSES, ADDRESSES))
        neighbours = await lldp_neighbours(reader) or await cdp_neighbours(reader)
    except ProbeError:
        pass  # it fell silent: what it has said by now is told
    return _look(reader, found, neighbours)


def _look(reader: Reader, found: Recognised, neighbours: tuple[Neighbour, ...]) -> DeviceLook:
    identity, chassis = found.identity, _own_chassis(reader)
    number = reader.column(IF_NUMBER[0]).get(IF_NUMBER[1])
    return DeviceLook(
        system_name=identity.system.get("sysName", ""),
        kind=found.kind,
        profile=found.profile.name,
        reason=reason_of(found.match),
        object_id=identity.system.get("sysObjectID", ""),
        vendor=identity.vendor,
        model=identity.model,
        serial=identity.serial,
        interfaces=number if isinstance(number, int) and 0 < number < MAX_INTERFACES else 0,
        marks=frozenset(_marks(reader, chassis)),
        chassis=frozenset(chassis),
        own_addresses=frozenset(_own_addresses(reader)),
        neighbours=neighbours,
        is_generic=found.match is None,
    )


def reason_of(match: Match | None) -> Text:
    """Why a profile was chosen, in a few words; empty for the one that fits everything."""
    if match is None:
        return NO_WORDS
    said = []
    if match.sysobjectid:
        number = ".".join(map(str, match.sysobjectid))
        said.append(Text(f"its sysObjectID begins with {number}", f"sysObjectID 以 {number} 开头"))
    elif match.sysobjectid == ():
        said.append(Text("it has no sysObjectID", "没有 sysObjectID"))
    if match.present is not None:
        number = ".".join(map(str, match.present))
        said.append(Text(f"it has {number}", f"有对象 {number}"))
    if match.sysdescr is not None:
        said.append(Text("the words of its sysDescr", "sysDescr 的文字相符"))
    return joined(said)


def _octets(reader: Reader, instance: Instance) -> bytes:
    value = reader.column(instance[0]).get(instance[1])
    return value if isinstance(value, bytes) else b""


def _own_chassis(reader: Reader) -> list[ChassisId]:
    """As its neighbours hear it, and by the address of its bridge, which most take for their chassis id."""
    found = []
    subtype, octets = reader.column(LOC_CHASSIS_SUBTYPE[0]).get(LOC_CHASSIS_SUBTYPE[1]), _octets(reader, LOC_CHASSIS)
    if isinstance(subtype, int) and 0 < len(octets) <= MAX_CHASSIS_OCTETS:
        found.append(ChassisId(subtype, octets))
    if is_mac(bridge := _octets(reader, BRIDGE_ADDRESS)):
        found.append(ChassisId(CHASSIS_MAC, bridge))
    return found


def is_mac(octets: bytes) -> bool:
    """Whether six octets are one machine's address: not all zero, not all ones, no group."""
    return len(octets) == MAC_OCTETS and any(octets) and not octets[0] & 1


def _marks(reader: Reader, chassis: list[ChassisId]) -> Iterator[str]:
    engine = _octets(reader, SNMP_ENGINE_ID)
    if len(engine) in ENGINE_OCTETS and any(engine[5:]):
        yield f"engine {engine.hex()}"
    for one in chassis:
        if one.subtype == CHASSIS_MAC and is_mac(one.octets):
            yield f"mac {one.octets.hex()}"


def _own_addresses(reader: Reader) -> Iterator[str]:
    indexes: list[bytes] = [_as_octets(row) for row in _rows(reader.column(OLD_ADDRESSES))]
    # InetAddressType ipv4(1) with four octets, ipv6(2) with sixteen, each behind their number.
    indexes += [
        _as_octets(row[2:]) for row in _rows(reader.column(ADDRESSES)) if row[:2] in ((1, 4), (2, 16))
    ]  # fmt: skip
    for octets in indexes:
        if (address := address_in(octets)) and not ipaddress.ip_address(address).is_loopback:
            yield address


def _rows(column: Mapping[Index, SnmpValue]) -> list[Index]:
    return list(column)[:MAX_ADDRESSES]


def _as_octets(row: Index) -> bytes:
    return bytes(row) if all(arc < 256 for arc in row) else b""
