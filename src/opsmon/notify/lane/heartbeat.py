"""A sign of life to a watcher outside: it is sent only while we could tell somebody of a fault.

Whoever watches (another monitoring, a dead man's switch) raises the alarm when it stays away: because the machine is
dead, the loop does not turn, the store cannot be written, or a fault is known and nobody could be told of it.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

import aiohttp

from opsmon.clock import Clock
from opsmon.engine.world import World
from opsmon.notify.channel import Heartbeat
from opsmon.notify.wire.webhook import fault_without_address, new_session
from opsmon.throttled_log import ThrottledLog

LOOP_PATIENCE_S = 30.0
UNTOLD_PATIENCE = timedelta(minutes=2)
_LOOK_EVERY_S = 5.0
_TIMEOUT_S = 10.0
log = logging.getLogger(__name__)


class HeartbeatSender:
    """`turns` grows while the loop turns, `trouble` says what is wrong with the store ("" for nothing)."""

    def __init__(
        self,
        beat: Heartbeat | None,
        clock: Clock,
        turns: Callable[[], int],
        trouble: Callable[[], str],
        world: Callable[[], World],
    ) -> None:
        self._beat, self._clock, self._turns, self._trouble, self._world = beat, clock, turns, trouble, world
        self._seen_turns, self._turned_at_s = -1, clock.monotonic()
        self._throttled = ThrottledLog(log, clock.monotonic)

    def load(self, beat: Heartbeat | None) -> None:
        """From now on this one."""
        self._beat = beat

    def hindrance(self) -> str:
        """Why no sign of life is to be sent now; "" where one is."""
        turns, now_s = self._turns(), self._clock.monotonic()
        if turns != self._seen_turns:
            self._seen_turns, self._turned_at_s = turns, now_s
        if now_s - self._turned_at_s > LOOP_PATIENCE_S:
            return "the loop does not turn"
        if trouble := self._trouble():
            return trouble
        latest = self._clock.now() - UNTOLD_PATIENCE
        untold = [page for page in self._world().paging.pages.values() if page.is_untold and page.since < latest]
        return f"nobody could be told of incident {untold[0].incident}" if untold else ""

    async def run(self) -> None:
        """Until cancelled."""
        async with new_session() as http:
            next_s = self._clock.monotonic()
            while True:
                now_s, beat, hindrance = self._clock.monotonic(), self._beat, self.hindrance()
                if beat is not None and now_s >= next_s:
                    next_s = now_s + beat.every_s
                    await self._send(http, beat, hindrance)
                await asyncio.sleep(min(_LOOK_EVERY_S, max(0.05, next_s - now_s)) if beat else _LOOK_EVERY_S)

    async def _send(self, http: aiohttp.ClientSession, beat: Heartbeat, hindrance: str) -> None:
        if hindrance:
            self._throttled.tell("no heartbeat is sent", hindrance)
            return
        try:
            async with asyncio.timeout(_TIMEOUT_S), http.get(beat.url.reveal(), allow_redirects=False) as answer:
                if answer.status >= 300:
                    self._throttled.tell("the heartbeat's receiver does not take it", f"HTTP {answer.status}")
        except TimeoutError:
            self._throttled.tell("the heartbeat's receiver does not answer")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            self._throttled.tell("the heartbeat cannot be sent", fault_without_address(error))
