"""Every check over what devices say in GBK, or in no code at all: it is taken, shown readably, and breaks nothing."""

import asyncio
import hashlib
import json
import re
from collections.abc import Callable

import pytest

from opsmon.model.sample import Outcome, Sample
from opsmon.model.secret import Secret
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.onvif import open_envelope
from opsmon.probe.kind.spec import CheckSpec
from opsmon.probe.registry import KINDS
from opsmon.probe.schedule.run_check import run_check
from opsmon.protocol.http.auth import Challenge, Login, choose_challenge, login_codes, parse_challenges
from opsmon.protocol.wire_text import shown, wire_octets, wire_text
from tests.support.probe.context import device_with
from tests.support.probe.onvif_camera import IDENTITY
from tests.support.probe.sip_terminal import response as sip_response
from tests.support.probe.sip_terminal import terminal
from tests.support.probe.tcp_server import serving

WORDS = "摄像机"
GBK = WORDS.encode("gbk")
NOISE = bytes(range(128, 256))
Reply = Callable[[bytes], bytes]


async def check(context: ProbeContext, kind: str, reply: Reply, **settings: object) -> Sample:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            request = await reader.readuntil(b"\r\n\r\n")
            writer.write(reply(request))
            await writer.drain()

    async with serving(talk) as port:
        spec = KINDS[kind].spec.model_validate({"port": port, **settings})
        return await run(context, kind, spec)


async def run(context: ProbeContext, kind: str, spec: CheckSpec) -> Sample:
    device = device_with(kind, spec, timeout_s=5.0)
    sample = await run_check(device, device.checks[0], context)
    json.dumps([sample.detail, *sample.facts.values()], ensure_ascii=False).encode()  # it can leave the daemon
    return sample


def digest_server(realm: bytes, user: bytes, password: bytes) -> Callable[[bytes, bytes, bytes], bool]:
    def lets_in(request: bytes, method: bytes, uri: bytes) -> bool:
        given = dict(re.findall(rb'(\w+)="?([^",]*)"?', request.partition(b"Authorization: Digest ")[2]))
        if not given or given[b"realm"] != realm or given[b"username"] != user:
            return False

        def md5(*parts: bytes) -> bytes:
            return hashlib.md5(b":".join(parts), usedforsecurity=False).hexdigest().encode()

        ends = (given[b"nonce"], given[b"nc"], given[b"cnonce"], b"auth", md5(method, uri))
        return bool(md5(md5(user, realm, password), *ends) == given[b"response"])

    return lets_in


@pytest.mark.parametrize("code", ["gbk", "utf-8"])
@pytest.mark.parametrize(("user", "realm"), [("admin", WORDS), ("管理员", WORDS), ("管理员", "camera")])
async def test_a_login_in_any_code(context: ProbeContext, code: str, user: str, realm: str) -> None:
    lets_in = digest_server(realm.encode(code), user.encode(code), "密码".encode(code))
    challenge = b'WWW-Authenticate: Digest realm="%s", nonce="abc", qop="auth"\r\n' % realm.encode(code)

    def http(request: bytes) -> bytes:
        if lets_in(request, b"GET", b"/"):
            return b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        return b"HTTP/1.1 401 No\r\n" + challenge + b"Content-Length: 0\r\n\r\n"

    def rtsp(request: bytes) -> bytes:
        method, uri, _ = request.split(b" ", 2)
        number = request.split(b"CSeq: ")[1].split(b"\r\n")[0]
        head = b"200 OK\r\n" if lets_in(request, method, uri) else b"401 No\r\n" + challenge
        return b"RTSP/1.0 " + head + b"CSeq: " + number + b"\r\n\r\n"

    login = {"username": user, "password": Secret("密码")}
    assert (await check(context, "http", http, scheme="http", **login)).outcome is Outcome.OK
    assert (await check(context, "rtsp", rtsp, describe=False, **login)).outcome is Outcome.OK


@pytest.mark.parametrize("octets", [GBK, NOISE, b"\xff\xfe", "\ud7ff".encode()])
async def test_a_header_of_any_octets(context: ProbeContext, octets: bytes) -> None:
    head = b"HTTP/1.1 200 " + octets + b"\r\nServer: " + octets + b"\r\nContent-Length: 2\r\n\r\nok"
    sample = await check(context, "http", lambda _: head, scheme="http")
    assert sample.outcome is Outcome.OK
    assert octets != GBK or sample.facts["server"] == WORDS
    rtsp = await check(
        context, "rtsp",
        lambda request: b"RTSP/1.0 200 " + octets + b"\r\nCSeq: " + request.split(b"CSeq: ")[1].split(b"\r\n")[0]
        + b"\r\nServer: " + octets + b"\r\nPublic: " + octets + b"\r\n\r\n",
        describe=False,
    )  # fmt: skip
    assert rtsp.outcome is Outcome.OK
    assert octets != GBK or rtsp.facts["server"] == rtsp.facts["methods"] == WORDS


