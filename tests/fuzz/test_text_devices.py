"""Whatever a terminal, a camera or a recorder answers in SIP, RTSP, ONVIF or a login's challenge."""

import asyncio
import re
from collections.abc import Callable

from hypothesis import example, given
from hypothesis import strategies as st

from opsmon.errors import ProbeError
from opsmon.model.device import Device
from opsmon.model.secret import Secret
from opsmon.probe.kind.onvif import OnvifSpec, open_envelope, parse_clock, parse_identity
from opsmon.probe.kind.rtsp import RtspSpec, parse_tracks
from opsmon.probe.kind.sip import SipSpec
from opsmon.probe.xml_tree import XmlError, parse_xml
from opsmon.protocol.http.auth import (
    Login,
    answer_challenge,
    choose_challenge,
    coded_login,
    login_codes,
    parse_challenges,
)
from opsmon.protocol.text_message import MalformedMessageError, build_request, parse_response
from tests.support.fuzz import text_wire
from tests.support.fuzz.rig import (
    assert_fit_to_show,
    check_of,
    every,
    examples,
    found_by,
    mutated,
    quickly,
    quickly_awaited,
)
from tests.support.probe.onvif_camera import IDENTITY, clock_answer, envelope, fault
from tests.support.probe.sip_terminal import terminal
from tests.support.probe.tcp_server import serving

PASSWORD = "correct-horse-battery"
LOGIN = Login("noc", Secret(PASSWORD))


@examples(40)
@given(text_wire.heads(b"SIP/2.0", b"RTSP/1.0").map(lambda head: head[:65_507]).flatmap(mutated))
@example(b"SIP/2.0 200 OK\n" + b"a:\n" * 21_000 + b"\n")
@example(b"SIP/2.0 200 OK\nA: b\n" + b" c\n" * 21_000 + b"\n")
def test_a_datagram_is_a_message_or_malformed(octets: bytes) -> None:
    def read() -> None:
        with every(MalformedMessageError):
            response = parse_response(octets)
            assert all(len(value) <= 1_024 for values in response.headers.values() for value in values)

    quickly(read)


@examples(40)
@given(st.lists(text_wire.CHALLENGE, max_size=20))
@example([b"Digest " + b"A" * 8_100] * 20)
@example([b'Digest realm="' + b"\\" * 8_100])
def test_a_challenge_is_answered_without_the_password_or_passed_over(headers: list[bytes]) -> None:
    texts = [header.decode("utf-8", "surrogateescape") for header in headers]

    def answer() -> None:
        challenge = choose_challenge(parse_challenges(texts))
        if challenge is None:
            return
        for code in login_codes(challenge, LOGIN):
            value = answer_challenge(challenge, coded_login(LOGIN, code), "GET", "/", "cnonce")
            assert PASSWORD not in value
            assert len(value) < 10_000
            with every(MalformedMessageError):
                build_request("GET", "/", "HTTP/1.1", [("Authorization", value)])

    quickly(answer)


TAGS = st.sampled_from(
    ["s:Fault", "s:Value", "tds:GetSystemDateAndTimeResponse", "tt:UTCDateTime", "tt:Date", "tt:Year", "a"]
)
XML_TEXTS = st.sampled_from(
    ["2026", "9" * 5_000, "-1", "13", "", "\u202e", "&lt;", "ter:NotAuthorized" + "x" * 9_000, "&a;"]
)
MANY = st.integers(0, 30_000)
TREES = st.recursive(
    XML_TEXTS | st.text(st.characters(codec="utf-8", exclude_characters="<&"), max_size=20),
    lambda inner: st.builds(lambda tag, inside: f"<{tag}>{''.join(inside)}</{tag}>", TAGS, st.lists(inner, max_size=4)),
    max_leaves=30,
)
ENVELOPES = st.one_of(
    TREES.map(envelope).map(str.encode),
    st.sampled_from([IDENTITY.encode(), fault("ter:NotAuthorized").encode()]).flatmap(mutated),
    st.builds(lambda tag, count: envelope(f"<{tag}>" * count + f"</{tag}>" * count).encode(), TAGS, MANY),
    st.builds(lambda tag, count: envelope(f"<{tag}/>" * count).encode(), TAGS, MANY),
    st.integers(0, 20_000).map(lambda n: envelope("<a " + " ".join(f'a{i}=""' for i in range(n)) + "/>").encode()),
    st.sampled_from([b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"\xff\xfe<\0a\0/\0>\0", b"<" * 262_144]),
    st.just(b"\x81 " * 131_072),
)  # fmt: skip


@examples(60)
@given(ENVELOPES, st.sampled_from(["GetSystemDateAndTime", "GetDeviceInformation"]))
def test_an_envelope_is_opened_or_refused(octets: bytes, operation: str) -> None:
    def read() -> None:
        refused, identity = "", None
        try:
            answer = open_envelope(octets, operation)
            parse_clock(answer)
            identity = parse_identity(answer)
        except ProbeError as error:
            refused = error.detail
        texts = [refused, *((identity.vendor, identity.model, identity.software) if identity else ())]
        assert all(len(text) <= 200 and text.isprintable() for text in texts)

    quickly(read)


