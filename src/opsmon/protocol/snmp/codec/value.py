"""The values of variable bindings (RFC 3416, 3; RFC 2578, 7.1) as plain Python ones.

Promises: a value that is well framed and yet senseless (an integer of no octets, an unknown type, a width that the type
cannot have) reads as None, "the agent has no such value", so that one bad cell does not cost the whole answer.
Unsigned types that an agent encodes as negative are taken modulo their width, as net-snmp takes them: -1 in a Gauge32
is 4294967295.
"""

import struct
from enum import Enum
from typing import Final

from opsmon.protocol.snmp.codec.ber import INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, MalformedBerError, decode_oid
from opsmon.protocol.snmp.session import SnmpValue

BIT_STRING = 0x03
IP_ADDRESS = 0x40
COUNTER32 = 0x41
GAUGE32 = 0x42
TIME_TICKS = 0x43
OPAQUE = 0x44
NSAP_ADDRESS = 0x45
COUNTER64 = 0x46
UNSIGNED32 = 0x47
NO_SUCH_OBJECT = 0x80
NO_SUCH_INSTANCE = 0x81
END_OF_MIB_VIEW = 0x82

OCTET_TYPES = frozenset({OCTET_STRING, BIT_STRING, IP_ADDRESS, NSAP_ADDRESS})
UNSIGNED_BITS: Final = {COUNTER32: 32, GAUGE32: 32, TIME_TICKS: 32, UNSIGNED32: 32, COUNTER64: 64}


class Marker(Enum):
    """What stands in the place of a value and is none."""

    END_OF_MIB = "end of MIB view"


Cell = SnmpValue | Marker | None


def decode_value(tag: int, content: bytes) -> Cell:
    """The value of one binding; None for what the agent says it has not, and for what means nothing."""
    bits = UNSIGNED_BITS.get(tag)
    if bits is not None:
        return _decode_unsigned(content, bits)
    if tag == INTEGER:
        return int.from_bytes(content, "big", signed=True) if 1 <= len(content) <= 8 else None
    if tag in OCTET_TYPES:
        return content
    return _decode_rare(tag, content)


def _decode_unsigned(content: bytes, bits: int) -> int | None:
    if not 1 <= len(content) <= bits // 8 + 1:
        return None
    value = int.from_bytes(content, "big", signed=True)
    return value & (1 << bits) - 1 if value < 0 else value if value < 1 << bits else None


def _decode_rare(tag: int, content: bytes) -> Cell:
    if tag == OBJECT_IDENTIFIER:
        return _decode_oid_value(content)
    if tag == OPAQUE:
        return _decode_opaque(content)
    if tag == END_OF_MIB_VIEW:
        return Marker.END_OF_MIB
    return None


def _decode_oid_value(content: bytes) -> Cell:
    try:
        return decode_oid(content) if content else None
    except MalformedBerError:
        return None


# net-snmp wraps what SNMP has no type for into an Opaque: tag 0x9f, type, length, and the number in network order.
_OPAQUE_NUMBERS: Final = {b"\x9f\x78\x04": ">f", b"\x9f\x79\x08": ">d"}
_OPAQUE_INTEGERS: Final = {0x76: False, 0x7A: True, 0x7B: False}  # type octet: is it signed?


def _decode_opaque(content: bytes) -> Cell:
    format_ = _OPAQUE_NUMBERS.get(content[:3])
    if format_ is not None and len(content) == 3 + struct.calcsize(format_):
        return float(struct.unpack(format_, content[3:])[0])
    is_integer = len(content) >= 4 and content[0] == 0x9F and content[1] in _OPAQUE_INTEGERS
    if is_integer and content[2] == len(content) - 3 <= 9:
        value = int.from_bytes(content[3:], "big", signed=True)
        return value if _OPAQUE_INTEGERS[content[1]] else value & 2**64 - 1
    return content
