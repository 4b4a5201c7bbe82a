"""Whatever ICMP brings: an answer, nothing, or malformed; and a flood of it leaves the loop its turns."""

import socket
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from opsmon.protocol.icmp.packet import (
    EchoFailure,
    EchoReply,
    IpVersion,
    MalformedPacketError,
    RequestTemplate,
    parse_answer,
    parse_quoted_request,
    strip_ipv4_header,
)
from opsmon.protocol.icmp.socket import IcmpSocket, PingNotPermittedError
from tests.support.fuzz.rig import examples, mutated, quickly
from tests.support.programs import missing

VERSIONS = st.sampled_from(list(IpVersion))
NUMBERS = st.integers(0, 65_535)


def error_about(version: IpVersion, request: bytes, kind: int, code: int) -> bytes:
    """An ICMP error that quotes a request as a router does."""
    head = bytes((kind, code)) + bytes(6)
    if version is IpVersion.V4:
        return head + b"\x45\0\0\x54\0\0\0\0\x40\x01\0\0\x7f\0\0\x01\x7f\0\0\x01" + request
    return head + b"\x60\0\0\0\0\x40\x3a\x40" + bytes(15) + b"\x01" + bytes(15) + b"\x01" + request


@st.composite
def messages(draw: st.DrawFn) -> tuple[IpVersion, bytes]:
    version = draw(VERSIONS)
    request = RequestTemplate(version, draw(NUMBERS), draw(st.binary(max_size=80))).build(draw(NUMBERS), b"NONCE678")
    reply = (b"\0" if version is IpVersion.V4 else b"\x81") + request[1:]
    error = error_about(version, request, draw(st.integers(0, 20)), draw(st.integers(0, 20)))
    whole = draw(st.sampled_from([reply, error, b"\x45\0\0\x54" + bytes(16) + reply, b"\x4f" + error]))
    return version, draw(mutated(whole))[:65_507]


@examples(100, 5_000)
@given(messages(), st.binary(max_size=60))
def test_a_message_is_an_answer_or_nothing_or_malformed(drawn: tuple[IpVersion, bytes], quoted: bytes) -> None:
    version, octets = drawn

    def read() -> None:
        readings: list[Callable[[], object]] = [
            lambda: parse_answer(version, octets),
            lambda: parse_answer(version, strip_ipv4_header(octets)),
            lambda: parse_quoted_request(version, quoted, "192.0.2.1", "no route"),
        ]
        for reading in readings:
            try:
                answer = reading()
            except MalformedPacketError:
                continue
            assert answer is None or isinstance(answer, EchoReply | EchoFailure)
            if isinstance(answer, EchoFailure):
                assert len(answer.reason) + len(answer.destination) < 100

    quickly(read)


def test_no_flood_keeps_the_reader_longer_than_its_turn() -> None:
    try:
        pings = IcmpSocket(IpVersion.V4)
        flood = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    except (PermissionError, PingNotPermittedError):
        missing("no raw socket for this user")
    with flood:
        for _ in range(20):
            flood.sendto(b"\0\0\x12\x34" + bytes(4), ("127.0.0.1", 0))  # an echo reply with a wrong checksum
        pings.reads_left = 7
        assert pings.receive() is None
        read_before = pings.malformed
        pings.reads_left = 1_000
        assert pings.receive() is None
        assert read_before <= 7
        assert pings.malformed > read_before
        pings.close()
