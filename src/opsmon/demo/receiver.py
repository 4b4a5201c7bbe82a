"""The on-call phone of the demo: an HTTP server that takes webhooks, checks their signature and tells what arrived."""

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

SHOWN_ZONE = ZoneInfo("Asia/Shanghai")  # that of the messages
Tell = Callable[[str, str], None]  # what kind of line it is, and the line


class Receiver:
    """Counts deliveries by (alertname, status) and tells each once, however often it is delivered."""

    def __init__(self, tell: Tell) -> None:
        self._secret = b""
        self._tell = tell
        self._seen: set[str] = set()
        self.arrived: Counter[tuple[str, str]] = Counter()
        self.forged = 0

    def believe(self, secret: str) -> None:
        """From now on what is signed with this; nothing before."""
        self._secret = secret.encode()

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_post("/hook", self._take)
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

    def _show(self, alert: dict[str, Any]) -> None:
        name, status = alert["labels"]["alertname"], alert["status"]
        self.arrived[name, status] += 1
        self._tell("firing" if status == "firing" else "resolved", line_of(alert))


def line_of(alert: dict[str, Any]) -> str:
    """What the message says in its one line, without the date of today."""
    summary = str(alert.get("annotations", {}).get("summary", alert["labels"]["alertname"]))
    return summary.replace(f"{datetime.now(SHOWN_ZONE):%Y-%m-%d} ", "")
