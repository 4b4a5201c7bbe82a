"""Messages of the protocols that are written like HTTP: HTTP (RFC 9112), RTSP (RFC 2326) and SIP (RFC 3261).

A message is a start line, header lines (names in any case, folded lines allowed, several of one name kept), an empty
line, and a body of as many octets as Content-Length says. What real devices get wrong and harms nobody is taken: lines
that end in LF alone or in more than one CR, a space before the colon, a header without a name, no reason phrase or
nothing before it, the same length twice. Sizes are bounded: a start line, a name and a value are cut at
HEADER_FIELD_CHARS, whatever is made of them. What breaks the format is MalformedError, which names line and reason.

Values are wire text (see `wire_text`): octets in any code come through unchanged.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opsmon.bounds import HEADER_FIELD_CHARS
from opsmon.protocol.wire_text import shown, wire_octets, wire_text

MAX_HEAD_BYTES = 65_536
MAX_BODY_BYTES = 131_072
MAX_HEADER_LINES = 1_000
_STATUS_LINE = re.compile(r"([A-Za-z]+/\d(?:\.\d)?)[ \t]+(\d{3})(?!\d)[ \t]?(.*)", re.ASCII)
_LENGTH = re.compile(r"\+?0*(\d{1,15})(?!\d)", re.ASCII)
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_QUOTED = 60
_MAX_QUOTED_LINES = 3
_BLANKS_BEFORE = 2
HUNG_UP = "hung up"  # before the first octet


class MalformedMessageError(ValueError):
    """Octets that are no message of this family of protocols."""


@dataclass(frozen=True, slots=True)
class TextResponse:
    """One response. Header names are in lower case; values are wire text."""

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
        raise MalformedMessageError("a line break inside a header")
    return wire_octets("\r\n".join((*lines, "", ""))) + body


def parse_response_head(head: bytes) -> TextResponse:
    """Start line and headers of a response. Raises MalformedError."""
    lines = head.strip(b"\r\n").split(b"\n", MAX_HEADER_LINES)
    if len(lines) > MAX_HEADER_LINES:
        raise MalformedMessageError(f"more than {MAX_HEADER_LINES} lines of headers")
    return parse_response_lines([wire_text(line).rstrip("\r") for line in lines])


def parse_response_lines(lines: Sequence[str]) -> TextResponse:
    """The same of lines without their ends."""
    first = lines[0][:HEADER_FIELD_CHARS].rstrip() if lines else ""
    match = _STATUS_LINE.fullmatch(first)
    if match is None:
        raise MalformedMessageError(f"line 1 is no status line: {quoted(first)}")
    return TextResponse(match[1].upper(), int(match[2]), match[3], parse_headers(lines[1:]))


def parse_response(datagram: bytes) -> TextResponse:
    """A whole response in one datagram; what follows the announced body is ignored (RFC 3261, 18.3)."""
    end = _HEAD_END.search(datagram)
    if end is None:
        raise MalformedMessageError("the headers do not end")
    response, rest = parse_response_head(datagram[: end.start()]), datagram[end.end() :]
    announced = content_length(response)
    length = len(rest) if announced is None else announced
    if length > len(rest):
        raise MalformedMessageError("the body is cut off")
    return _with_body(response, rest[:length])


def content_length(response: TextResponse, longest: int = MAX_BODY_BYTES) -> int | None:
    """The announced length of the body; None when none is announced.

    The same number several times is one (RFC 9110, 8.6). Raises MalformedError for two, or one that is none.
    """
    written = response.headers.get("content-length") or response.headers.get("l") or ()
    told = [number.strip() for line in written for number in line.split(",")]
    numbers = {_length_of(one, longest) for one in told}
    if len(numbers) > 1:
        told = sorted(set(told))[:_MAX_QUOTED_LINES]
        raise MalformedMessageError(f"Content-Length is {' and '.join(quoted(one) for one in told)}")
    return numbers.pop() if numbers else None


def _length_of(text: str, longest: int) -> int:
    """The number that a text begins with, as `strtol` reads it: a unit behind it or a zero before it harms nobody."""
    match = _LENGTH.match(text)
    if match is None or int(match[1]) > longest:
        raise MalformedMessageError(f"Content-Length is no sensible number: {quoted(text)}")
    return int(match[1])


async def read_response(reader: asyncio.StreamReader) -> TextResponse:
    """The next response of a stream. Raises MalformedError; silence is for the caller's time-out."""
    response = parse_response_lines(await read_head(reader))
    try:
        return _with_body(response, await reader.readexactly(content_length(response) or 0))
    except asyncio.IncompleteReadError:
        raise MalformedMessageError("hung up before the end of the body") from None


