"""A stranger's text is cut before anything looks at it, and marks that nobody sees do not get out."""

import asyncio

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID

from opsmon.bounds import CELL_CHARS, HEADER_FIELD_CHARS, SYS_DESCR_CHARS
from opsmon.errors import ProbeError
from opsmon.model.name import CheckName
from opsmon.probe.kind.onvif import open_envelope
from opsmon.probe.kind.rtsp import MAX_TRACKS, parse_tracks
from opsmon.probe.kind.tls_series import tls_reading
from opsmon.probe.profile.text import clean_text, number_of, raw_text
from opsmon.probe.xml_tree import DEEPEST, MAX_ATTRIBUTES, MAX_ELEMENTS, XmlError, parse_xml
from opsmon.protocol.http.auth import MAX_CHALLENGES, parse_challenges
from opsmon.protocol.http.message import MAX_CHUNKS, MAX_HEAD_BYTES, read_http_body, read_http_head
from opsmon.protocol.http.tls import MAX_SUBJECT_CHARS, TlsSession, distinguished_name, names_of
from opsmon.protocol.text_message import (
    MAX_HEADER_LINES,
    MalformedMessageError,
    TextResponse,
    parse_response,
    read_response,
)
from tests.support.probe.certificate import new_pair


@pytest.mark.parametrize("char", ["a", "北", "\U00020000"])
@pytest.mark.parametrize("code", ["utf-8", "gb18030"])
def test_a_cell_is_cut_at_its_bound_in_characters(char: str, code: str) -> None:
    octets = (char * 3_000).encode(code)
    assert raw_text(octets) == char * CELL_CHARS
    assert raw_text(octets, SYS_DESCR_CHARS) == char * SYS_DESCR_CHARS


def test_a_number_of_a_thousand_digits_is_no_mistake() -> None:
    assert number_of(b"9" * 100_000) == float("inf")
    assert number_of(b"1." + b"3" * 100_000) == pytest.approx(4 / 3)


@pytest.mark.parametrize("mark", "\u202e\u2066\u2069\u200b\u200e\u200f\u061c\xad\u2060\U000e0041")
def test_a_label_holds_no_mark_that_turns_or_hides_what_follows(mark: str) -> None:
    assert clean_text(f"up{mark}link {mark}1") == "uplink 1"


def test_a_label_keeps_what_is_written_in_chinese() -> None:
    assert clean_text(" 核心　交换机\t1 ") == "核心　交换机 1"


def test_only_so_much_of_a_challenge_is_read() -> None:
    headers = [f'Digest realm="{number}", nonce="{"A" * 8_000}"' for number in range(100)]
    challenges = parse_challenges(headers)
    assert [challenge.parameters["realm"] for challenge in challenges] == [str(n) for n in range(MAX_CHALLENGES)]
    assert all(len(text) <= HEADER_FIELD_CHARS for one in challenges for text in one.parameters.values())


def stream_of(octets: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=MAX_HEAD_BYTES)
    reader.feed_data(octets)
    reader.feed_eof()
    return reader


NAMES = ("Content-Type", "Location", "Server", "Public", "Allow", "Via", "Call-ID", "WWW-Authenticate", "Last-Modified")
LONG = b"x" * 30_000


@pytest.mark.parametrize("name", NAMES)
async def test_a_header_field_of_any_protocol_is_cut(name: str) -> None:
    head = name.encode() + b": " + b" " * 2_000 + LONG + b"\r\n folded\r\nContent-Length: 0\r\n\r\n"
    found = (
        parse_response(b"SIP/2.0 200 " + LONG + b"\r\n" + head),
        await read_response(stream_of(b"RTSP/1.0 200 " + LONG + b"\r\n" + head)),
        await read_http_head(stream_of(b"HTTP/1.1 200 " + LONG + b"\r\n" + head)),
    )
    for response in found:
        assert response.headers[name.lower()] == ("x" * HEADER_FIELD_CHARS,)
        assert len(response.reason) < HEADER_FIELD_CHARS


async def test_a_field_that_is_folded_again_and_again_is_cut_too() -> None:
    response = await read_http_head(stream_of(b"HTTP/1.1 200 OK\r\nA: b\r\n" + b" c\r\n" * 4_000 + b"\r\n"))
    assert response.header("a") == ("b" + " c" * HEADER_FIELD_CHARS)[:HEADER_FIELD_CHARS]


def test_a_datagram_has_only_so_many_lines_of_headers() -> None:
    with pytest.raises(MalformedMessageError, match=f"more than {MAX_HEADER_LINES} lines"):
        parse_response(b"SIP/2.0 200 OK\n" + b"a:\n" * MAX_HEADER_LINES + b"\n")


