"""ICMP echo on the wire, held by octets written out by hand from RFC 792 and RFC 4443."""

import pytest

from opsmon.protocol.icmp.packet import (
    EchoFailure,
    EchoReply,
    IpVersion,
    MalformedPacketError,
    RequestTemplate,
    checksum_of,
    parse_answer,
    strip_ipv4_header,
)

V4_REQUEST = bytes.fromhex("0800 f7f9 0001 0005 0000 0000".replace(" ", ""))
QUOTED_V4 = bytes.fromhex("4500 0024 0000 4000 4001 0000 c0000201 c633640a".replace(" ", "")) + V4_REQUEST
QUOTED_V6 = (
    bytes.fromhex("60000000 0010 3a40".replace(" ", ""))
    + bytes.fromhex("20010db8000000000000000000000001" + "20010db800000000000000000000000a")
    + bytes.fromhex("8000000000010005")
    + b"NONCE678"
)


def test_a_request_of_ipv4_carries_its_checksum() -> None:
    assert RequestTemplate(IpVersion.V4, 1, bytes(2)).build(5, bytes(2)) == V4_REQUEST
    assert checksum_of(V4_REQUEST) == 0


def test_a_request_of_ipv6_leaves_the_checksum_to_the_kernel() -> None:
    assert RequestTemplate(IpVersion.V6, 1, b"cd").build(5, b"ab") == bytes.fromhex("8000000000010005") + b"abcd"


def test_the_checksum_of_an_odd_number_of_octets_pads_with_zero() -> None:
    assert checksum_of(b"\x01\x02\x03") == 0xFFFF - (0x0102 + 0x0300)


def test_a_reply_is_read() -> None:
    message = bytes.fromhex("0000 fff9 0001 0005".replace(" ", "")) + b"payload"
    assert parse_answer(IpVersion.V4, message) == EchoReply(1, 5, b"payload")
    assert parse_answer(IpVersion.V6, b"\x81" + message[1:]) == EchoReply(1, 5, b"payload")


@pytest.mark.parametrize(
    ("kind", "code", "reason"),
    [
        (3, 0, "network unreachable"),
        (3, 1, "host unreachable"),
        (3, 13, "prohibited by a filter"),
        (3, 7, "destination unreachable"),
        (11, 0, "hop limit exceeded on the way"),
    ],
)
def test_an_ipv4_error_names_the_request_that_it_quotes(kind: int, code: int, reason: str) -> None:
    message = bytes((kind, code)) + bytes(6) + QUOTED_V4
    assert parse_answer(IpVersion.V4, message) == EchoFailure(1, 5, "198.51.100.10", bytes(4), reason)


@pytest.mark.parametrize(("kind", "code", "reason"), [(1, 3, "address unreachable"), (2, 0, "packet too big")])
def test_an_ipv6_error_names_the_request_that_it_quotes(kind: int, code: int, reason: str) -> None:
    message = bytes((kind, code)) + bytes(6) + QUOTED_V6
    assert parse_answer(IpVersion.V6, message) == EchoFailure(1, 5, "2001:db8::a", b"NONCE678", reason)


@pytest.mark.parametrize("kind", [5, 8, 13, 17])
def test_messages_that_answer_no_echo_are_passed_over(kind: int) -> None:
    assert parse_answer(IpVersion.V4, bytes((kind, 0)) + bytes(30)) is None


def test_an_error_about_another_protocol_is_passed_over() -> None:
    about_tcp = QUOTED_V4[:9] + b"\x06" + QUOTED_V4[10:]
    assert parse_answer(IpVersion.V4, bytes((3, 3)) + bytes(6) + about_tcp) is None


@pytest.mark.parametrize("cut", [8, 10, 27, 28, 35])
def test_an_error_that_quotes_too_little_is_malformed(cut: int) -> None:
    message = bytes((3, 1)) + bytes(6) + QUOTED_V4
    with pytest.raises(MalformedPacketError):
        parse_answer(IpVersion.V4, message[:cut])


@pytest.mark.parametrize("datagram", [b"", b"\x45", bytes(20), b"\x4f" + bytes(19), b"\x41" + bytes(30)])
def test_what_has_no_ipv4_header_is_malformed(datagram: bytes) -> None:
    with pytest.raises(MalformedPacketError):
        strip_ipv4_header(datagram)


def test_header_options_are_stepped_over() -> None:
    assert strip_ipv4_header(b"\x46" + bytes(23) + b"rest") == b"rest"