async def read_head(
    reader: asyncio.StreamReader,
    longest_bytes: int = MAX_HEAD_BYTES,
    most_lines: int = MAX_HEADER_LINES,
    *,
    may_end: bool = False,
) -> list[str]:
    """The lines up to an empty one, as wire text without their ends; empty lines before the first are passed over.

    `may_end` takes the end of the stream after a whole line for the end of the head.
    """
    lines: list[str] = []
    size = passed_over = 0
    while len(lines) <= most_lines and passed_over <= _BLANKS_BEFORE:
        line = await _read_line(reader, len(lines) + 1, longest_bytes, may_end=may_end and bool(lines))
        size += len(line)
        if size > longest_bytes:
            raise MalformedMessageError(f"headers of more than {longest_bytes} octets, without an end")
        text = wire_text(line.rstrip(b"\r\n"))
        if text:
            lines.append(text)
        elif lines:
            return lines
        else:
            passed_over += 1
    raise MalformedMessageError(f"more than {most_lines} lines of headers" if lines else "only empty lines")


async def _read_line(reader: asyncio.StreamReader, number: int, longest_bytes: int, *, may_end: bool) -> bytes:
    try:
        return await reader.readuntil(b"\n")
    except asyncio.LimitOverrunError:
        raise MalformedMessageError(f"line {number} has no end within {longest_bytes} octets") from None
    except asyncio.IncompleteReadError as error:
        if not error.partial and may_end:
            return b""
        if not error.partial and number == 1:
            raise MalformedMessageError(HUNG_UP) from None
        where = (
            f"inside line {number}: {quoted(wire_text(error.partial))}" if error.partial else f"before line {number}"
        )
        raise MalformedMessageError(f"hung up {where}") from None


def parse_headers(lines: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Header lines, the first of which is line 2 of the message. Raises MalformedError."""
    headers: dict[str, list[str]] = {}
    name = ""
    for number, line in enumerate(lines, 2):
        if "\0" in line:
            raise MalformedMessageError(f"line {number} holds a NUL: {quoted(line)}")
        if line[:1] in (" ", "\t"):
            if not name:
                raise MalformedMessageError(f"line {number} is folded, with nothing before it: {quoted(line)}")
            values = headers[name]
            if len(values[-1]) < HEADER_FIELD_CHARS:
                values[-1] = f"{values[-1]} {line.strip()}"[:HEADER_FIELD_CHARS]
            continue
        written, colon, value = line.partition(":")
        name = written.strip()[:HEADER_FIELD_CHARS].lower()
        if not colon:
            raise MalformedMessageError(f"line {number} has no colon: {quoted(line)}")
        headers.setdefault(name, []).append(value.strip()[:HEADER_FIELD_CHARS])
    return {name: tuple(values) for name, values in headers.items()}


def quoted(text: str) -> str:
    """The beginning of what a stranger wrote, as it may stand in an error."""
    read = shown(text[: _QUOTED * 4])
    return repr(read if len(read) <= _QUOTED else f"{read[:_QUOTED]}…")


def _with_body(response: TextResponse, body: bytes) -> TextResponse:
    return TextResponse(response.protocol, response.status, response.reason, response.headers, body)
