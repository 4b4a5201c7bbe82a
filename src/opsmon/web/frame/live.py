"""`/stream`: tells open pages that the world has changed, as server-sent events (HTML Living Standard, 9.2).

A page then fetches what changes of it. Beats are events, not comments: a script never sees a comment. Of one browser at
most four streams stay open, as over HTTP/1.1 a browser opens six connections to a server; the oldest is told `bye`, and
its page polls. Who does not read is cut off, and starts again. With a session its streams end.
"""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import web

from opsmon.errors import StoreError
from opsmon.model.event import Event
from opsmon.web.auth import is_still_admitted
from opsmon.web.context import PARTS
from opsmon.web.frame.visit import BROWSER_COOKIE
from opsmon.web.listening.connection import PortConnection
from opsmon.web.visit import visitor_of

BEAT_S = 10.0
RETRY_MS = 2_000
MAX_OF_A_BROWSER = 4
MAX_STREAMS = 200
MAX_WAITING = 64
ASK_AGAIN_S = 2.0  # who was let in may have signed out
MAX_IDS = 100  # named in one event; a page asks for what it shows anyway
HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would keep events back
}


@dataclass(slots=True, eq=False)
class Stream:
    """One open page. `waiting` are messages that it has not taken; None is the end. `is_limited`: its reader is not
    told what it is that changed, which may lie outside his scope."""

    browser: str
    is_limited: bool = False
    waiting: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(MAX_WAITING))

    def tell(self, message: bytes | None) -> bool:
        """Whether there was room."""
        try:
            self.waiting.put_nowait(message)
        except asyncio.QueueFull:
            return False
        return True

    def cut(self) -> None:
        """Ends it: what waits is not told any more."""
        while not self.waiting.empty():
            self.waiting.get_nowait()
        self.tell(None)


class LiveStreams:
    """Every open page. `hear` is what the daemon tells of each change."""

    def __init__(self) -> None:
        self._streams: OrderedDict[Stream, None] = OrderedDict()
        self.seq = 0

    def __len__(self) -> int:
        return len(self._streams)

    def enter(self, browser: str, *, is_limited: bool = False) -> Stream:
        """A new page; the oldest of the same browser may have to go."""
        mine = [one for one in self._streams if one.browser == browser] if browser else []
        if len(mine) >= MAX_OF_A_BROWSER:
            self._bye(mine[0])
        if len(self._streams) >= MAX_STREAMS:
            self._bye(next(iter(self._streams)))
        stream = Stream(browser, is_limited)
        self._streams[stream] = None
        return stream

    def leave(self, stream: Stream) -> None:
        """The page is closed; may be said twice."""
        self._streams.pop(stream, None)

    def _bye(self, stream: Stream) -> None:
        self.leave(stream)
        stream.cut()
        stream.waiting.get_nowait()
        stream.tell(message_of("bye", ""))
        stream.tell(None)

    def hear(self, seq: int, events: Sequence[Event]) -> None:
        """The world has changed."""
        self.seq = seq
        whole, bare = (message_of("change", json.dumps({"seq": seq, "ids": ids}), seq) for ids in (ids_of(events), []))
        for stream in [one for one in self._streams if not one.tell(bare if one.is_limited else whole)]:
            self.leave(stream)
            stream.cut()

    def close(self) -> None:
        """Ends every stream; the pages come again."""
        for stream in list(self._streams):
            self.leave(stream)
            stream.cut()


STREAMS = web.AppKey("streams", LiveStreams)


def message_of(event: str, data: str, seq: int | None = None) -> bytes:
    """One event on the wire."""
    named = "" if seq is None else f"id: {seq}\n"
    return f"{named}event: {event}\ndata: {data}\n\n".encode()


def ids_of(events: Iterable[Event]) -> list[str]:
    """The incidents and devices that the events are about, once each."""
    names = (str(getattr(event, key, None) or "") for event in events for key in ("incident", "device"))
    return [name for name in dict.fromkeys(names) if name][:MAX_IDS]


def follow(application: web.Application) -> Callable[[], None]:
    """Begins to hear of changes; returns how to stop."""
    daemon, streams = application[PARTS].daemon, application[STREAMS]
    streams.seq = daemon.seq
    return daemon.subscribe(streams.hear)


async def show_stream(request: web.Request) -> web.StreamResponse:
    """Tells one page of changes until it is closed."""
    streams = request.app[STREAMS]
    is_limited = not visitor_of(request).scope.is_everything
    stream = streams.enter(request.cookies.get(BROWSER_COOKIE, ""), is_limited=is_limited)
    answer = web.StreamResponse(headers=HEADERS)
    try:
        await answer.prepare(request)
        await answer.write(f"retry: {RETRY_MS}\n\n".encode() + _first(request, streams.seq))
        with suppress(ConnectionError):
            await _pump(request, answer, stream, streams)
    finally:
        streams.leave(stream)
    return answer


def _first(request: web.Request, seq: int) -> bytes:
    """Who was away for a change is told of one; who missed none gets a beat."""
    missed = request.headers.get("Last-Event-ID", "") not in ("", str(seq))
    return message_of("change", json.dumps({"seq": seq, "ids": []}), seq) if missed else message_of("beat", str(seq))


class _Guest:
    """Who reads a stream: asked before each message, but not each time anew, whether he may still."""

    def __init__(self, request: web.Request) -> None:
        self._request, self._clock = request, request.app[PARTS].clock
        self._asked_s = self._clock.monotonic()

    async def may_stay(self) -> bool:
        """Whether he would be let in now. A store that cannot be read sends nobody away."""
        now_s = self._clock.monotonic()
        if now_s - self._asked_s < ASK_AGAIN_S:
            return True
        self._asked_s = now_s
        try:
            return await is_still_admitted(self._request)
        except StoreError:
            return True


async def _pump(request: web.Request, answer: web.StreamResponse, stream: Stream, streams: LiveStreams) -> None:
    guest = _Guest(request)
    while True:
        try:
            async with asyncio.timeout(BEAT_S):
                message = await stream.waiting.get()
        except TimeoutError:
            message = message_of("beat", str(streams.seq))
        if message is None or not await guest.may_stay():
            return
        await answer.write(message)
        if isinstance(request.protocol, PortConnection):
            request.protocol.goes_on()