@examples(40)
@given(TREES | st.text(max_size=200) | st.sampled_from(["<a>" * 87_000, "<a/>" * 60_000, "<a " + "b='' " * 9 + "/>"]))
def test_any_xml_is_a_tree_or_refused(text: str) -> None:
    def read() -> None:
        with every(XmlError):
            parse_xml(text)

    quickly(read)


@examples(40)
@given(
    st.lists(
        st.sampled_from(["m=video 0 RTP/AVP 9", "a=rtpmap:9 H264/9", "m=", "m=\x1b[2J x", "m=\u202e", "a=rtpmap:"])
    )
    | st.sampled_from([["m="] * 43_000, ["m=" + "a" * 131_000], ["m=a", "a=rtpmap:1 " + "b" * 131_000]])
)
def test_a_description_has_a_few_tracks_that_are_fit_to_show(lines: list[str]) -> None:
    tracks = quickly(lambda: parse_tracks("\r\n".join(lines)))
    assert len(tracks) <= 100
    assert all(len(track.media + track.codec) <= 80 and (track.media + track.codec).isprintable() for track in tracks)


ANSWERS = st.lists(
    st.builds(lambda head, body: head + body, text_wire.heads(b"SIP/2.0", b"RTSP/1.0"), st.binary(max_size=40)),
    max_size=4,
)
OWN = re.compile(rb"(?im)^(?:via|to|from|call-id|cseq): [^\r]*")


def copied(request: bytes, answer: bytes) -> bytes:
    """An answer that begins with what a right one copies from the request, so that it is believed."""
    first, _, rest = answer.partition(b"\n")
    return b"\n".join((first, *OWN.findall(request), rest))


@examples(15, 300)
@given(ANSWERS, st.sampled_from(["udp", "tcp"]), st.booleans())
def test_sip_gives_a_finding_or_its_own_error(answers: list[bytes], transport: str, believed: bool) -> None:
    def said(request: bytes) -> list[bytes]:
        made = [copied(request, answer) if believed else answer for answer in answers]
        return [*(one[:60_000] for one in made), b"SIP/2.0 200\n\n\n", b"none"]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"".join(said(await reader.readuntil(b"\r\n\r\n"))))

    async def look(port: int) -> None:
        device = check_of("sip", SipSpec.model_validate({"port": port, "transport": transport}))
        assert_fit_to_show(await found_by(device))

    async def work() -> None:
        if transport == "udp":
            async with terminal(lambda request, _: said(request)) as (port, _):
                await look(port)
        else:
            async with serving(talk) as port:
                await look(port)

    quickly_awaited(work)


Make = Callable[[int], Device]


def rtsp(port: int) -> Device:
    spec = {"port": port, "path": "/ch1", "username": "noc", "password": Secret(PASSWORD)}
    return check_of("rtsp", RtspSpec.model_validate(spec))


def onvif(port: int) -> Device:
    return check_of("onvif", OnvifSpec.model_validate({"port": port, "username": "noc", "password": Secret(PASSWORD)}))


def looked_at(make: Make, answers: list[bytes]) -> None:
    """One check against a server that gives these answers one after the other, then hangs up."""

    async def work() -> None:
        waiting = list(answers)

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while waiting:
                request = await reader.readuntil(b"\r\n\r\n")
                sequence = re.search(rb"CSeq: \d+", request)
                writer.write(waiting.pop(0).replace(b"CSEQ", sequence[0] if sequence else b"CSeq: 1"))
                await writer.drain()
                if sequence is None:  # HTTP: one request a connection
                    return

        async with serving(talk) as port:
            assert_fit_to_show(await found_by(make(port)), PASSWORD)

    quickly_awaited(work)


@examples(15, 300)
@given(st.lists(text_wire.heads(b"RTSP/1.0").map(lambda head: head.replace(b"X: ", b"CSEQ\r\nX: ", 1)), max_size=5))
def test_rtsp_gives_a_finding_or_its_own_error(answers: list[bytes]) -> None:
    looked_at(rtsp, answers)


@examples(15, 300)
@given(st.lists(ENVELOPES, min_size=1, max_size=3), st.sampled_from([200, 400, 401, 500]), text_wire.CHALLENGE)
def test_onvif_gives_a_finding_or_its_own_error(bodies: list[bytes], status: int, challenge: bytes) -> None:
    head = b"HTTP/1.1 %d x\r\nWWW-Authenticate: %s\r\nContent-Length: %d\r\n\r\n"
    one_line = challenge.replace(b"\n", b"")
    looked_at(onvif, [head % (status, one_line, len(body)) + body for body in bodies])


def test_a_device_at_the_end_of_all_time_is_asked_all_the_same() -> None:
    last = clock_answer_of("9999")
    looked_at(onvif, [b"HTTP/1.0 200 OK\r\n\r\n" + body for body in (last, IDENTITY.encode())])


def clock_answer_of(year: str) -> bytes:
    from datetime import UTC, datetime

    written = clock_answer(datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC))
    return written.replace(">2026<", f">{year}<").encode()
