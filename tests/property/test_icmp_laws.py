"""Laws of the ICMP codec: any bytes are taken, what is built is right, what is answered is recognised."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from opsmon.protocol.icmp.packet import (
    EchoReply,
    IpVersion,
    MalformedPacketError,
    RequestTemplate,
    checksum_of,
    parse_answer,
    strip_ipv4_header,
)

VERSIONS = st.sampled_from(list(IpVersion))
NUMBERS = st.integers(0, 65_535)
NONCES = st.binary(min_size=8, max_size=8) | st.just(b"\xff" * 8)


@given(VERSIONS, st.binary(max_size=200))
def test_any_message_is_read_or_refused_as_malformed(version: IpVersion, message: bytes) -> None:
    with contextlib.suppress(MalformedPacketError):
        parse_answer(version, message)


@given(VERSIONS, st.sampled_from([1, 2, 3, 4, 11, 12]), st.binary(min_size=7, max_size=120))
def test_any_error_is_read_or_refused_as_malformed(version: IpVersion, kind: int, rest: bytes) -> None:
    with contextlib.suppress(MalformedPacketError):
        parse_answer(version, bytes((kind,)) + rest)


@given(st.binary(max_size=100))
def test_any_datagram_is_stripped_or_refused(datagram: bytes) -> None:
    with contextlib.suppress(MalformedPacketError):
        assert datagram.endswith(strip_ipv4_header(datagram))


@given(NUMBERS, NUMBERS, NONCES, st.binary(max_size=1400) | st.just(b"\xff" * 40))
def test_a_request_checks_and_one_flipped_bit_does_not(ident: int, sequence: int, nonce: bytes, rest: bytes) -> None:
    request = RequestTemplate(IpVersion.V4, ident, rest).build(sequence, nonce)
    assert checksum_of(request) == 0
    flipped = bytes((request[0] ^ 1, *request[1:]))
    assert checksum_of(flipped) != 0


@given(st.binary(max_size=300) | st.integers(0, 60).map(bytes) | st.integers(0, 60).map(lambda n: b"\xff" * n))
def test_the_checksum_is_the_sum_of_words_with_the_carries_brought_around(data: bytes) -> None:
    even = data + bytes(len(data) % 2)
    total = 0
    for place in range(0, len(even), 2):
        total += even[place] << 8 | even[place + 1]
        total = (total & 0xFFFF) + (total >> 16)
    assert checksum_of(data) == ~total & 0xFFFF


@given(VERSIONS, NUMBERS, NUMBERS, NONCES, st.binary(max_size=100))
def test_the_reply_to_a_request_carries_what_the_request_carried(
    version: IpVersion, ident: int, sequence: int, nonce: bytes, rest: bytes
) -> None:
    request = RequestTemplate(version, ident, rest).build(sequence, nonce)
    kind = b"\0" if version is IpVersion.V4 else b"\x81"
    assert parse_answer(version, kind + request[1:]) == EchoReply(ident, sequence, nonce + rest)
