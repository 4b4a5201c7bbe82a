"""ICMP and ICMPv6 echo on the wire: requests to bytes, datagrams to answers. Pure; any bytes are taken.

Formats: RFC 792 (echo, destination unreachable, time exceeded, parameter problem), RFC 4443 (the same for IPv6),
RFC 791 and RFC 8200 for the headers that an error quotes. A datagram that breaks its format raises MalformedError;
one that is well formed and concerns no echo request is None.
"""

import ipaddress
import struct
from enum import IntEnum
from typing import NamedTuple

NONCE_BYTES = 8
_ECHO = struct.Struct("!BBHHH")  # type, code, checksum, identifier, sequence
_IPV6_HEADER_BYTES = 40
_PROTOCOL_OFFSET = {4: 9, 6: 6}
_ICMP_PROTOCOL = {4: 1, 6: 58}
_ECHO_REQUEST = {4: 8, 6: 128}
_ECHO_REPLY = {4: 0, 6: 129}


class IpVersion(IntEnum):
    V4 = 4
    V6 = 6


class MalformedPacketError(ValueError):
    """A datagram that no correct sender would send."""


class EchoReply(NamedTuple):
    """An answer as it came; whether it is ours is for the pinger to check."""

    ident: int
    sequence: int
    payload: bytes


class EchoFailure(NamedTuple):
    """What an ICMP error says of an echo request that it quotes (RFC 1812: the header at least, more if it fits)."""

    ident: int
    sequence: int
    destination: str
    quoted_payload: bytes
    reason: str


_REASONS_V4 = {
    (3, 0): "network unreachable",
    (3, 1): "host unreachable",
    (3, 2): "protocol unreachable",
    (3, 3): "port unreachable",
    (3, 4): "packet too big",
    (3, 9): "network prohibited",
    (3, 10): "host prohibited",
    (3, 13): "prohibited by a filter",
}
_REASONS_V6 = {
    (1, 0): "no route",
    (1, 1): "prohibited by a filter",
    (1, 3): "address unreachable",
    (1, 4): "port unreachable",
}
_CLASSES_V4 = {3: "destination unreachable", 11: "hop limit exceeded on the way", 12: "parameter problem"}
_CLASSES_V6 = {
    1: "destination unreachable",
    2: "packet too big",
    3: "hop limit exceeded on the way",
    4: "parameter problem",
}


def reason_of(version: IpVersion, kind: int, code: int) -> str | None:
    """The words of an ICMP error; None when the type is no error that an echo request can meet."""
    reasons, classes = (_REASONS_V4, _CLASSES_V4) if version is IpVersion.V4 else (_REASONS_V6, _CLASSES_V6)
    return reasons.get((kind, code)) or classes.get(kind)


def checksum_of(data: bytes) -> int:
    """The Internet checksum (RFC 1071); 0 over data that carries its own right checksum.

    The sum of 16-bit words with end-around carry is the whole number modulo 65,535, where a sum of 0xFFFF shows as 0.
    """
    number = int.from_bytes(data + b"\0" * (len(data) % 2), "big")
    rest = number % 0xFFFF
    return 0 if number and not rest else 0xFFFF - rest


class RequestTemplate:
    """Echo requests that differ in sequence number and nonce only: what is the same is summed up once.

    The checksum (RFC 1071) is a sum, so its parts may be added in any order; the nonce stands at an even place.
    """

    __slots__ = ("_head", "_rest", "_sum", "_version")

    def __init__(self, version: IpVersion, ident: int, padding: bytes) -> None:
        self._version, self._rest = version, padding
        head = _ECHO.pack(_ECHO_REQUEST[version], 0, 0, ident, 0)
        self._head = head[:2], head[4:6]
        self._sum = int.from_bytes(head + padding + b"\0" * (len(padding) % 2), "big") % 0xFFFF

    def build(self, sequence: int, nonce: bytes) -> bytes:
        """The request that carries the nonce, of an even length, and the padding."""
        checksum = 0  # for IPv6 the kernel puts it in
        if self._version is IpVersion.V4:
            total = self._sum + sequence + int.from_bytes(nonce, "big")
            checksum = -total % 0xFFFF
        kind, ident = self._head
        return b"%b%b%b%b%b%b" % (
            kind, checksum.to_bytes(2, "big"), ident, sequence.to_bytes(2, "big"), nonce, self._rest,
        )  # fmt: skip


def strip_ipv4_header(datagram: bytes) -> bytes:
    """What follows the IPv4 header that a raw socket hands over."""
    if len(datagram) < 20 or datagram[0] >> 4 != 4:
        raise MalformedPacketError("no IPv4 header")
    header_bytes = (datagram[0] & 0x0F) * 4
    if header_bytes < 20 or header_bytes > len(datagram):
        raise MalformedPacketError("wrong IPv4 header length")
    return datagram[header_bytes:]


def parse_answer(version: IpVersion, message: bytes) -> EchoReply | EchoFailure | None:
    """What an ICMP message (without the IP header around it) says of an echo request. Raises MalformedError."""
    if len(message) < _ECHO.size:
        raise MalformedPacketError("shorter than an ICMP header")
    kind, code, _, ident, sequence = _ECHO.unpack_from(message)
    if kind == _ECHO_REPLY[version]:
        return EchoReply(ident, sequence, message[_ECHO.size :])
    reason = reason_of(version, kind, code)
    return _parse_quoted(version, message[_ECHO.size :], reason) if reason else None


def _parse_quoted(version: IpVersion, quoted: bytes, reason: str) -> EchoFailure | None:
    header_bytes, destination = _read_quoted_header(version, quoted)
    if quoted[_PROTOCOL_OFFSET[version]] != _ICMP_PROTOCOL[version]:
        return None
    return parse_quoted_request(version, quoted[header_bytes:], destination, reason)


def parse_quoted_request(version: IpVersion, request: bytes, destination: str, reason: str) -> EchoFailure | None:
    """The failure of the echo request whose first bytes are `request`; None when it is no echo request."""
    if len(request) < _ECHO.size:
        raise MalformedPacketError("an ICMP error that quotes too little")
    kind, _, _, ident, sequence = _ECHO.unpack_from(request)
    if kind != _ECHO_REQUEST[version]:
        return None
    return EchoFailure(ident, sequence, destination, request[_ECHO.size :], reason)


def _read_quoted_header(version: IpVersion, quoted: bytes) -> tuple[int, str]:
    if version is IpVersion.V4:
        rest = strip_ipv4_header(quoted)
        return len(quoted) - len(rest), str(ipaddress.IPv4Address(quoted[16:20]))
    if len(quoted) < _IPV6_HEADER_BYTES or quoted[0] >> 4 != 6:
        raise MalformedPacketError("an ICMPv6 error that quotes no IPv6 header")
    return _IPV6_HEADER_BYTES, str(ipaddress.IPv6Address(quoted[24:40]))
