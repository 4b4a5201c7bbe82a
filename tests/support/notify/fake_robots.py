"""The three group robots at the far end of the wire: each checks key, signature, bytes and window as the platform does,
and answers with the platform's own refusals."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote_plus

from aiohttp import web

from opsmon.clock import Clock, WallClock
from opsmon.notify.channel import ChannelKind

WECOM, DINGTALK, FEISHU = ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU
Answer = tuple[int, dict[str, Any]]
_WINDOW = {WECOM: (20, 60.0), DINGTALK: (20, 60.0), FEISHU: (100, 60.0)}
_BAN_S = 600.0
_NO_ROBOT = {WECOM: 93000, DINGTALK: 300001, FEISHU: 19001}
# How a robot says that it will hear nobody for ten minutes: DingTalk's code alone, the others beside theirs.
_BAN_HEADERS = {WECOM: {"Retry-After": "600"}, DINGTALK: {}, FEISHU: {"x-ogw-ratelimit-reset": "600"}}


@dataclass
class FakeRobot:
    """`script` holds what goes wrong with the next requests: `html`, `slow`, `cut`, `later`, `down`, `long`, `never`,
    `mute` (taken, and never answered), `ban` (nothing is taken for ten minutes; every request begins them anew).
    `texts` are the accepted ones, `refused` the codes of the others, `mentioned` the phones of WeCom's second texts."""

    kind: ChannelKind
    key: str
    secret: str = "SECtest"
    url: str = ""
    script: deque[str] = field(default_factory=deque)
    stuck_on: str = ""  # what goes wrong with every request
    clock: Clock = field(default_factory=WallClock)
    clock_ahead_s: float = 0.0
    clock_tolerance_s: float = 3_600.0
    no_robot: int = 0  # the code for a key that is none; 0: the usual one
    says_bans: bool = True  # False: a ban shows in nothing but the refusals
    texts: list[str] = field(default_factory=list)
    mentioned: list[str] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    requests_at: list[float] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    _banned_until: float = float("-inf")

    async def answer(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        self.bodies.append(raw)
        self.requests_at.append(self.clock.monotonic())
        trouble = self.script.popleft() if self.script else self.stuck_on
        self.heard.set()
        odd = await self._odd_answer(request, trouble)
        if odd is not None:
            return odd
        status, body = self._judge(request, raw, trouble)
        code = int(body["code"] if self.kind is FEISHU else body["errcode"])
        if code:
            self.refused.append(code)
        if trouble == "mute":
            await asyncio.Event().wait()
        headers = {"Date": formatdate(self._now_s(), usegmt=True)}
        if self.is_banned and self.says_bans:
            headers |= _BAN_HEADERS[self.kind]
        if trouble == "pieces":
            return await _in_pieces(request, status, headers, json.dumps(body).encode())
        return web.json_response(body, status=status, headers=headers)

    @property
    def is_banned(self) -> bool:
        return self.clock.monotonic() < self._banned_until

    async def _odd_answer(self, request: web.Request, trouble: str) -> web.StreamResponse | None:
        if trouble == "html":
            return web.Response(text="<html>sign in to the network</html>", content_type="text/html")
        if trouble == "slow":
            await asyncio.Event().wait()
        if trouble == "cut":
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if trouble == "never again":
            headers = {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT", "Date": "Thu, 01 Jan 1970 00:00:00 GMT"}
            return web.Response(status=429, headers=headers)
        return web.Response(status=502, text="bad gateway") if trouble == "never" else None

    def _now_s(self) -> float:
        return self.clock.now().timestamp() + self.clock_ahead_s

    def _judge(self, request: web.Request, raw: bytes, trouble: str) -> Answer:
        if trouble == "ban" or self.is_banned:
            self._banned_until = self.clock.monotonic() + _BAN_S
        window = self._window()
        if window is not None or trouble == "later":
            return window or self._throttled()
        if not self._knows(request):
            return self._refusal(self.no_robot or _NO_ROBOT[self.kind], f"no such robot: {request.rel_url}")
        body = json.loads(raw)
        if trouble == "down" or not self._is_signed(request, body):
            return self._refusal({WECOM: 93000, DINGTALK: 310000, FEISHU: 19021}[self.kind], "sign not match")
        text = self._text_of(body)
        if trouble == "long" or self._is_too_long(body, raw, text):
            return self._refusal({WECOM: 40058, DINGTALK: 460101, FEISHU: 19036}[self.kind], "content too long")
        if trouble == "poison":
            return self._refusal(40008, "invalid message")
        self._keep(body, text)
        return 200, {"code": 0, "msg": "success"} if self.kind is FEISHU else {"errcode": 0, "errmsg": "ok"}

    def _window(self) -> Answer | None:
        now, (most, span_s) = self.clock.monotonic(), _WINDOW[self.kind]
        if now < self._banned_until:
            return self._throttled()
        recent = sum(1 for at in self.requests_at if at > now - span_s)
        if recent <= most:
            return None
        if self.kind is DINGTALK:
            self._banned_until = now + _BAN_S
        return self._throttled()

    def _throttled(self) -> Answer:
        if self.kind is FEISHU:
            return 400, {"code": 9499, "msg": "too many request", "data": {}}
        return self._refusal({WECOM: 45009, DINGTALK: 130101}[self.kind], "api freq out of limit")

    def _refusal(self, code: int, words: str) -> Answer:
        return 200, {"code": code, "msg": words} if self.kind is FEISHU else {"errcode": code, "errmsg": words}

    def _knows(self, request: web.Request) -> bool:
        names = {WECOM: "key", DINGTALK: "access_token"}
        given = request.query.get(names[self.kind]) if self.kind in names else request.path.rsplit("/", 1)[-1]
        return given == self.key

    def _is_signed(self, request: web.Request, body: dict[str, Any]) -> bool:
        if self.kind is DINGTALK:
            stamp = request.query.get("timestamp", "0")
            made = hmac.new(self.secret.encode(), f"{stamp}\n{self.secret}".encode(), hashlib.sha256).digest()
            query = dict(pair.split("=", 1) for pair in request.rel_url.raw_query_string.split("&"))
            fresh = abs(int(stamp) / 1000 - self._now_s()) < self.clock_tolerance_s
            return fresh and unquote_plus(query.get("sign", "")) == base64.b64encode(made).decode()
        if self.kind is FEISHU:
            stamp = body.get("timestamp", "0")
            made = hmac.new(f"{stamp}\n{self.secret}".encode(), b"", hashlib.sha256).digest()
            return (
                abs(int(stamp) - self._now_s()) < self.clock_tolerance_s
                and body.get("sign") == base64.b64encode(made).decode()
            )
        return True

    def _text_of(self, body: dict[str, Any]) -> str:
        if self.kind is FEISHU:
            return str(body["content"]["text"])
        return str(body["markdown"]["content"] if body["msgtype"] == "markdown" else body["text"]["content"])

    def _is_too_long(self, body: dict[str, Any], raw: bytes, text: str) -> bool:
        if self.kind is WECOM:
            return len(text.encode()) > (4_096 if body["msgtype"] == "markdown" else 2_048)
        return len(raw) > 20_000

    def _keep(self, body: dict[str, Any], text: str) -> None:
        phones = body.get("text", {}).get("mentioned_mobile_list") if self.kind is WECOM else None
        if phones is None:
            self.texts.append(text)
        else:
            self.mentioned += phones


async def _in_pieces(request: web.Request, status: int, headers: dict[str, str], body: bytes) -> web.StreamResponse:
    """Two packets, as from behind some proxies: the pause only makes it likely that they are read one by one."""
    answer = web.StreamResponse(status=status, headers={**headers, "Content-Type": "application/json"})
    await answer.prepare(request)
    for piece in (body[:5], body[5:]):
        await answer.write(piece)
        await asyncio.sleep(0.05)
    await answer.write_eof()
    return answer


@asynccontextmanager
async def running(*robots: FakeRobot) -> AsyncIterator[None]:
    """The robots listen on loopback, each at its own `url`."""
    runners: list[web.AppRunner] = []
    try:
        for robot in robots:
            application = web.Application(client_max_size=2**20)
            application.router.add_post("/{path:.*}", robot.answer)
            runner = web.AppRunner(application, shutdown_timeout=0.1)
            await runner.setup()
            runners.append(runner)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            robot.url = _address(robot, runner.addresses[0][1])
        yield
    finally:
        for runner in runners:
            await runner.cleanup()


def _address(robot: FakeRobot, port: int) -> str:
    paths = {
        WECOM: f"cgi-bin/webhook/send?key={robot.key}",
        DINGTALK: f"robot/send?access_token={robot.key}",
        FEISHU: f"open-apis/bot/v2/hook/{robot.key}",
    }
    return f"http://127.0.0.1:{port}/{paths[robot.kind]}"