async def test_interim_answers_share_the_lines_of_one_head() -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\n" + b"a: b\r\n" * 2_000 + b"\r\n"
    with pytest.raises(MalformedMessageError, match="lines of headers"):
        await read_http_head(stream_of(interim * 3 + b"HTTP/1.1 200 OK\r\n\r\n"))
    assert (await read_http_head(stream_of(interim * 2 + b"HTTP/1.1 200 OK\r\n\r\n"))).status == 200


async def test_a_body_has_only_so_many_chunks_and_others_have_their_turn_meanwhile() -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    head = TextResponse("HTTP/1.1", 200, "", {"transfer-encoding": ("chunked",)})
    counting = asyncio.create_task(count())
    with pytest.raises(MalformedMessageError, match=f"more than {MAX_CHUNKS} chunks"):
        await read_http_body(stream_of(b"1\r\nx\r\n" * (MAX_CHUNKS + 1)), head, "GET")
    counting.cancel()
    assert turns >= MAX_CHUNKS // 256


def test_two_lengths_are_told_shortly() -> None:
    numbers = b",".join(b"%d" % number for number in range(300))
    with pytest.raises(MalformedMessageError) as caught:
        parse_response(b"SIP/2.0 200 OK\r\nContent-Length: " + numbers + b"\r\n\r\n")
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<a>" * DEEPEST + "</a>" * DEEPEST, ""),
        ("<a>" * (DEEPEST + 1) + "</a>" * (DEEPEST + 1), "nested deeper"),
        ("<a>" + "<b/>" * (MAX_ELEMENTS - 1) + "</a>", ""),
        ("<a>" + "<b/>" * MAX_ELEMENTS + "</a>", "elements"),
        ("<a " + " ".join(f"b{n}=''" for n in range(MAX_ATTRIBUTES + 1)) + "/>", "attributes"),
        ("<a>" + "x" * 262_144 + "</a>", "characters"),
        ("<!DOCTYPE a><a/>", "document type"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "document type"),
        ("<a>\0</a>", "NUL"),
        ("<a>", "no XML"),
        ("<a>\udc80</a>", "no XML"),
        ("", "no XML"),
    ],
)
def test_xml_is_bounded_in_characters_depth_elements_and_attributes(text: str, words: str) -> None:
    if not words:
        assert parse_xml(text).tag == "a"
        return
    with pytest.raises(XmlError, match=words):
        parse_xml(text)


def test_a_fault_is_told_shortly_and_without_what_turns_a_line() -> None:
    code = "x" * 100_000 + "\u202e"
    soap = "http://www.w3.org/2003/05/soap-envelope"
    values = f"<s:Value>\u202e{code}</s:Value>" * 2
    octets = f'<s:Envelope xmlns:s="{soap}"><s:Body><s:Fault>{values}</s:Fault></s:Body></s:Envelope>'.encode()
    with pytest.raises(ProbeError) as caught:
        open_envelope(octets, "GetDeviceInformation")
    assert len(caught.value.detail) < 200
    assert caught.value.detail.isprintable()


def test_a_description_has_only_so_many_tracks_and_their_names_are_fit_to_show() -> None:
    tracks = parse_tracks("m=video\u202e 0\r\na=rtpmap:1 H\x1b264/9\r\n" + "m=audio\r\n" * 1_000)
    assert len(tracks) == MAX_TRACKS
    assert (tracks[0].media, tracks[0].codec) == ("video·", "H·264")


def test_the_names_of_a_certificate_are_cut() -> None:
    attributes = [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"{number:064}") for number in range(100)]
    assert len(distinguished_name(x509.Name(attributes))) == MAX_SUBJECT_CHARS


BASIC_CONSTRAINTS, ALTERNATIVE_NAMES = b"\x55\x1d\x13", b"\x55\x1d\x11"


def test_a_certificate_with_one_extension_twice_is_read_without_it() -> None:
    der = new_pair("cam").certificate.public_bytes(serialization.Encoding.DER)
    twice = x509.load_der_x509_certificate(der.replace(BASIC_CONSTRAINTS, ALTERNATIVE_NAMES))
    assert names_of(twice) == ("CN=cam", "CN=cam")
    (info,) = (
        key for key in tls_reading(TlsSession("", "", (twice,)), CheckName("http")).block.keys if len(key.labels) > 3
    )
    assert dict(info.labels)["subjectalternative"] == ""
