"""The far end of the demo: takes signed webhooks, plays the robot of a group, and tells what arrived."""

import hashlib
import hmac
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

SHOWN_ZONE = ZoneInfo("Asia/Shanghai")  # that of the messages
_LINK = re.compile(r"\[([^\]\n]{1,500})\]\([^)\n]{1,500}\)")
Tell = Callable[[str, str], None]  # what kind of line it is, and the line


class Receiver:
    """Counts deliveries by (alertname, status) and tells each once, however often it is delivered."""

    def __init__(self, tell: Tell) -> None:
        self._secret = b""
        self._tell = tell
        self._seen: set[str] = set()
        self.arrived: Counter[tuple[str, str]] = Counter()
        self.forged = 0
        self.calls = 0

    def believe(self, secret: str) -> None:
        """From now on what is signed with this; nothing before."""
        self._secret = secret.encode()

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_post("/hook", self._take)
        application.router.add_post("/robot/{key}", self._take_call)
        return application

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        timestamp, delivery = (request.headers.get(f"X-Opsmon-{name}", "") for name in ("Timestamp", "Delivery"))
        right = (
            "sha256=" + hmac.new(self._secret, f"{timestamp}.{delivery}.".encode() + body, hashlib.sha256).hexdigest()
        )
        if not self._secret or not hmac.compare_digest(right, request.headers.get("X-Opsmon-Signature-V2", "")):
            self.forged += 1
            return web.Response(status=401, text="wrong signature")
        if delivery not in self._seen:
            self._seen.add(delivery)
            for alert in json.loads(body)["alerts"]:
                self._show(alert)
        return web.Response(text="taken")

    async def _take_call(self, request: web.Request) -> web.Response:
        """A message to the group, answered as WeCom's robot answers: refusals come with status 200 too."""
        if not self._secret or not hmac.compare_digest(request.match_info["key"].encode(), self._secret):
            self.forged += 1
            return web.json_response({"errcode": 93000, "errmsg": "invalid webhook url"})
        self.calls += 1
        for line in called_lines(str((await request.json())["markdown"]["content"])):
            self._tell("call", line)
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    def _show(self, alert: dict[str, Any]) -> None:
        name, status = alert["labels"]["alertname"], alert["status"]
        self.arrived[name, status] += 1
        self._tell("firing" if status == "firing" else "resolved", line_of(alert))


def called_lines(markdown: str) -> Iterator[str]:
    """What the group reads, a line each, without the signs that only a chat shows."""
    for line in markdown.splitlines():
        if shown := _LINK.sub(r"\1", line).strip():
            yield shown


def line_of(alert: dict[str, Any]) -> str:
    """What the message says in its one line, without the date of today."""
    summary = str(alert.get("annotations", {}).get("summary", alert["labels"]["alertname"]))
    return summary.replace(f"{datetime.now(SHOWN_ZONE):%Y-%m-%d} ", "")
