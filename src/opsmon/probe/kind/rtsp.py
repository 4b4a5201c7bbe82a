"""Does a camera or recorder serve its stream: RTSP OPTIONS, then DESCRIBE (RFC 2326), with Digest or Basic login.

A stream that is described with at least one of the wanted media is OK; one that is not there, or has other media, is
DEGRADED; a login that is refused or missing is AUTH. The stream itself is not played: nothing is set up on the device.
Series: `rtsp_tracks{media}`, how many tracks of a medium are described (RFC 4566).
"""

import asyncio
import secrets
from array import array
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field

from opsmon.errors import ProbeError
from opsmon.model.device import Check, Device
from opsmon.model.name import CheckName
from opsmon.model.sample import Outcome, Reading, SeriesBlock, SeriesKey
from opsmon.probe.context import CheckResult, ProbeContext
from opsmon.probe.kind.spec import CheckSpec, Port
from opsmon.probe.kind.tcp import connect, first_line
from opsmon.protocol.charset import decode_octets
from opsmon.protocol.http.auth import (
    Challenge,
    Login,
    answer_challenge,
    choose_challenge,
    coded_login,
    login_codes,
    parse_challenges,
)
from opsmon.protocol.text_message import MalformedMessageError, TextResponse, build_request, quoted, read_response
from opsmon.protocol.wire_text import shown, wire_octets
from opsmon.spec import SecretField

PROTOCOL = "RTSP/1.0"
MEDIA = ("video", "audio", "application")
MAX_TRACKS = 100
MAX_MEDIUM_CHARS = 40  # characters of a medium or a codec
Medium = Literal["video", "audio", "application"]


@dataclass(frozen=True, slots=True)
class RtspSettings:
    port: int = 554
    path: str = "/"
    login: Login | None = None
    describe: bool = True
    media: tuple[str, ...] = ("video",)


class RtspSpec(CheckSpec):
    port: Port = 554
    """The port · 端口"""
    path: Annotated[str, Field(pattern=r"^/[!-~]*$", max_length=500)] = "/"
    """The path of the stream · 码流路径"""
    username: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """Who logs in · 用户名"""
    password: SecretField | None = None
    """The password, as a reference · 密码（写引用）"""
    describe: bool = True
    """Whether the stream is described, and not only the server asked · 是否请求码流描述"""
    media: Annotated[list[Medium], Field(max_length=3)] = ["video"]  # noqa: RUF012 - pydantic copies it
    """Media of which the stream has to hold at least one · 码流须包含其中至少一种"""

    def resolve(self) -> RtspSettings:
        login = Login(self.username, self.password) if self.username and self.password else None
        return RtspSettings(self.port, self.path, login, self.describe, tuple(self.media))


@dataclass(frozen=True, slots=True)
class Track:
    """One medium of a described stream; `codec` is empty where the description does not name it."""

    media: str
    codec: str


async def run(device: Device, check: Check, settings: RtspSettings, context: ProbeContext) -> CheckResult:
    host = f"[{device.address}]" if ":" in device.address else device.address
    url = f"rtsp://{host}:{settings.port}{settings.path}"
    async with connect(device, check, settings.port, context) as (reader, writer):
        talk = _Talk(reader, writer, url, settings.login)
        try:
            options = await talk.ask("OPTIONS")
            described = await talk.ask("DESCRIBE", ("Accept", "application/sdp")) if settings.describe else None
        except MalformedMessageError as error:
            raise ProbeError(Outcome.PROTOCOL, f"no RTSP: {error}") from None
    facts = {"server": first_line(wire_octets(options.header("server"))), "methods": shown(options.header("public"))}
    if described is None:
        return CheckResult(facts=facts)
    return _judge(described, settings, check.name, facts)


