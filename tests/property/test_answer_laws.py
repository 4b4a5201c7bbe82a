"""Laws of everything that reads what a device says: any octets are read, or refused by the error made for it."""

import asyncio
import contextlib

from hypothesis import given
from hypothesis import strategies as st

from opsmon.errors import ProbeError
from opsmon.model.secret import Secret
from opsmon.probe.kind.onvif import open_envelope, parse_clock
from opsmon.probe.kind.rtsp import parse_tracks
from opsmon.probe.kind.sip import SipSettings, options_request
from opsmon.probe.kind.tcp import first_line
from opsmon.protocol.host_keys import parse_known_hosts
from opsmon.protocol.http.auth import Login, answer_challenge, choose_challenge, parse_challenges
from opsmon.protocol.text_message import MalformedMessageError, build_request, parse_response, read_response

LINES = st.lists(
    st.sampled_from(
        [
            "SIP/2.0 200 OK", "RTSP/1.0 401 Unauthorized", "CSeq: 1", "cseq: 1 OPTIONS", "Content-Length: 3", " folded",
            "Content-Length: x", ":", "a:b:c", "", 'WWW-Authenticate: Digest realm="r", nonce=n', "m=video 0 RTP/AVP 9",
        ]
    ),
    max_size=8,
)  # fmt: skip
LIKELY = LINES.map(lambda lines: "\r\n".join(lines).encode()) | st.binary(max_size=200)
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\r\n:"), min_size=1, max_size=20).filter(str.strip)


@given(LIKELY)
def test_any_octets_are_a_response_or_malformed(octets: bytes) -> None:
    with contextlib.suppress(MalformedMessageError):
        response = parse_response(octets)
        assert response.body in octets
        assert 0 <= response.status <= 999


@given(LIKELY)
def test_a_stream_of_any_octets_ends(octets: bytes) -> None:
    async def read() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(octets)
        reader.feed_eof()
        with contextlib.suppress(MalformedMessageError):
            await read_response(reader)

    asyncio.run(read())


@given(st.lists(st.tuples(NAMES, st.text(st.characters(codec="utf-8"), max_size=30)), max_size=5))
def test_no_value_can_begin_another_header(headers: list[tuple[str, str]]) -> None:
    with contextlib.suppress(MalformedMessageError):
        request = build_request("OPTIONS", "sip:a@b", "SIP/2.0", headers)
        assert request.count(b"\r\n") == len(headers) + 2
        assert request.count(b"\n") == len(headers) + 2


@given(st.lists(st.text(max_size=80) | st.sampled_from(['Digest realm="r", nonce="n", qop="auth"', 'Basic realm="x"'])))
def test_any_challenge_is_answered_or_passed_over(headers: list[str]) -> None:
    challenge = choose_challenge(parse_challenges(headers))
    if challenge:
        answer = answer_challenge(challenge, Login("user", Secret("correct-horse")), "GET", "/", "cnonce")
        assert "correct-horse" not in answer


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_envelope_is_opened_or_refused(envelope: bytes) -> None:
    with contextlib.suppress(ProbeError):
        parse_clock(open_envelope(envelope, "GetSystemDateAndTime"))


@given(st.text(max_size=300))
def test_any_description_and_any_known_hosts_are_read(text: str) -> None:
    parse_tracks(text)
    parse_known_hosts(text)


@given(st.binary(max_size=600))
def test_a_first_line_is_short_and_fit_to_show(heard: bytes) -> None:
    line = first_line(heard)
    assert len(line) <= 120
    assert line.isprintable()


@given(st.sampled_from(["udp", "tcp"]), LIKELY)
def test_nothing_but_its_own_answer_answers_a_request(transport: str, octets: bytes) -> None:
    request = options_request("192.0.2.1", "192.0.2.9:5060", SipSettings(transport=transport))
    with contextlib.suppress(MalformedMessageError):
        assert not request.is_answered_by(parse_response(octets))
