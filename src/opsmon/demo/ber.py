"""Just enough BER (ITU-T X.690) to be an SNMP agent: writes values and reads requests of our own making.

The daemon's codec in `opsmon.probe.snmp` is another one on purpose: an agent with its code would share its mistakes.
"""

from collections.abc import Iterator

from opsmon.protocol.snmp.session import Oid

INTEGER, OCTET_STRING, NULL, OBJECT_ID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
COUNTER32, GAUGE32, TIMETICKS, COUNTER64 = 0x41, 0x42, 0x43, 0x46  # RFC 2578, section 7.1
NO_SUCH_INSTANCE, END_OF_MIB_VIEW = 0x81, 0x82  # RFC 3416, section 3


class MalformedRequestError(ValueError):
    """The datagram is not what an SNMP manager sends."""


def wrap(tag: int, content: bytes) -> bytes:
    """One type-length-value, definite length."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    """Any of the integer types; unsigned ones get a leading zero octet where the top bit is set, as BER wants."""
    return wrap(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def counter32(value: int) -> bytes:
    return integer(value % 2**32, COUNTER32)


def counter64(value: int) -> bytes:
    return integer(value % 2**64, COUNTER64)


def gauge(value: int) -> bytes:
    return integer(value, GAUGE32)


def timeticks(seconds: float) -> bytes:
    """TimeTicks are hundredths of a second, modulo 2^32."""
    return integer(int(seconds * 100) % 2**32, TIMETICKS)


def text(value: str | bytes) -> bytes:
    return wrap(OCTET_STRING, value.encode() if isinstance(value, str) else value)


def object_id(oid: Oid) -> bytes:
    content = bytearray((oid[0] * 40 + oid[1],))
    for arc in oid[2:]:
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.append(0x80 | arc & 0x7F)
        content.extend(reversed(septets))
    return wrap(OBJECT_ID, bytes(content))


def read(data: bytes, at: int = 0) -> tuple[int, bytes, int]:
    """The value that starts at `at`: its tag, its content, and where the next one starts."""
    if at + 2 > len(data):
        raise MalformedRequestError("ends within a header")
    tag, size, start = data[at], data[at + 1], at + 2
    if size & 0x80:
        octets = size & 0x7F
        size, start = int.from_bytes(data[start : start + octets], "big"), start + octets
    if start + size > len(data):
        raise MalformedRequestError("ends within a value")
    return tag, data[start : start + size], start + size


def read_all(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        tag, content, at = read(data, at)
        yield tag, content


def read_object_id(content: bytes) -> Oid:
    if not content:
        raise MalformedRequestError("an object identifier with no octet")
    first = min(content[0] // 40, 2)
    arcs, arc = [first, content[0] - 40 * first], 0
    for octet in content[1:]:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    return tuple(arcs)