@pytest.mark.parametrize("octets", [GBK, NOISE])
async def test_sip_of_any_octets(context: ProbeContext, octets: bytes) -> None:
    def answer(request: bytes, _: int) -> list[bytes]:
        return [sip_response(request, b"200 " + octets, Server=octets, Allow=octets).replace(b"\r\n", b"\n")]

    async with terminal(answer) as (port, _):
        sample = await run(context, "sip", KINDS["sip"].spec.model_validate({"port": port}))
    assert sample.outcome is Outcome.OK
    assert octets != GBK or (sample.facts["server"], sample.facts["status"]) == (WORDS, f"200 {WORDS}")


@pytest.mark.parametrize("kind", ["http", "rtsp", "sip", "ssh", "h323", "onvif", "tcp"])
@pytest.mark.parametrize("octets", [GBK + b"\r\n\r\n", NOISE * 3 + b"\r\n", b"\0" * 40, b"\r\n" * 9])
async def test_nonsense_breaks_no_check(context: ProbeContext, kind: str, octets: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(octets)
        await writer.drain()
        await asyncio.sleep(0.05)

    extra = {"http": {"scheme": "http"}, "sip": {"transport": "tcp"}}.get(kind, {})
    expect = {"expect": "门禁"} if kind in ("tcp", "http") else {}
    async with serving(talk) as port:
        sample = await run(context, kind, KINDS[kind].spec.model_validate({"port": port, **extra, **expect}))
    assert sample.outcome in (Outcome.PROTOCOL, Outcome.DEGRADED, Outcome.REFUSED), sample.detail


async def test_a_banner_in_gbk_may_be_expected_in_chinese(context: ProbeContext) -> None:
    banner = "欢迎使用门禁系统 v2\r\n"
    for code in ("gbk", "utf-8"):
        sample = await check_banner(context, banner.encode(code), "门禁.*v[0-9]")
        assert (sample.outcome, sample.facts["banner"]) == (Outcome.OK, banner.strip())


async def check_banner(context: ProbeContext, banner: bytes, expect: str) -> Sample:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(banner)
        await reader.read()

    async with serving(talk) as port:
        return await run(context, "tcp", KINDS["tcp"].spec.model_validate({"port": port, "expect": expect}))


@pytest.mark.parametrize("code", ["gbk", "utf-8"])
@pytest.mark.parametrize("declared", ["UTF-8", "GB2312"])
def test_an_onvif_envelope_in_any_code(code: str, declared: str) -> None:
    text = IDENTITY.replace("UTF-8", declared).replace("Vista", "大华").encode(code)
    answer = open_envelope(text, "GetDeviceInformation")
    assert any((element.text or "").strip() == "大华" for element in answer)


def test_a_realm_whose_last_octet_is_that_of_a_backslash() -> None:
    realm = "誠".encode("gbk")  # D5 5C
    header = wire_text(b'Digest realm="' + realm + b'", nonce="n", qop="auth"')
    challenge = choose_challenge(parse_challenges([header]))
    assert challenge is not None
    assert wire_octets(challenge.parameters["realm"]) == realm
    assert challenge.parameters["nonce"] == "n"


def test_octets_come_through_unchanged_and_are_shown_readably() -> None:
    for octets in (GBK, NOISE, "é摄".encode(), b"plain", b""):
        assert wire_octets(wire_text(octets)) == octets
        assert shown(wire_text(octets)).isprintable()
    assert shown(wire_text(GBK)) == WORDS
    assert wire_octets("\ud800") == b"?"


@pytest.mark.parametrize(
    ("realm", "charset", "user", "codes"),
    [
        (b"r", None, "admin", ("utf-8",)),
        (GBK, None, "admin", ("utf-8",)),
        (b"r", None, "管理员", ("utf-8", "gb18030")),
        (GBK, None, "管理员", ("gb18030", "utf-8")),
        (b"r", "UTF-8", "管理员", ("utf-8",)),
    ],
)
def test_a_wrong_password_is_not_given_twice_for_nothing(
    realm: bytes, charset: str | None, user: str, codes: tuple[str, ...]
) -> None:
    given = {"realm": wire_text(realm)} | ({"charset": charset} if charset else {})
    assert login_codes(Challenge("digest", given), Login(user, Secret("x"))) == codes
