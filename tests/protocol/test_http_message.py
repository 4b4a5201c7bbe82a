"""Answers that are a little wrong, as curl takes them, and wrong ones, which are refused with their line."""

import asyncio
import gzip
import zlib

import pytest

from opsmon.protocol.http.message import MAX_BODY_BYTES, MAX_HEAD_BYTES, read_http_body, read_http_head
from opsmon.protocol.text_message import MalformedMessageError, TextResponse


async def read(octets: bytes, method: str = "GET") -> tuple[TextResponse, bytes]:
    reader = asyncio.StreamReader(limit=MAX_HEAD_BYTES)
    reader.feed_data(octets)
    reader.feed_eof()
    head = await read_http_head(reader)
    return head, await read_http_body(reader, head, method)


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nServer : x\r\nContent-Length: 2\r\n\r\nok", id="a space before the colon"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok, and more", id="before the colon of the length"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", id="the same length twice"
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok", id="the same length twice in one line"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\nContent-Length: 2\r\n\r\nok", id="a long line"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 900 + b"Content-Length: 2\r\n\r\nok", id="many lines"),
        pytest.param(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", id="LF alone"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 2\n\r\nok", id="either end of line"),
        pytest.param(b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", id="no reason phrase"),
        pytest.param(b"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok", id="an empty reason phrase"),
        pytest.param("HTTP/1.1 200 正常\r\nContent-Length: 2\r\n\r\nok".encode("gbk"), id="a reason phrase in GBK"),
        pytest.param(b"HTTP/1.0 200 OK\r\n\r\nok", id="HTTP/1.0 without a length"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\nok", id="no length"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", id="100-continue"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: a\r\n folded\r\n\tmore\r\nContent-Length: 2\r\n\r\nok", id="folded"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b;c\r\nok\r\n0\r\n\r\n", id="extensions"
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\no\r\n001 \nk\r\n0\r\nT: x\r\n\r\n", id="trailer"
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 99\r\n\r\n2\r\nok\r\n0\r\n", id="both"
        ),
        pytest.param(b"\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", id="an empty line before"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nServer: \xc9\xe3\xcf\xf1\r\nContent-Length: 2\r\n\r\nok", id="GBK in a header"
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\nEmpty:\r\nContent-Length:2\r\n\r\nok", id="no space after the colon"),
        pytest.param(b"HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 2\r\n\r\nok", id="a header without a name"),
        pytest.param(b"HTTP/1.1 200OK\r\nContent-Length: 2\r\n\r\nok", id="no space after the status"),
        pytest.param(b"http/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", id="a version in lower case"),
        pytest.param(b"HTTP/2 200\r\nContent-Length: 2\r\n\r\nok", id="a version of one number"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 002\r\nContent-Length: 2\r\n\r\nok", id="zeros before a length"
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok", id="a sign before a length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 2 bytes\r\n\r\nok", id="a unit behind a length"),
        pytest.param(b"HTTP/1.1 200 OK\r\r\nContent-Length: 2\r\r\n\r\r\nok", id="two CRs at the end of a line"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 1500 + b"Content-Length: 2\r\n\r\nok", id="1,500 headers"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0000000000000002\r\nok\r\n0\r\n\r\n",
            id="zeros before the size of a chunk",
        ),
        *(
            pytest.param(b"HTTP/1.0 200 OK\r\nContent-Encoding: %b\r\n\r\n%b" % (coding, body), id=f"packed {number}")
            for number, (coding, body) in enumerate(
                (
                    (b"gzip", gzip.compress(b"ok")),
                    (b"X-GZIP", gzip.compress(b"ok")),
                    (b"deflate", zlib.compress(b"ok")),
                    (b"deflate", zlib.compress(b"ok", wbits=-15)),
                    (b"gzip", b"ok"),
                )
            )
        ),
    ],
)
async def test_what_harms_nobody_is_taken(octets: bytes) -> None:
    response, body = await read(octets)
    assert (response.status, body) == (200, b"ok")


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"SSH-2.0-dropbear\r\n\r\n", "line 1 is no status line: 'SSH-2.0-dropbear'"),
        (b"RTSP/1.0 200 OK\r\n\r\n", "line 1 is of another protocol"),
        (b"HTTP/1.1 20 OK\r\n\r\n", "line 1 is no status line"),
        (b"HTTP/1.1 200 OK\r\nServer: x\r\nno colon here\r\n\r\n", "line 3 has no colon: 'no colon here'"),
        (b"HTTP/1.1 200 OK\r\n folded\r\n\r\n", "line 2 is folded, with nothing before it"),
        (b"HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", "line 2 holds a NUL"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", "Content-Length is '2' and '3'"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nok", "Content-Length is no sensible number: '-1'"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", "hung up after 2 of 9 octets"),
        (b"HTTP/1.1 200 OK\r\nServer", "hung up inside line 2: 'Server'"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"a" * MAX_HEAD_BYTES + b"\r\n\r\n", "line 2 has no end within"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 6_000, "more than 5000 lines of headers"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 30, "more than 20 interim responses"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "chunk 1 has no size: 'xyz'"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokay\r\n0\r\n\r\n",
            "chunk 1 is longer than the 2",
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nok", "hung up inside chunk 1, which has 9 octets"),
        (b"", "hung up"),
    ],
)
async def test_what_is_refused_says_which_line_and_why(octets: bytes, words: str) -> None:
    with pytest.raises(MalformedMessageError) as caught:
        await read(octets)
    assert words in str(caught.value)


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
async def test_some_answers_have_no_body_whatever_they_announce(status: bytes) -> None:
    assert (await read(b"HTTP/1.1 " + status + b"\r\nContent-Length: 5\r\n\r\n"))[1] == b""
    assert (await read(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HEAD"))[1] == b""


@pytest.mark.parametrize("head", [b"", b"Content-Length: 99999999\r\n", b"Transfer-Encoding: chunked\r\n"])
async def test_a_body_is_cut(head: bytes) -> None:
    octets = b"x" * (2 * MAX_BODY_BYTES)
    body = b"%x\r\n" % len(octets) + octets if b"chunked" in head else octets
    assert (await read(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + body))[1] == b"x" * MAX_BODY_BYTES


@pytest.mark.parametrize("octets", [b"HTTP/1.0 200 OK\r\n", b"HTTP/1.0 200 OK\r\nServer: x\r\n"])
async def test_a_head_may_end_with_the_connection(octets: bytes) -> None:
    response, body = await read(octets)
    assert (response.status, body) == (200, b"")


async def test_a_packed_body_is_cut_where_a_plain_one_is() -> None:
    packed = gzip.compress(b"a" * 50_000_000)
    _, body = await read(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + packed)
    assert body == b"a" * MAX_BODY_BYTES
