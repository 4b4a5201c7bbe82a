"""SNMPv3 messages (RFC 3412, 6) with the parameters of the user-based security model (RFC 3414, 2.4).

Promises: reading raises MalformedBerError for whatever is not such a message, looks at no octet of its data, and takes
no copy that is longer than the datagram. Refuses: octets behind the message, negative numbers, other security models.
"""

from typing import Final, NamedTuple

from opsmon.protocol.snmp.codec.ber import (
    INTEGER,
    OCTET_STRING,
    SEQUENCE,
    MalformedBerError,
    encode_integer,
    encode_length,
    encode_tlv,
    read_integer,
    read_span,
)
from opsmon.protocol.snmp.codec.message import (
    REQUEST_ID_OCTETS,
    VERSION_3,
    EncodedRequest,
    Pdu,
    Request,
    encode_pdu,
)

AUTH_FLAG, PRIV_FLAG, REPORTABLE_FLAG = 1, 2, 4  # msgFlags
LEVEL_FLAGS: Final = AUTH_FLAG | PRIV_FLAG
MIN_ENGINE_ID_OCTETS, MAX_ENGINE_ID_OCTETS = 5, 32  # RFC 3411, SnmpEngineID
MAX_USER_OCTETS = 32
MAX_INT = 2**31 - 1
MAX_SIZE_OF_OURS = 65_507  # what a UDP datagram over IPv4 holds
MIN_MAX_SIZE = 484  # RFC 3412, 6: what every engine takes
_USM: Final = 3  # RFC 3411, SnmpSecurityModel
_VERSION: Final = encode_integer(VERSION_3)


class UsmMessage(NamedTuple):
    """A message whose head has been read; what it says is not proved yet.

    The MAC and the data are places in the datagram: `data_at` is where the data begins, a plain scoped PDU or the
    string that holds an encrypted one; it goes to the end.
    """

    message_id: int
    max_size: int
    flags: int
    engine_id: bytes
    boots: int
    seconds: int
    user: bytes
    mac_at: int
    mac_end: int
    salt: bytes
    data_at: int

    @property
    def level(self) -> int:
        return self.flags & LEVEL_FLAGS


def decode_message(data: bytes) -> UsmMessage:
    """The head of an SNMPv3 message that is as long as its datagram."""
    end = len(data)
    at, stop = read_span(data, 0, end, SEQUENCE)
    if stop != end:
        raise MalformedBerError("octets behind the message")
    version, at = read_integer(data, at, end)
    if version != VERSION_3:
        raise MalformedBerError(f"msgVersion {version}")
    message_id, max_size, flags, at = _read_global(data, at, end)
    at, stop = read_span(data, at, end, OCTET_STRING)
    data_at = stop
    at, inner_end = read_span(data, at, stop, SEQUENCE)
    if inner_end != stop:
        raise MalformedBerError("octets behind the security parameters")
    start, at = read_span(data, at, stop, OCTET_STRING)
    engine_id = data[start:at]
    boots, at = _read_natural(data, at, stop)
    seconds, at = _read_natural(data, at, stop)
    start, at = read_span(data, at, stop, OCTET_STRING)
    user = data[start:at]
    mac_at, mac_end = read_span(data, at, stop, OCTET_STRING)
    start, at = read_span(data, mac_end, stop, OCTET_STRING)
    if at != stop or len(engine_id) > MAX_ENGINE_ID_OCTETS or len(user) > MAX_USER_OCTETS:
        raise MalformedBerError("security parameters that no engine has")
    return UsmMessage(
        message_id, max_size, flags, engine_id, boots, seconds, user, mac_at, mac_end, data[start:at], data_at
    )


def _read_global(data: bytes, at: int, end: int) -> tuple[int, int, int, int]:
    """msgID, msgMaxSize, msgFlags, and where msgGlobalData ends."""
    at, stop = read_span(data, at, end, SEQUENCE)
    message_id, at = _read_natural(data, at, stop)
    max_size, at = _read_natural(data, at, stop)
    start, at = read_span(data, at, stop, OCTET_STRING)
    if at - start != 1:
        raise MalformedBerError("msgFlags are one octet")
    flags = data[start]
    model, at = read_integer(data, at, stop)
    if model != _USM or at != stop:
        raise MalformedBerError(f"msgSecurityModel {model}")
    if flags & LEVEL_FLAGS == PRIV_FLAG:
        raise MalformedBerError("privacy without authentication")
    return message_id, max_size, flags, stop


def _read_natural(data: bytes, at: int, end: int) -> tuple[int, int]:
    value, at = read_integer(data, at, end)
    if not 0 <= value <= MAX_INT:
        raise MalformedBerError(f"{value} where a number of 31 bits was expected")
    return value, at


# --- the scoped PDU


def encode_scoped_request(engine_id: bytes, context: bytes, request: Request) -> EncodedRequest:
    """The scoped PDU that asks `request` of a context (RFC 3412, 6), whole but for its request-id."""
    before_id, after_id = encode_pdu(request)
    head = encode_scope(engine_id, context) + before_id
    before_id = bytes((SEQUENCE,)) + encode_length(len(head) + REQUEST_ID_OCTETS + len(after_id)) + head
    return EncodedRequest(before_id, after_id)


def encode_scope(engine_id: bytes, context: bytes) -> bytes:
    """contextEngineID and contextName."""
    return encode_tlv(OCTET_STRING, engine_id) + encode_tlv(OCTET_STRING, context)


# --- what goes out


def encode_global(flags: int) -> tuple[bytes, bytes]:
    """msgVersion and msgGlobalData before and behind msgID, which has four octets."""
    behind = encode_integer(MAX_SIZE_OF_OURS) + encode_tlv(OCTET_STRING, bytes((flags,))) + encode_integer(_USM)
    id_header = bytes((INTEGER, REQUEST_ID_OCTETS))
    size = len(id_header) + REQUEST_ID_OCTETS + len(behind)
    return _VERSION + bytes((SEQUENCE,)) + encode_length(size) + id_header, behind


def encode_security(
    engine_id: bytes, boots: int, seconds: int, user: bytes, mac_octets: int, salt_octets: int
) -> tuple[bytes, bytes]:
    """msgSecurityParameters up to the MAC, and between the MAC and the salt."""
    before = encode_tlv(OCTET_STRING, engine_id) + encode_integer(boots) + encode_integer(seconds)
    before += encode_tlv(OCTET_STRING, user) + bytes((OCTET_STRING, mac_octets))
    between = bytes((OCTET_STRING, salt_octets))
    size = len(before) + mac_octets + len(between) + salt_octets
    before = bytes((SEQUENCE,)) + encode_length(size) + before
    size += 1 + len(encode_length(size))
    return bytes((OCTET_STRING,)) + encode_length(size) + before, between


_DISCOVERY_GLOBAL = encode_global(REPORTABLE_FLAG)
_DISCOVERY_SECURITY = encode_security(b"", 0, 0, b"", 0, 0)
_DISCOVERY_REQUEST = encode_scoped_request(b"", b"", Request(Pdu.GET, ()))


def encode_discovery(message_id: int) -> bytes:
    """What every engine answers by a report of its id (RFC 3414, 4): nobody asks nothing, and nothing is proved."""
    before_id, behind_id = _DISCOVERY_GLOBAL
    content = before_id + message_id.to_bytes(REQUEST_ID_OCTETS, "big") + behind_id
    content += b"".join(_DISCOVERY_SECURITY) + _DISCOVERY_REQUEST.with_id(message_id)
    return encode_tlv(SEQUENCE, content)
