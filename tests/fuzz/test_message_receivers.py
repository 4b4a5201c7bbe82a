"""Whatever a robot, a gateway or a mail server answers to a message: a verdict or the channel's own error, soon."""

import asyncio
import json
from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from opsmon.clock import WallClock
from opsmon.errors import NotifyError
from opsmon.model.secret import Secret
from opsmon.notify.channel import ChannelKind, MailServer, MailTls, PageChannel, Reaches
from opsmon.notify.message import ChannelAnswer, Verdict, VerdictKind
from opsmon.notify.registry import KINDS
from opsmon.notify.wire.page_sender import PageSender
from tests.support.fuzz import text_wire
from tests.support.fuzz.rig import JUNK, examples, mutated, quickly, quickly_awaited
from tests.support.notify.people import KEY, NOW, SECOND, robot
from tests.support.probe.tcp_server import serving

LONGEST_REASON = 500
HTTP_KINDS = st.sampled_from([kind for kind in KINDS if kind is not ChannelKind.MAIL])
CODES: st.SearchStrategy[object] = (
    st.sampled_from([0, 45009, 40058, 93000, 310000, 130101, 460101, 9499, 11232, 19021, 19024, 19036])
    | st.sampled_from(["0", "-0", "--5", "-", "", "1-", "\u0663", "9" * 5_000, True, None, 0.0, 1e308, [], {}])
    | st.integers()
    | st.text(max_size=12)
)
RECORDS = st.dictionaries(st.sampled_from(["errcode", "code", "errmsg", "msg", "data"]), CODES, max_size=4)
BODIES = (
    RECORDS.map(lambda record: json.dumps(record).encode())
    | RECORDS.map(lambda record: json.dumps(record).encode()).flatmap(mutated)
    | st.sampled_from([b"[" * 300_000, b'{"code":' * 40_000, b'{"errcode": ' + b"9" * 100_000, b'{"code": NaN}'])
    | st.sampled_from(JUNK)
    | st.binary(max_size=200)
)
MOMENTS = st.sampled_from(
    [
        "Sat, 28 Nov 2026 01:46:24 GMT",
        "Sat, 28 Nov 2026 01:46:24 -0000",
        "Mon, 01 Jan 0001 00:00:00 +2359",
        "120",
        "-1",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "Sat, 28 Nov 2026 01:46:24 +999999",
        "9" * 5000,
        "٣",
        "\x00",
        "",
    ]
) | st.text(max_size=20)
HEADERS = st.dictionaries(st.sampled_from(["Date", "date", "Retry-After", "retry-after", "X"]), MOMENTS, max_size=4)
STATUSES = st.sampled_from([200, 204, 302, 400, 401, 404, 413, 429, 500, 503, -1, 0]) | st.integers(-10, 10_000)
REPLIES = st.sampled_from([
    b"220 ok\r\n", b"250 ok\r\n", b"250-a\r\n250 SIZE 1\r\n", b"354 go\r\n", b"421 no\r\n", b"550 b@mail.invalid\r\n",
    b"9 x\r\n", b"25\r\n", b"250\n", b"abc def\r\n", b"250-" + b"a" * 70000 + b"\r\n", b"250-\r\n" * 5000, b"\xff\r\n",
]) | st.binary(max_size=30)  # fmt: skip


def assert_fit(found: Verdict | NotifyError) -> None:
    """A verdict, or the channel's error: short, and without the key."""
    if isinstance(found, Verdict):
        assert_is_verdict(found)
        return
    assert len(str(found)) <= LONGEST_REASON
    assert KEY not in str(found)


def assert_is_verdict(verdict: Verdict) -> None:
    assert len(verdict.reason) <= LONGEST_REASON
    assert verdict.wait_s >= 0
    assert KEY not in verdict.reason


@examples(60)
@given(st.sampled_from(list(KINDS)), STATUSES, BODIES, HEADERS)
@example(ChannelKind.WECOM, 200, b'{"errcode": "--5"}', {})
@example(ChannelKind.DINGTALK, 200, b'{"errcode": 310000}', {"Date": "Sat, 28 Nov 2026 01:46:24 -0000"})
@example(ChannelKind.JSON, 429, b"", {"Retry-After": "Fri, 31 Dec 9999 23:59:59 -2359"})
def test_any_answer_has_a_verdict(kind: ChannelKind, status: int, body: bytes, headers: dict[str, str]) -> None:
    verdict = quickly(lambda: KINDS[kind].judge(ChannelAnswer(status, body, headers), NOW))
    assert_is_verdict(verdict)
    if kind is not ChannelKind.MAIL and not 200 <= status < 300:
        assert verdict.kind is not VerdictKind.TAKEN


async def verdict_of(channel: PageChannel) -> Verdict | NotifyError:
    """What becomes of one message that is sent there."""
    kind = KINDS[channel.kind]
    form = {**kind.render("x", (SECOND,)), **kind.address(SECOND)}
    async with PageSender(WallClock()) as sender:
        try:
            answer = await sender.send(kind.sign(channel, form, "p1", NOW), channel)
        except NotifyError as error:
            return error
    return kind.judge(answer, NOW)


@examples(20, 300)
@given(HTTP_KINDS, text_wire.heads(b"HTTP/1.1", b"HTTP/1.0"), BODIES | text_wire.BODY)
@example(ChannelKind.FEISHU, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b'{"co')
def test_any_octets_over_http_have_a_verdict_or_an_error(kind: ChannelKind, head: bytes, body: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head + body)
        writer.write_eof()

    async def work() -> None:
        async with serving(talk) as port:
            found = await verdict_of(replace(robot(kind, f"http://127.0.0.1:{port}/{KEY}"), timeout_s=2.0))
        assert_fit(found)

    quickly_awaited(work)


@examples(15, 300)
@given(st.lists(REPLIES, min_size=1, max_size=9))
@example([b"220 mail\r\n", b"250 ok\r\n", b"250 ok\r\n", b"550 b@mail.invalid\r\n", b"250 ok\r\n"])
def test_any_octets_of_a_mail_server_have_a_verdict_or_an_error(replies: list[bytes]) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for reply in replies:
            writer.write(reply)
            if not await reader.readline():
                return
        writer.write_eof()

    async def work() -> None:
        async with serving(talk) as port:
            server = MailServer("127.0.0.1", port, "ops@mail.invalid", MailTls.NONE, "u", Secret(KEY))
            channel = PageChannel("mail", ChannelKind.MAIL, Reaches.PERSON, mail=server, timeout_s=0.2)
            found = await verdict_of(channel)
        assert_fit(found)
        if isinstance(found, Verdict):
            assert SECOND.mail is None or SECOND.mail.reveal() not in found.reason

    quickly_awaited(work)
