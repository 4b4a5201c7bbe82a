"""Who is heard on the ports of a device: by LLDP-MIB (IEEE 802.1AB, clause 11), else by CISCO-CDP-MIB."""

from collections.abc import Iterator

from opsmon.discovery.address_octets import address_in
from opsmon.discovery.found import MAX_CHASSIS_OCTETS, ChassisId, Neighbour
from opsmon.probe.profile.reader import Reader
from opsmon.probe.profile.text import clean_text, raw_text
from opsmon.protocol.snmp.session import Index, Oid

LLDP_REMOTE: Oid = (1, 0, 8802, 1, 1, 2, 1, 4, 1, 1)
CHASSIS_SUBTYPE, CHASSIS, PORT_SUBTYPE, PORT_ID, PORT_DESC, NAME, ENABLED = (
    (*LLDP_REMOTE, column) for column in (4, 5, 6, 7, 8, 9, 12)
)
# lldpRemManAddrIfSubtype; the address stands in the index, behind that of lldpRemTable: its kind, length and octets.
MANAGEMENT: Oid = (1, 0, 8802, 1, 1, 2, 1, 4, 2, 1, 3)
LOCAL_PORT_ID: Oid = (1, 0, 8802, 1, 1, 2, 1, 3, 7, 1, 3)
LOCAL_PORT_DESC: Oid = (1, 0, 8802, 1, 1, 2, 1, 3, 7, 1, 4)
IF_NAME: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1)
CDP: Oid = (1, 3, 6, 1, 4, 1, 9, 9, 23, 1, 2, 1, 1)
CDP_ADDRESS_TYPE, CDP_ADDRESS, CDP_DEVICE, CDP_PORT = ((*CDP, column) for column in (3, 4, 6, 7))
LLDP_INDEX_ARCS = 3  # lldpRemTimeMark, lldpRemLocalPortNum, lldpRemIndex
CDP_INDEX_ARCS = 2  # cdpCacheIfIndex, cdpCacheDeviceIndex
MAX_NEIGHBOURS = 512
MAX_MANAGEMENT_ROWS = 4 * MAX_NEIGHBOURS
PORT_MAC = 3  # LldpPortIdSubtype macAddress(3)
NETWORK_ADDRESS = 5  # LldpChassisIdSubtype networkAddress(5): a family number (IANA) and the address
CDP_IP = 1  # CiscoNetworkProtocol ip(1)
# LldpSystemCapabilitiesMap: bit 0 is the highest of the first octet.
ABILITIES = {2: "bridge", 3: "wlan-ap", 4: "router", 5: "telephone"}


async def lldp_neighbours(reader: Reader) -> tuple[Neighbour, ...]:
    """Those of lldpRemTable. Raises ProbeError."""
    await reader.walk((CHASSIS_SUBTYPE, CHASSIS))
    rows = [row for row in reader.column(CHASSIS) if len(row) == LLDP_INDEX_ARCS][:MAX_NEIGHBOURS]
    if not rows:
        return ()
    await reader.walk((PORT_SUBTYPE, PORT_ID, PORT_DESC, NAME, ENABLED, MANAGEMENT))
    ports = [row[1:2] for row in rows]
    await reader.read([(column, port) for column in (IF_NAME, LOCAL_PORT_DESC, LOCAL_PORT_ID) for port in ports])
    addresses = _management(reader)
    return tuple(_lldp(reader, row, addresses.get(row, ())) for row in rows)


def _lldp(reader: Reader, row: Index, addresses: tuple[str, ...]) -> Neighbour:
    chassis = _chassis(reader, row)
    told = (*addresses, *_address_of_chassis(chassis))
    return Neighbour(
        port=_first(reader, (IF_NAME, LOCAL_PORT_DESC, LOCAL_PORT_ID), row[1:2]) or str(row[1]),
        name=_text(reader, NAME, row),
        remote_port=_remote_port(reader, row),
        chassis=chassis,
        addresses=tuple(dict.fromkeys(told)),
        abilities=_abilities(reader, row),
    )


