"""Messages of the protocols that are written like HTTP: RTSP (RFC 2326) and SIP (RFC 3261). Pure, but for one reader.

A message is a start line, header lines (names in any case, folded lines allowed, several of one name kept), an empty
line, and a body of as many octets as Content-Length says. Sizes are bounded; what breaks the format is MalformedError.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opsmon.probe.charset import decode_octets

LONGEST_HEAD_BYTES = 16_384
LONGEST_BODY_BYTES = 131_072
_STATUS_LINE = re.compile(r"([A-Z]+/\d\.\d) (\d{3})(?: (.*))?")


class MalformedError(ValueError):
    """Octets that are no message of this family of protocols."""


@dataclass(frozen=True, slots=True)
class Response:
    """One response. Header names are in lower case."""

    protocol: str
    status: int
    reason: str
    headers: Mapping[str, tuple[str, ...]]
    body: bytes = b""

    def header(self, name: str) -> str:
        """The first header of a name; empty when there is none."""
        return self.headers.get(name, ("",))[0]


def build_request(
    method: str, target: str, protocol: str, headers: Sequence[tuple[str, str]], body: bytes = b""
) -> bytes:
    """A request as octets. Line breaks in a value would begin another header, so they are refused."""
    lines = [f"{method} {target} {protocol}", *(f"{name}: {value}" for name, value in headers)]
    if any("\r" in line or "\n" in line for line in lines):
        raise MalformedError("a line break inside a header")
    return "\r\n".join((*lines, "", "")).encode()


def parse_response_head(head: bytes) -> Response:
    """Start line and headers of a response. Raises MalformedError."""
    first, *lines = decode_octets(head).replace("\r\n", "\n").strip("\n").split("\n")
    match = _STATUS_LINE.fullmatch(first.rstrip())
    if match is None:
        raise MalformedError("the first line is no status line")
    return Response(match[1], int(match[2]), match[3] or "", _parse_headers(lines))


def parse_response(datagram: bytes) -> Response:
    """A whole response in one datagram; what follows the announced body is ignored (RFC 3261, 18.3)."""
    head, end, rest = datagram.partition(b"\r\n\r\n")
    if not end:
        raise MalformedError("the headers do not end")
    response = parse_response_head(head)
    length = content_length(response) if response.header("content-length") else len(rest)
    if length > len(rest):
        raise MalformedError("the body is cut off")
    return _with_body(response, rest[:length])


def content_length(response: Response) -> int:
    """The announced length of the body; 0 when none is announced. Raises MalformedError."""
    written = response.header("content-length").strip() or "0"
    if not written.isascii() or not written.isdigit() or int(written) > LONGEST_BODY_BYTES:
        raise MalformedError("a Content-Length that is no sensible number")
    return int(written)


async def read_response(reader: asyncio.StreamReader) -> Response:
    """The next response of a stream. Raises MalformedError; silence is for the caller's time-out."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise MalformedError("headers without an end") from None
    except asyncio.IncompleteReadError as error:
        raise MalformedError("hung up before the end of the headers" if error.partial else "hung up") from None
    if len(head) > LONGEST_HEAD_BYTES:
        raise MalformedError("headers without an end")
    response = parse_response_head(head)
    try:
        return _with_body(response, await reader.readexactly(content_length(response)))
    except asyncio.IncompleteReadError:
        raise MalformedError("hung up before the end of the body") from None


def _parse_headers(lines: Sequence[str]) -> dict[str, tuple[str, ...]]:
    headers: dict[str, tuple[str, ...]] = {}
    name = ""
    for line in lines:
        if line[:1] in (" ", "\t"):
            if not name:
                raise MalformedError("a folded line with nothing before it")
            *before, last = headers[name]
            headers[name] = (*before, f"{last} {line.strip()}")
            continue
        written, colon, value = line.partition(":")
        name = written.strip().lower()
        if not colon or not name:
            raise MalformedError("a header line without a name")
        headers[name] = (*headers.get(name, ()), value.strip())
    return headers


def _with_body(response: Response, body: bytes) -> Response:
    return Response(response.protocol, response.status, response.reason, response.headers, body)
