"""SNMP v1 and v2c messages (RFC 1157, RFC 1901, RFC 3416): requests made once and sent many times, responses read.

Promises: a request is encoded once, and only its request-id is written per sending; reading raises MalformedError for
whatever is not a well-formed response, and never reads past the end of an enclosing value. Object identifiers stay raw
octets here: who needs numbers decodes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple, Protocol

from opsmon.protocol.snmp.codec.ber import (
    INTEGER,
    NULL,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    MalformedBerError,
    encode_integer,
    encode_length,
    encode_tlv,
    read_integer,
    read_length,
    read_span,
)
from opsmon.protocol.snmp.codec.value import Cell, decode_value

VERSION_1 = 0
VERSION_2C = 1
VERSION_3 = 3
REQUEST_ID_OCTETS = 4
MIN_REQUEST_ID = 2**30  # from here to 2^31 they take four octets
REQUEST_ID_BITS = 30


class Pdu(IntEnum):
    """PDU types by their tag."""

    GET = 0xA0
    GET_NEXT = 0xA1
    RESPONSE = 0xA2
    GET_BULK = 0xA5
    REPORT = 0xA8


class ErrorStatus(IntEnum):
    """RFC 3416, 3. What an agent says instead of values."""

    NO_ERROR = 0
    TOO_BIG = 1
    NO_SUCH_NAME = 2
    BAD_VALUE = 3
    READ_ONLY = 4
    GEN_ERR = 5
    NO_ACCESS = 6
    RESOURCE_UNAVAILABLE = 13
    AUTHORIZATION_ERROR = 16


@dataclass(frozen=True, slots=True)
class EncodedRequest:
    """A whole message but for the four octets of its request-id."""

    before_id: bytes = field(repr=False)  # it holds the community
    after_id: bytes = field(repr=False)

    def with_id(self, request_id: int) -> bytes:
        return self.before_id + request_id.to_bytes(REQUEST_ID_OCTETS, "big") + self.after_id


class Datagrams(Protocol):
    """What makes the datagram that asks, for each request-id and each sending."""

    def with_id(self, request_id: int) -> bytes: ...


@dataclass(slots=True, weakref_slot=True)
class Request:
    """What is asked: raw names, and for GETBULK how many rows of each (non-repeaters are never used).

    A request belongs to one agent, or to all that are asked in the same octets; `encoded` keeps its message once it has
    been made.
    """

    pdu: Pdu
    names: tuple[bytes, ...]
    max_repetitions: int = 0
    encoded: Datagrams | None = field(default=None, compare=False, repr=False)


def sign_of_life() -> Request:
    """What every agent answers: sysUpTime (RFC 3418)."""
    return Request(Pdu.GET, (b"\x2b\x06\x01\x02\x01\x01\x03\x00",))


def encode_request(version: int, community: bytes, request: Request) -> EncodedRequest:
    """The message that asks `request`; the request-id has always four octets, so that no length depends on it."""
    before_id, after_id = encode_pdu(request)
    head = encode_integer(version) + encode_tlv(OCTET_STRING, community) + before_id
    before_id = bytes((SEQUENCE,)) + encode_length(len(head) + REQUEST_ID_OCTETS + len(after_id)) + head
    return EncodedRequest(before_id, after_id)


def encode_pdu(request: Request) -> tuple[bytes, bytes]:
    """The PDU that asks `request`, before and behind the four octets of its request-id."""
    bindings = b"".join(_encode_unbound(name) for name in request.names)
    after_id = (
        encode_integer(0) + encode_integer(request.max_repetitions) + encode_tlv(SEQUENCE, bindings)
    )  # error-status and error-index, which GETBULK reads as non-repeaters and max-repetitions
    id_header = bytes((INTEGER, REQUEST_ID_OCTETS))
    size = len(id_header) + REQUEST_ID_OCTETS + len(after_id)
    return bytes((request.pdu,)) + encode_length(size) + id_header, after_id


def _encode_unbound(name: bytes) -> bytes:
    return encode_tlv(SEQUENCE, encode_tlv(OBJECT_IDENTIFIER, name) + bytes((NULL, 0)))


class MessageHead(NamedTuple):
    """The beginning of a message: enough to say whose answer it is. The PDU goes on at `at` and ends at `end`."""

    version: int
    community: bytes
    pdu: int
    request_id: int
    at: int
    end: int


def decode_head(data: bytes) -> MessageHead:
    """The head of any message; octets after its end are not looked at. Of SNMPv3 no more than msgID is read."""
    at, end = read_span(data, 0, len(data), SEQUENCE)
    version, at = read_integer(data, at, end)
    if version == VERSION_3 and at < end and data[at] == SEQUENCE:
        at, end = read_span(data, at, end, SEQUENCE)
        message_id, at = read_integer(data, at, end)
        return MessageHead(version, b"", SEQUENCE, message_id, at, end)
    start, at = read_span(data, at, end, OCTET_STRING)
    return _decode_pdu_head(data, version, data[start:at], at, end)


def _decode_pdu_head(data: bytes, version: int, community: bytes, at: int, end: int) -> MessageHead:
    if at + 2 > end:
        raise MalformedBerError("cut short before the PDU")
    pdu = data[at]
    at, end = read_length(data, at + 1, end)
    request_id, at = read_integer(data, at, end)
    return MessageHead(version, community, pdu, request_id, at, end)


def quoted_message_id(quoted: bytes) -> int | None:
    """msgID of a message of ours, which may be cut short behind it (in a report of the network); None of another."""
    size_octets = quoted[1] & 0x7F if len(quoted) > 1 and quoted[1] & 0x80 else 0
    at = 2 + size_octets
    head = encode_integer(VERSION_3) + bytes((SEQUENCE,))
    found = quoted[at + len(head) + 1 : at + len(head) + 1 + 2 + REQUEST_ID_OCTETS]
    if quoted[:1] != bytes((SEQUENCE,)) or quoted[at : at + len(head)] != head:
        return None
    if len(found) < 2 + REQUEST_ID_OCTETS or found[:2] != bytes((INTEGER, REQUEST_ID_OCTETS)):
        return None
    return int.from_bytes(found[2:], "big")


class ScopedHead(NamedTuple):
    """What a scoped PDU begins with (RFC 3412, 6): whose objects are meant, the head of the PDU; and where it ends."""

    engine_id: bytes
    context: bytes
    pdu: MessageHead
    end: int


def decode_scoped_head(data: bytes) -> ScopedHead:
    """The head of a scoped PDU that is not, or no longer, encrypted; octets after its end are not looked at."""
    at, end = read_span(data, 0, len(data), SEQUENCE)
    start, at = read_span(data, at, end, OCTET_STRING)
    engine_id = data[start:at]
    start, at = read_span(data, at, end, OCTET_STRING)
    context = data[start:at]
    return ScopedHead(engine_id, context, _decode_pdu_head(data, VERSION_3, context, at, end), end)


def decode_answer_head(data: bytes) -> MessageHead:
    """The head of what a Response was read from: a message of v1 or v2c, or a scoped PDU."""
    at, end = read_span(data, 0, len(data), SEQUENCE)
    is_scoped = at < end and data[at] == OCTET_STRING
    return decode_scoped_head(data).pdu if is_scoped else decode_head(data)


class Response(NamedTuple):
    """What an agent answered: an error-status, the place (error-index, from 1) of the name it means, the bindings.

    `octets` is the size of the message; `datagram` what it was read from: the message itself, of SNMPv3 its scoped PDU.
    """

    status: int
    place: int
    names: Sequence[bytes]
    values: Sequence[Cell]
    octets: int
    datagram: bytes = b""


def decode_response(data: bytes, head: MessageHead) -> Response:
    """The rest of the message whose head has been read."""
    status, at = read_integer(data, head.at, head.end)
    place, at = read_integer(data, at, head.end)
    at, end = read_span(data, at, head.end, SEQUENCE)
    names: list[bytes] = []
    values: list[Cell] = []
    while at < end:
        at = _decode_short_binding(data, at, end, names, values)
    return Response(status, place, names, values, len(data), data)


def _decode_short_binding(data: bytes, at: int, end: int, names: list[bytes], values: list[Cell]) -> int:
    """One binding. Nearly all have lengths of one octet, and are read here without a call for each part."""
    if at + 4 > end or data[at] != SEQUENCE or data[at + 2] != OBJECT_IDENTIFIER:
        return _decode_binding(data, at, end, names, values)
    binding_end, name_end = at + 2 + data[at + 1], at + 4 + data[at + 3]
    if data[at + 1] >= 0x80 or data[at + 3] >= 0x80 or binding_end > end or name_end + 2 > binding_end:
        return _decode_binding(data, at, end, names, values)
    stop = name_end + 2 + data[name_end + 1]
    if data[name_end + 1] >= 0x80 or stop > binding_end or name_end == at + 4:
        return _decode_binding(data, at, end, names, values)
    names.append(data[at + 4 : name_end])
    values.append(decode_value(data[name_end], data[name_end + 2 : stop]))
    return binding_end


def _decode_binding(data: bytes, at: int, end: int, names: list[bytes], values: list[Cell]) -> int:
    at, binding_end = read_span(data, at, end, SEQUENCE)
    start, stop = read_span(data, at, binding_end, OBJECT_IDENTIFIER)
    if start == stop or stop + 2 > binding_end:
        raise MalformedBerError("a binding without a name or a value")
    names.append(data[start:stop])
    tag = data[stop]
    start, stop = read_length(data, stop + 1, binding_end)
    values.append(decode_value(tag, data[start:stop]))
    return binding_end
