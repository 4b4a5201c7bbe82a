"""An event loop whose time passes only when nothing is left to do: hours of schedule in milliseconds of test."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta

BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class _SkippingSelector(selectors.SelectSelector):
    """Instead of waiting for a timer it tells the loop that the time has passed."""

    def __init__(self) -> None:
        super().__init__()
        self.passed: Callable[[float], None] = lambda _: None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout:
            self.passed(timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """`time()` is virtual; `block` is what a callback that hogs the loop does to it."""

    def __init__(self) -> None:
        self._selector_of_ours = _SkippingSelector()
        self._now_s = 1000.0
        super().__init__(self._selector_of_ours)
        self._selector_of_ours.passed = self.block

    def time(self) -> float:
        return self._now_s

    def block(self, seconds: float) -> None:
        self._now_s += seconds


class VirtualClock:
    """Both clocks of the daemon on a virtual loop; `step` sets the wall clock alone."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.loop = loop
        self._stepped = timedelta()

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.loop.time()) + self._stepped

    def monotonic(self) -> float:
        return self.loop.time()

    def step(self, seconds: float) -> None:
        self._stepped += timedelta(seconds=seconds)


def run_virtually(story: Callable[[VirtualClock], Coroutine[None, None, None]]) -> None:
    """Runs a coroutine on a virtual loop of its own."""
    loop = VirtualLoop()
    try:
        loop.run_until_complete(story(VirtualClock(loop)))
    finally:
        loop.close()
