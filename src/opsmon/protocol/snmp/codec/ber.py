"""The part of BER (X.690) that SNMP uses: definite lengths, integers, object identifiers.

Promises: every read is checked against the end of its enclosing value; whatever is not well formed raises
MalformedError and nothing else. Refuses: indefinite lengths, multi-byte tags, lengths of more than four octets,
sub-identifiers of more than 64 bits, object identifiers of more than 128 sub-identifiers (RFC 2578, 3.5).
Object identifiers travel as their raw content octets ("names") and are decoded once: both directions are memos.
"""

from functools import lru_cache

from opsmon.protocol.snmp.session import Oid

INTEGER = 0x02
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_IDENTIFIER = 0x06
SEQUENCE = 0x30

MAX_OID = 128
_LARGEST_SUB_IDENTIFIER = 2**64 - 1
_MAX_SUB_IDENTIFIER_OCTETS = 10  # of 64 bits, seven in each
_MAX_OID_OCTETS = MAX_OID * _MAX_SUB_IDENTIFIER_OCTETS
_REMEMBERED_OIDS = 100_000


class MalformedBerError(ValueError):
    """The octets are not what BER, or the message format around them, allows."""


def encode_length(length: int) -> bytes:
    if length < 0x80:
        return bytes((length,))
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets


def encode_tlv(tag: int, content: bytes) -> bytes:
    return bytes((tag,)) + encode_length(len(content)) + content


def encode_integer(value: int, tag: int = INTEGER) -> bytes:
    """The shortest two's complement form (X.690, 8.3)."""
    magnitude = value if value >= 0 else ~value
    return encode_tlv(tag, value.to_bytes(magnitude.bit_length() // 8 + 1, "big", signed=True))


@lru_cache(maxsize=_REMEMBERED_OIDS)
def encode_oid(oid: Oid) -> bytes:
    """The content octets of an object identifier of two sub-identifiers or more; ValueError for an impossible one."""
    if len(oid) < 2 or oid[0] > 2 or (oid[0] < 2 and oid[1] > 39) or min(oid) < 0:
        raise ValueError(f"not an object identifier: {oid}")
    return b"".join(_encode_sub_identifier(part) for part in (oid[0] * 40 + oid[1], *oid[2:]))


def encode_index(index: Oid) -> bytes:
    """The octets that a row index adds to the name of its column."""
    return b"".join(_encode_sub_identifier(part) for part in index)


def _encode_sub_identifier(value: int) -> bytes:
    octets = [value & 0x7F]
    while value := value >> 7:
        octets.append(0x80 | (value & 0x7F))
    return bytes(reversed(octets))


@lru_cache(maxsize=_REMEMBERED_OIDS)
def decode_oid(content: bytes) -> Oid:
    """The sub-identifiers of an object identifier's content octets."""
    parts = decode_index(content)
    if not parts:
        raise MalformedBerError("an object identifier is empty")
    first = min(parts[0] // 40, 2)
    return (first, parts[0] - 40 * first, *parts[1:])


@lru_cache(maxsize=_REMEMBERED_OIDS)
def decode_index(content: bytes) -> Oid:
    """The sub-identifiers of a part of an object identifier that is not its beginning."""
    if len(content) > _MAX_OID_OCTETS:
        raise MalformedBerError(f"an object identifier has more than {MAX_OID} sub-identifiers")
    if content and content[-1] & 0x80:
        raise MalformedBerError("an object identifier ends inside a sub-identifier")
    parts: list[int] = []
    value = 0
    for octet in content:
        value = value << 7 | octet & 0x7F
        if value > _LARGEST_SUB_IDENTIFIER:
            raise MalformedBerError("a sub-identifier has more than 64 bits")
        if not octet & 0x80:
            parts.append(value)
            value = 0
    if len(parts) > MAX_OID:
        raise MalformedBerError(f"an object identifier has more than {MAX_OID} sub-identifiers")
    return tuple(parts)


def check_oid(content: bytes) -> None:
    """Raises MalformedError for the content octets of what `decode_oid` refuses; nothing is remembered of it."""
    if not content:
        raise MalformedBerError("an object identifier is empty")
    decode_index.__wrapped__(content)


def read_span(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Where the content of the value at `at` begins and ends; it must carry `tag` and end by `end`."""
    if at + 2 > end:
        raise MalformedBerError(f"cut short where a value of type 0x{tag:02x} was expected")
    if data[at] != tag:
        raise MalformedBerError(f"type 0x{data[at]:02x} where 0x{tag:02x} was expected")
    return read_length(data, at + 1, end)


def read_length(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Where the content begins and ends whose length octets are at `at`; long forms may be longer than needed."""
    length = data[at]
    at += 1
    if length >= 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4:
            raise MalformedBerError("indefinite or absurd length")
        if at + count > end:
            raise MalformedBerError("cut short inside a length")
        length = int.from_bytes(data[at : at + count], "big")
        at += count
    if at + length > end:
        raise MalformedBerError("a value is longer than what holds it")
    return at, at + length


def read_integer(data: bytes, at: int, end: int) -> tuple[int, int]:
    """The signed integer at `at` and where it ends; at most 64 bits."""
    start, stop = read_span(data, at, end, INTEGER)
    if not 1 <= stop - start <= 8:
        raise MalformedBerError("an integer is empty or wider than 64 bits")
    return int.from_bytes(data[start:stop], "big", signed=True), stop
