"""Messages like RTSP's and SIP's: well formed ones read, malformed ones refused, in streams and in datagrams."""

import asyncio

import pytest

from opsmon.protocol.text_message import (
    MAX_BODY_BYTES,
    MalformedMessageError,
    build_request,
    parse_response,
    read_response,
)

WHOLE = (
    b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z1\r\nvia: second\r\nSubject: folded\r\n over lines\r\n"
    b"Content-Length: 4\r\n\r\nbodyrest"
)


def stream_of(octets: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=65_536)
    reader.feed_data(octets)
    reader.feed_eof()
    return reader


def test_a_request_is_written_line_by_line() -> None:
    request = build_request("OPTIONS", "sip:a@b", "SIP/2.0", [("CSeq", "1 OPTIONS")])
    assert request == b"OPTIONS sip:a@b SIP/2.0\r\nCSeq: 1 OPTIONS\r\n\r\n"


@pytest.mark.parametrize("value", ["a\r\nEvil: 1", "a\nb"])
def test_a_line_break_in_a_header_is_refused(value: str) -> None:
    with pytest.raises(MalformedMessageError):
        build_request("OPTIONS", "sip:a@b", "SIP/2.0", [("To", value)])


async def test_a_response_is_read_the_same_from_datagram_and_stream() -> None:
    from_datagram = parse_response(WHOLE)
    assert from_datagram == await read_response(stream_of(WHOLE))
    assert (from_datagram.protocol, from_datagram.status, from_datagram.reason) == ("SIP/2.0", 200, "OK")
    assert from_datagram.headers["via"] == ("SIP/2.0/UDP 192.0.2.1;branch=z1", "second")
    assert from_datagram.header("subject") == "folded over lines"
    assert from_datagram.header("missing") == ""
    assert from_datagram.body == b"body"


def test_without_a_length_a_datagram_is_all_body() -> None:
    assert parse_response(b"SIP/2.0 404 Not Found\r\nA: b\r\n\r\nall of it").body == b"all of it"


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"hello\r\n\r\n",
        b"HTTP 200 OK\r\n\r\n",
        b"SIP/2.0 20 OK\r\n\r\n",
        b"SIP/2.0 200 OK\r\nno colon\r\n\r\n",
        b"SIP/2.0 200 OK\r\n folded first\r\n\r\n",
        b"SIP/2.0 200 OK\r\nContent-Length: ten\r\n\r\n",
        b"SIP/2.0 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"SIP/2.0 200 OK\r\nContent-Length: " + str(MAX_BODY_BYTES + 1).encode() + b"\r\n\r\n",
        b"SIP/2.0 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"SIP/2.0 200 OK\r\nNever: ends",
        b"A: " + b"b" * 20_000 + b"\r\n\r\n",
        b"x" * 70_000,
    ],
)
async def test_what_is_no_message_is_refused(octets: bytes) -> None:
    with pytest.raises(MalformedMessageError):
        parse_response(octets)
    with pytest.raises(MalformedMessageError):
        await read_response(stream_of(octets))