def _text(reader: Reader, column: Oid, row: Index) -> str:
    return clean_text(raw_text(reader.column(column).get(row)))


def _first(reader: Reader, columns: tuple[Oid, ...], row: Index) -> str:
    return next((text for column in columns if (text := _text(reader, column, row))), "")


def _remote_port(reader: Reader, row: Index) -> str:
    """Its id is a name or a number on most devices; where it is a MAC address the description says more."""
    if reader.column(PORT_SUBTYPE).get(row) == PORT_MAC:
        octets = reader.column(PORT_ID).get(row)
        mac = octets.hex(":") if isinstance(octets, bytes) else ""
        return _text(reader, PORT_DESC, row) or mac[:MAX_CHASSIS_OCTETS]
    return _first(reader, (PORT_ID, PORT_DESC), row)


def _chassis(reader: Reader, row: Index) -> ChassisId | None:
    subtype, octets = reader.column(CHASSIS_SUBTYPE).get(row), reader.column(CHASSIS).get(row)
    if not isinstance(subtype, int) or not isinstance(octets, bytes) or not 0 < len(octets) <= MAX_CHASSIS_OCTETS:
        return None
    return ChassisId(subtype, octets)


def _address_of_chassis(chassis: ChassisId | None) -> tuple[str, ...]:
    if chassis is None or chassis.subtype != NETWORK_ADDRESS:
        return ()
    address = _address(chassis.octets[:1], chassis.octets[1:])
    return (address,) if address else ()


def _management(reader: Reader) -> dict[Index, tuple[str, ...]]:
    """Addresses by the row of the neighbour; the index has a family number (IANA), a length, and the octets."""
    found: dict[Index, tuple[str, ...]] = {}
    for index in list(reader.column(MANAGEMENT))[:MAX_MANAGEMENT_ROWS]:
        row, rest = index[:LLDP_INDEX_ARCS], index[LLDP_INDEX_ARCS:]
        if len(rest) < 2 or len(rest) != rest[1] + 2 or max(rest) > 255:
            continue
        if address := _address(bytes(rest[:1]), bytes(rest[2:])):
            found[row] = (*found.get(row, ()), address)
    return found


def _address(family: bytes, octets: bytes) -> str:
    return address_in(octets) if (family, len(octets)) in ((b"\x01", 4), (b"\x02", 16)) else ""


def _abilities(reader: Reader, row: Index) -> frozenset[str]:
    octets = reader.column(ENABLED).get(row)
    if not isinstance(octets, bytes) or not octets:
        return frozenset()
    return frozenset(word for bit, word in ABILITIES.items() if octets[0] & (0x80 >> bit))


async def cdp_neighbours(reader: Reader) -> tuple[Neighbour, ...]:
    """Those of cdpCacheTable. Raises ProbeError."""
    await reader.walk((CDP_DEVICE,))
    rows = [row for row in reader.column(CDP_DEVICE) if len(row) == CDP_INDEX_ARCS][:MAX_NEIGHBOURS]
    if not rows:
        return ()
    await reader.walk((CDP_ADDRESS_TYPE, CDP_ADDRESS, CDP_PORT))
    await reader.read([(IF_NAME, row[:1]) for row in rows])
    return tuple(_cdp(reader, rows))


def _cdp(reader: Reader, rows: list[Index]) -> Iterator[Neighbour]:
    for row in rows:
        octets = reader.column(CDP_ADDRESS).get(row)
        is_ip = reader.column(CDP_ADDRESS_TYPE).get(row) == CDP_IP and isinstance(octets, bytes)
        address = _address(b"\x01", octets) if is_ip and isinstance(octets, bytes) else ""
        # Nexus and some others put the serial number behind the name: `core-1(FOX123)`.
        name = _text(reader, CDP_DEVICE, row).partition("(")[0].strip()
        port = _text(reader, IF_NAME, row[:1]) or str(row[0])
        yield Neighbour(
            port, name, _text(reader, CDP_PORT, row), None, (address,) if address else (), protocol="CDP"
        )  # fmt: skip
