"""The rtsp check against devices that no library would play: broken answers, odd logins, silence."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from pydantic import ValidationError

from opsmon.model.sample import Outcome, Sample
from opsmon.model.secret import Secret
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.rtsp import RtspSpec, Track, parse_tracks
from opsmon.probe.schedule.run_check import run_check
from tests.support.probe.context import device_with
from tests.support.probe.tcp_server import serving

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
SDP = b"v=0\r\ns=cam\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H265/90000\r\nm=audio 0 RTP/AVP 0\r\n"


def answering(*responses: bytes, seen: list[bytes] | None = None) -> Talk:
    """A device that gives one canned response to each request; CSEQ stands for the request's own number."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for response in responses:
            request = await reader.readuntil(b"\r\n\r\n")
            if seen is not None:
                seen.append(request)
            number = request.split(b"CSeq: ")[1].split(b"\r\n")[0]
            writer.write(response.replace(b"CSEQ", number))
            await writer.drain()

    return talk


def ok(body: bytes = b"", *lines: bytes) -> bytes:
    head = (b"RTSP/1.0 200 OK", b"CSeq: CSEQ", *lines, b"Content-Length: %d" % len(body), b"", body)
    return b"\r\n".join(head)


async def check(context: ProbeContext, talk: Talk, *, timeout_s: float = 5.0, **settings: object) -> Sample:
    async with serving(talk) as port:
        device = device_with("rtsp", RtspSpec.model_validate({"port": port, **settings}), timeout_s=timeout_s)
        return await run_check(device, device.checks[0], context)


async def test_a_described_stream_names_its_tracks(context: ProbeContext) -> None:
    sample = await check(context, answering(ok(b"", b"Server: Cam/1"), ok(SDP)), path="/ch1")
    assert sample.outcome is Outcome.OK
    assert sample.facts["stream"] == "video H265, audio"
    assert sample.facts["server"] == "Cam/1"


async def test_a_login_is_given_only_when_it_is_asked_for_and_digest_before_basic(context: ProbeContext) -> None:
    seen: list[bytes] = []
    wants = (
        b'RTSP/1.0 401 Unauthorized\r\nCSeq: CSEQ\r\nWWW-Authenticate: Basic realm="c"\r\n'
        b'WWW-Authenticate: Digest realm="c", nonce="n1"\r\n\r\n'
    )
    sample = await check(
        context,
        answering(ok(), wants, ok(SDP), seen=seen),
        path="/ch1",
        username="patrol",
        password=Secret("hidden-word"),
    )
    assert sample.outcome is Outcome.OK
    assert [b"Authorization: Digest" in request for request in seen] == [False, False, True]
    assert b"hidden-word" not in b"".join(seen)


@pytest.mark.parametrize(
    ("response", "outcome", "words"),
    [
        (b"RTSP/1.0 403 Forbidden\r\nCSeq: CSEQ\r\n\r\n", Outcome.AUTH, "403"),
        (b"RTSP/1.0 401 Unauthorized\r\nCSeq: CSEQ\r\n\r\n", Outcome.AUTH, "has none"),
        (b"RTSP/1.0 404 Not Found\r\nCSeq: CSEQ\r\n\r\n", Outcome.DEGRADED, "no such stream"),
        (b"RTSP/1.0 503 Busy\r\nCSeq: CSEQ\r\n\r\n", Outcome.DEGRADED, "503 Busy"),
        (b"HTTP/1.1 200 OK\r\nCSeq: CSEQ\r\n\r\n", Outcome.PROTOCOL, "HTTP/1.1"),
        (b"RTSP/1.0 200 OK\r\nCSeq: 77\r\n\r\n", Outcome.PROTOCOL, "another request"),
        (b"RTSP/1.0 200 OK\r\nContent-Length: 999999999\r\n\r\n", Outcome.PROTOCOL, "Content-Length"),
        (b"\0\1\2\3\r\n\r\n", Outcome.PROTOCOL, "no RTSP"),
        (b"", Outcome.PROTOCOL, "hung up"),
        (ok(b"v=0\r\n"), Outcome.DEGRADED, "no video"),
    ],
)
async def test_other_answers_say_what_is_wrong(
    context: ProbeContext, response: bytes, outcome: Outcome, words: str
) -> None:
    sample = await check(context, answering(ok(), response))
    assert sample.outcome is outcome
    assert words in sample.detail


async def test_a_login_of_an_unknown_kind_is_auth(context: ProbeContext) -> None:
    wants = b"RTSP/1.0 401 Unauthorized\r\nCSeq: CSEQ\r\nWWW-Authenticate: NTLM\r\n\r\n"
    sample = await check(context, answering(wants), username="patrol", password=Secret("x"))
    assert (sample.outcome, "do not know" in sample.detail) == (Outcome.AUTH, True)


async def test_a_device_that_takes_the_connection_and_never_answers_is_slow_not_silent(context: ProbeContext) -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    assert (await check(context, mute, timeout_s=0.2)).outcome is Outcome.DEGRADED


def test_tracks_are_read_as_far_as_they_are_there() -> None:
    assert parse_tracks("m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=rtpmap:97 X/1\nm=Application 0 X 107") == (
        Track("video", "H264"),
        Track("application", ""),
    )
    assert parse_tracks("a=rtpmap:96 H264/90000\nnonsense\n\n") == ()


@pytest.mark.parametrize("wrong", [{"path": "live"}, {"path": "/a b"}, {"media": ["films"]}, {"media": "video"}])
def test_a_wrong_spec_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RtspSpec.model_validate(wrong)
