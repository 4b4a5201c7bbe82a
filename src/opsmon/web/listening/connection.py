"""One connection to the port: aiohttp's protocol, told of by the door, and failing in words of our own.

What a stranger sends is never logged, nor given back: a malformed request may hold a token. Failures are counted.
"""

import asyncio
import json
import logging
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from aiohttp.web_protocol import RequestHandler
from aiohttp.web_server import Server

from opsmon.text.bilingual import Sentence
from opsmon.throttled_log import ThrottledLog
from opsmon.web.errors import RequestError
from opsmon.web.listening.connection_limits import ConnectionDoor, Stay

OWN_HEADERS = {"Server": "opsmon", "X-Content-Type-Options": "nosniff"}
KINDS = ("malformed", "internal", "aborted")
_MALFORMED = "the request is no well-formed HTTP/1.1"
_TOO_MANY = (
    Sentence("too many requests from this address at a time", "该地址同时请求过多"),
    Sentence("wait for the answers to those before", "请等待之前的请求完成"),
)
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Reception:
    """What all connections share. `client_of` says for whom a proxy asks that the settings trust; `failures` counts
    requests that were answered with a fault, by kind."""

    door: ConnectionDoor
    throttled: ThrottledLog
    client_of: Callable[[web.BaseRequest], str]
    failures: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(KINDS, 0)))


class PortConnection(RequestHandler):
    """A connection. The door may end it at any time; `drop` is how."""

    __slots__ = ("_connected", "_reception", "_stay")

    def __init__(self, reception: Reception, server: Server, **options: Any) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), **options)
        self._reception = reception
        self._stay: Stay | None = None
        self._connected: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - streams alone are accepted
        self._connected = transport
        self._stay = self._reception.door.admit(self, str(transport.get_extra_info("peername", ("",))[0]))
        super().connection_made(transport)
        if self._stay is None:
            transport.abort()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._reception.door.leave(self)
        self._connected = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._stay is not None:
            self._reception.door.heard(self._stay)
        super().data_received(data)

    def drop(self) -> None:
        if self._connected is not None:
            self._connected.abort()

    def begin(self, request: web.BaseRequest) -> bool:
        """A request is being answered, where it may be."""
        stay = self._stay
        if stay is None:
            return True
        return self._reception.door.asked(stay, self._reception.client_of(request) if stay.by_proxy else "")

    def goes_on(self) -> None:
        """An answer that goes on was taken so far: its time begins anew."""
        if self._stay is not None:
            self._stay.since_s = self._reception.door.now()

    def end(self) -> None:
        """The answer is ready; `since` is when it began to be sent, so a reader has as long as a request."""
        if self._stay is not None:
            self._reception.door.answered(self._stay)

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Nothing: what the library says of a request quotes it."""
        self._reception.failures["aborted"] += 1

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """400 for what cannot be parsed, 500 where we fail; the connection ends with it."""
        if status < 500:
            self._reception.failures["malformed"] += 1
            error = _MALFORMED
        else:
            self._reception.failures["internal"] += 1
            self._reception.throttled.tell(f"an answer failed: {_place_of(exc)}")
            error = "opsmon failed to answer; its log says where"
        if request.writer.output_size > 0:
            raise ConnectionError("a part of the answer is sent already")
        answer = web.Response(
            status=status, text=json.dumps({"error": error}), content_type="application/json", headers=OWN_HEADERS
        )
        answer.force_close()
        return answer


def _place_of(error: BaseException | None) -> str:
    """The kind of error and where it arose; its text may quote the request."""
    if error is None:
        return "for no reason given"
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    where = "" if last is None else f" in {Path(last.filename).name}, {last.name}, line {last.lineno}"
    return f"{type(error).__name__}{where}"


@web.middleware
async def tell_visitor(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Lets the connection know that it is being answered."""
    visitor = request.protocol
    if not isinstance(visitor, PortConnection):
        return await handler(request)
    try:
        if not visitor.begin(request):
            return RequestError(429, *_TOO_MANY, {"Retry-After": "5"}).as_response()
        return await handler(request)
    finally:
        visitor.end()
