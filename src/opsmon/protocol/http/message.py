"""Responses of HTTP/1 servers of every sort, read from a stream (RFC 9112), as curl and browsers take them.

What harms nobody is taken: see `text_message`, and interim responses (100, 103), any version of HTTP, chunk
extensions, trailers, a body without a length, a head that ends with the connection, a body that is packed although we
asked for a plain one. Two lengths that differ, a broken chunk, a header without a colon are
refused, and the error names the line and the reason. A head has at most 256 KiB and 5,000 lines, with the interim
ones before it; of a body a MiB is read, in at most 65,536 chunks, and many small ones let the loop go on in between.
"""

import asyncio
import re
import zlib

from opsmon.protocol.text_message import (
    MalformedMessageError,
    TextResponse,
    content_length,
    parse_response_lines,
    quoted,
    read_head,
)
from opsmon.protocol.wire_text import wire_text

MAX_HEAD_BYTES = 262_144
MAX_BODY_BYTES = 1_048_576
_MAX_INTERIM = 20
_MAX_HEADERS = 5_000  # as curl
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_ZLIB_OR_GZIP = 32 + zlib.MAX_WBITS
_MAX_CHUNK_LINE_BYTES = 8_192
_MAX_ANNOUNCED_BYTES = 10**15
MAX_CHUNKS = 65_536
_CHUNKS_AT_A_TIME = 256  # a chunk that has come already is read without a turn of the loop
_CHUNK_SIZE = re.compile(rb"[ \t]*0*([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?")


async def read_http_head(reader: asyncio.StreamReader) -> TextResponse:
    """The final response without its body; interim ones before it are passed over. Raises MalformedError.

    The reader's own limit has to be MAX_HEAD_BYTES.
    """
    left = _MAX_HEADERS
    for _ in range(_MAX_INTERIM):
        lines = await read_head(reader, MAX_HEAD_BYTES, left, may_end=True)
        left -= len(lines)
        response = parse_response_lines(lines)
        if not response.protocol.startswith("HTTP/"):
            raise MalformedMessageError(f"line 1 is of another protocol: {quoted(response.protocol)}")
        if response.status >= 200 or response.status == 101:
            return response
    raise MalformedMessageError(f"more than {_MAX_INTERIM} interim responses")


async def read_http_body(reader: asyncio.StreamReader, response: TextResponse, method: str) -> bytes:
    """The body, unpacked, cut at MAX_BODY_BYTES. Raises MalformedError, also where it ends before its time."""
    return _unpacked(await _read_body(reader, response, method), response.header("content-encoding").lower())


def _unpacked(body: bytes, coding: str) -> bytes:
    """Servers pack pages whatever Accept-Encoding says. What is not packed as it says is left as it came."""
    if coding not in _PACKED:
        return body
    for wbits in (_ZLIB_OR_GZIP, -zlib.MAX_WBITS):  # `deflate` comes with and without the header of zlib
        try:
            return zlib.decompressobj(wbits).decompress(body, MAX_BODY_BYTES)
        except zlib.error:
            continue
    return body


async def _read_body(reader: asyncio.StreamReader, response: TextResponse, method: str) -> bytes:
    if method == "HEAD" or response.status in (101, 204, 304):
        return b""
    codings = [
        coding.strip().lower() for line in response.headers.get("transfer-encoding", ()) for coding in line.split(",")
    ]
    if "chunked" in codings:
        return await _read_chunks(reader)
    announced = None if any(coding not in ("", "identity") for coding in codings) else _announced(response)
    if announced is None:
        return await _read_until_end(reader)
    wanted = min(announced, MAX_BODY_BYTES)
    try:
        return await reader.readexactly(wanted)
    except asyncio.IncompleteReadError as error:
        raise MalformedMessageError(f"hung up after {len(error.partial)} of {announced} octets of the body") from None


def _announced(response: TextResponse) -> int | None:
    return content_length(response, _MAX_ANNOUNCED_BYTES)


async def _read_until_end(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while len(body) < MAX_BODY_BYTES and (piece := await reader.read(65_536)):
        body += piece
    return bytes(body[:MAX_BODY_BYTES])


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    body, number = bytearray(), 0
    while len(body) < MAX_BODY_BYTES:
        number += 1
        if number > MAX_CHUNKS:
            raise MalformedMessageError(f"more than {MAX_CHUNKS} chunks")
        if number % _CHUNKS_AT_A_TIME == 0:
            await asyncio.sleep(0)
        size = await _read_chunk_size(reader, number)
        if size == 0:
            return bytes(body)  # trailers say nothing that a check wants, and the connection ends here
        wanted = min(size, MAX_BODY_BYTES - len(body))
        try:
            body += await reader.readexactly(wanted)
            if wanted == size and await reader.readuntil(b"\n") not in (b"\r\n", b"\n"):
                raise MalformedMessageError(f"chunk {number} is longer than the {size} octets that it announces")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            raise MalformedMessageError(f"hung up inside chunk {number}, which has {size} octets") from None
    return bytes(body)


async def _read_chunk_size(reader: asyncio.StreamReader, number: int) -> int:
    try:
        line = await reader.readuntil(b"\n")
    except asyncio.IncompleteReadError:
        raise MalformedMessageError(f"hung up before chunk {number}") from None
    except asyncio.LimitOverrunError:
        line = b"\n"
    line = line.rstrip(b"\r\n")
    match = _CHUNK_SIZE.fullmatch(line) if len(line) <= _MAX_CHUNK_LINE_BYTES else None
    if match is None:
        raise MalformedMessageError(f"chunk {number} has no size: {quoted(wire_text(line))}")
    return int(match[1], 16)