class _Talk:
    """The requests of one connection, with the login once it is asked for."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, url: str, login: Login | None
    ) -> None:
        self._reader, self._writer, self._url, self._login = reader, writer, url, login
        self._challenge: Challenge | None = None
        self._codes: list[str] = []  # in which name and password are written, once a login is asked for
        self._sequence = 0

    async def ask(self, method: str, *headers: tuple[str, str]) -> TextResponse:
        """The response to a request, asked again with the login when that is wanted. Raises ProbeError."""
        response = await self._exchange(method, headers)
        if response.status == 401 and not self._codes and self._login:
            self._challenge = choose_challenge(parse_challenges(response.headers.get("www-authenticate", ())))
            if self._challenge is None:
                raise ProbeError(Outcome.AUTH, "the device wants a kind of login that we do not know")
            self._codes = list(login_codes(self._challenge, self._login))
            response = await self._exchange(method, headers)
            if response.status == 401 and len(self._codes) > 1:
                del self._codes[0]
                response = await self._exchange(method, headers)
        if response.status in (401, 403):
            words = "the login is refused" if self._login else "the device wants a login, and the check has none"
            raise ProbeError(Outcome.AUTH, f"{words} ({response.status})")
        return response

    async def _exchange(self, method: str, headers: tuple[tuple[str, str], ...]) -> TextResponse:
        self._sequence += 1
        lines = [("CSeq", str(self._sequence)), ("User-Agent", "opsmon"), *headers]
        if self._challenge and self._login:
            cnonce = secrets.token_hex(8)
            login = coded_login(self._login, self._codes[0])
            lines.append(("Authorization", answer_challenge(self._challenge, login, method, self._url, cnonce)))
        self._writer.write(build_request(method, self._url, PROTOCOL, lines))
        response = await read_response(self._reader)
        if not response.protocol.startswith("RTSP/"):
            raise MalformedMessageError(f"it answers in {quoted(response.protocol)}")
        if response.header("cseq") not in (str(self._sequence), ""):
            raise MalformedMessageError("it answers another request")
        return response


def _judge(response: TextResponse, settings: RtspSettings, check: CheckName, facts: dict[str, str]) -> CheckResult:
    if response.status != 200:
        words = "there is no such stream" if response.status == 404 else "the stream is not described"
        return CheckResult(Outcome.DEGRADED, f"{words} ({response.status} {shown(response.reason)[:60]})", facts=facts)
    tracks = parse_tracks(decode_octets(response.body))
    facts = facts | {"stream": ", ".join(f"{track.media} {track.codec}".strip() for track in tracks)}
    readings = (Reading(rtsp_block(check), array("d", (_count(tracks, medium) for medium in MEDIA))),)
    missing = [medium for medium in settings.media if not _count(tracks, medium)]
    if missing:
        return CheckResult(Outcome.DEGRADED, f"the stream has no {' and no '.join(missing)}", readings, facts=facts)
    return CheckResult(readings=readings, facts=facts)


@lru_cache(maxsize=256)
def rtsp_block(check: CheckName) -> SeriesBlock:
    """How many tracks of each medium, by check."""
    return SeriesBlock(tuple(SeriesKey("rtsp_tracks", (("check", check), ("media", medium))) for medium in MEDIA))


def _count(tracks: tuple[Track, ...], medium: str) -> int:
    return sum(track.media == medium for track in tracks)


def parse_tracks(description: str) -> tuple[Track, ...]:
    """The media of a session description (RFC 4566: `m=` lines and their `a=rtpmap:`), the first MAX_TRACKS of them.
    Passes over what it is not."""
    tracks: list[Track] = []
    for line in description.splitlines():
        if line.startswith("m="):
            if len(tracks) == MAX_TRACKS:
                break
            tracks.append(Track(_named(line[2:].partition(" ")[0]).lower(), ""))
        elif line.startswith("a=rtpmap:") and tracks and not tracks[-1].codec:
            codec = line.partition(" ")[2].partition("/")[0]
            tracks[-1] = Track(tracks[-1].media, _named(codec))
    return tuple(tracks)


def _named(word: str) -> str:
    return shown(word.strip()[:MAX_MEDIUM_CHARS])
