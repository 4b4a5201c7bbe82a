"""Whatever a web server answers: the http check finds something or gives its own error, and holds nobody up."""

import asyncio
import gzip
import zlib

from hypothesis import example, given
from hypothesis import strategies as st

from opsmon.model.secret import Secret
from opsmon.probe.kind.http import HttpSpec
from opsmon.protocol.http.message import MAX_BODY_BYTES, MAX_HEAD_BYTES, read_http_body, read_http_head
from opsmon.protocol.http.page_text import page_texts
from opsmon.protocol.text_message import MalformedMessageError, TextResponse
from tests.support.fuzz import text_wire
from tests.support.fuzz.rig import (
    assert_fit_to_show,
    check_of,
    examples,
    found_by,
    mutated,
    quickly_awaited,
    stream_of,
)
from tests.support.probe.tcp_server import serving

PASSWORD = "correct-horse-battery"
HEADS = text_wire.heads(b"HTTP/1.0", b"HTTP/1.1", b"http/1.1", b"HTTP/2")
INTERIM = st.sampled_from([b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100\n" + b"a:\n" * 4_000 + b"\n"])
BODIES = text_wire.BODY | text_wire.PAGE.map(gzip.compress) | text_wire.PAGE.map(zlib.compress)
ANSWERS = st.builds(
    lambda interim, count, head, body: interim * count + head + body, INTERIM, st.integers(0, 25), HEADS, BODIES
)


def read(octets: bytes) -> tuple[TextResponse, bytes] | MalformedMessageError:
    async def work() -> tuple[TextResponse, bytes] | MalformedMessageError:
        reader = stream_of([octets], MAX_HEAD_BYTES)
        try:
            head = await read_http_head(reader)
            return head, await read_http_body(reader, head, "GET")
        except MalformedMessageError as error:
            return error

    return quickly_awaited(work)


@examples(40)
@given(ANSWERS)
@example(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 60_000 + b"0\r\n\r\n")
@example(b"HTTP/1.1 200 OK\r\n" + b"a:\r\n" * 4_990 + b"\r\n")
@example(b"HTTP/1.1 200 OK\r\nA: b\r\n" + b" folded and more of it\r\n" * 4_990 + b"\r\n")
@example((b"HTTP/1.1 100 Continue\r\n" + b"a:\r\n" * 4_990 + b"\r\n") * 20)
def test_an_answer_is_read_or_malformed(octets: bytes) -> None:
    found = read(octets)
    if isinstance(found, MalformedMessageError):
        assert len(str(found)) < 500
        return
    response, body = found
    assert len(body) <= MAX_BODY_BYTES
    assert all(len(value) <= 1_024 for values in response.headers.values() for value in values)
    assert len(response.protocol) + len(response.reason) <= 1_024


@examples(20)
@given(ANSWERS.flatmap(mutated))
def test_a_damaged_answer_is_read_or_malformed(octets: bytes) -> None:
    read(octets)


@examples(30)
@given(BODIES, text_wire.VALUE)
@example(b"\x81 " * 524_288, b"")
@example(b"<meta charset=" + b" " * 4_000, b"charset=" + b" " * 1_000)
def test_a_page_is_read_in_some_code(body: bytes, content_type: bytes) -> None:
    declared = content_type.decode("utf-8", "surrogateescape")[:1_024]

    async def work() -> None:
        for _ in page_texts(body[:MAX_BODY_BYTES], declared):
            await asyncio.sleep(0)

    quickly_awaited(work)


@examples(15, 300)
@given(st.lists(ANSWERS, min_size=3, max_size=3))
def test_the_check_gives_a_finding_or_its_own_error(answers: list[bytes]) -> None:
    waiting = list(answers)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(waiting.pop(0) if waiting else b"")
        writer.write_eof()

    async def work() -> None:
        waiting[:] = answers
        async with serving(talk) as port:
            spec = HttpSpec.model_validate(
                {"scheme": "http", "port": port, "username": "noc", "password": Secret(PASSWORD)}
            )
            assert_fit_to_show(await found_by(check_of("http", spec)), PASSWORD)

    quickly_awaited(work)
