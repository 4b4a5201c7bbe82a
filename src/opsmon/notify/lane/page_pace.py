"""When a channel for people may be sent the next message: its windows, its month, and whether it is well."""

import asyncio
import random
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from opsmon.clock import Clock
from opsmon.notify.channel import PageChannel, Reaches
from opsmon.notify.lane.fail_over import ChannelHealth
from opsmon.notify.lane.page_port import ParcelBox
from opsmon.notify.lane.retry import Circuit, retry_wait_s
from opsmon.notify.lane.window import MonthlyQuota, SlidingWindow, crowded_pause_s
from opsmon.notify.message import ChannelLimits, Verdict

MAX_BLOCK_S = 900.0  # longer than any platform bans
_BAN_S = 60.0  # a shorter wait is over before we are back
_QUOTA_PAUSE_S = 60.0
_NEARLY_USED = 0.8


class NearlyUsed(NamedTuple):
    """So many of the `per_month` messages of the `month`, such as `2026-11`, are used."""

    month: str
    used: int
    per_month: int


class PagePace:
    """`longest_wait_s` bounds a wait that is read from the store: the clock may have been set back since."""

    longest_wait_s = MAX_BLOCK_S

    def __init__(self, channel: PageChannel, limits: ChannelLimits, zone: tzinfo, clock: Clock) -> None:
        self._channel, self._limits, self._zone, self._clock = channel, limits, zone, clock
        self._windows: dict[str, SlidingWindow] = {}
        self._circuit = Circuit()
        self._quota: MonthlyQuota | None = None
        self._down_until_s, self._blocked_until_s = float("-inf"), float("-inf")
        self._downs, self._laters = 0, 0
        self._told_month: tuple[int, int] | None = None
        self.taken_at: datetime | None = None  # when it took the last message since the start

    async def load(self, store: ParcelBox) -> None:
        """Reads once what was sent before the start."""
        if self._quota is not None:
            return
        now, now_s = self._clock.now(), self._clock.monotonic()
        recent = now - timedelta(seconds=2 * self._limits.span_s)
        since = min(recent, self._begin_of_month(now)) if self._channel.per_month else recent
        sent = await asyncio.to_thread(store.requests_since, self._channel.name, since)
        times: dict[str, list[float]] = {}
        for person, at in sent:
            if at >= recent:
                times.setdefault(self._slot(person), []).append(now_s - max(0.0, (now - at).total_seconds()))
        self._windows = {slot: SlidingWindow(self._limits, found) for slot, found in times.items()}
        this_month = sum(1 for _, at in sent if self._month(at) == self._month(now))
        self._quota = MonthlyQuota(self._channel.per_month, self._month(now), this_month)
        banned_until = await asyncio.to_thread(store.banned_until, self._channel.name)
        if banned_until is not None:
            self._block((banned_until - now).total_seconds())

    def began(self, person: str) -> None:
        """A request begins."""
        self._window(person).add(self._clock.monotonic())
        if self._quota is not None:
            self._quota.add(self._month(self._clock.now()))

    def pause_s(self, person: str, *, urgent: bool, full: bool) -> float:
        """Seconds until the next message to the group or the person may go."""
        now, now_s = self._clock.now(), self._clock.monotonic()
        if self._quota is not None and not self._quota.is_open(self._month(now), urgent=urgent):
            return _QUOTA_PAUSE_S
        return max(
            self._window(person).pause_s(now_s, urgent=urgent, full=full),
            crowded_pause_s(self._limits, now),
            self._circuit.wait_s(now_s),
            self._down_until_s - now_s,
            self._blocked_until_s - now_s,
            0.0,
        )

    def succeeded(self) -> None:
        self.taken_at = self._clock.now()
        self._circuit.succeeded()
        self._down_until_s, self._downs, self._laters = float("-inf"), 0, 0

    async def asked_to_wait(self, verdict: Verdict, store: ParcelBox) -> float:
        """The channel asked us to leave it alone; for how many seconds we do: twice as long each time that it asks
        again. A wait of a minute or more is written down: a restart or a reload does not end a ban."""
        doubled_s = min(verdict.longest_s, verdict.wait_s * 2.0 ** min(self._laters, 16))
        wait_s = min(max(verdict.wait_s, doubled_s), MAX_BLOCK_S)
        self._laters += 1
        self._block(wait_s)
        if wait_s >= _BAN_S:
            until = self._clock.now() + timedelta(seconds=wait_s)
            await asyncio.to_thread(store.ban, self._channel.name, until)
        return wait_s

    def _block(self, seconds: float) -> None:
        self._blocked_until_s = max(self._blocked_until_s, self._clock.monotonic() + min(seconds, MAX_BLOCK_S))

    def failed(self, *, reached: bool) -> None:
        """No answer came."""
        self._circuit.failed(self._clock.monotonic(), random.random(), reached=reached)

    def went_down(self) -> float:
        """A person has to mend something; how many seconds until we see whether somebody did."""
        self._downs += 1
        wait_s = retry_wait_s(self._downs + 3, random.random())
        self._down_until_s = self._clock.monotonic() + wait_s
        return wait_s

    def try_now(self) -> None:
        """Somebody may have mended it."""
        self._down_until_s = float("-inf")

    def health(self) -> ChannelHealth:
        now_s = self._clock.monotonic()
        is_closed = self._circuit.is_broken and self._circuit.wait_s(now_s) > 0
        quota = self._quota
        is_used_up = quota is not None and not quota.is_open(self._month(self._clock.now()), urgent=True)
        blocked_s = float("inf") if is_used_up else max(0.0, self._blocked_until_s - now_s)
        return ChannelHealth(is_closed or self._down_until_s > now_s, blocked_s)

    @property
    def is_up(self) -> bool:
        """Whether the last word of the channel was a good one, or there was none yet."""
        return not (self._circuit.is_broken or self._downs)

    @property
    def used_ratio(self) -> float:
        """How much of the fullest window is used."""
        now_s = self._clock.monotonic()
        return max((window.used_ratio(now_s) for window in self._windows.values()), default=0.0)

    @property
    def used(self) -> int:
        """Messages in the fullest window."""
        now_s = self._clock.monotonic()
        return max((window.used(now_s) for window in self._windows.values()), default=0)

    @property
    def limit(self) -> int:
        """Messages that a window takes, 0 for no bound."""
        return self._limits.requests or 0

    @property
    def month_used_ratio(self) -> float:
        """How much of `per_month` was sent in this calendar month."""
        quota, most = self._quota, self._channel.per_month
        return 0.0 if quota is None or not most else quota.used_in(self._month(self._clock.now())) / most

    @property
    def nearly_used(self) -> NearlyUsed | None:
        """What people are to be told once four fifths of the month are used; None before, and where that was told."""
        quota, most, now = self._quota, self._channel.per_month, self._month(self._clock.now())
        if quota is None or not most or self._told_month == now or quota.used_in(now) < _NEARLY_USED * most:
            return None
        return NearlyUsed(f"{now[0]:04}-{now[1]:02}", quota.used_in(now), most)

    def told_of_month(self) -> None:
        """People know that the month is nearly used up."""
        self._told_month = self._month(self._clock.now())

    def _window(self, person: str) -> SlidingWindow:
        return self._windows.setdefault(self._slot(person), SlidingWindow(self._limits))

    def _slot(self, person: str) -> str:
        return person if self._channel.reaches is Reaches.PERSON else ""

    def _month(self, at: datetime) -> tuple[int, int]:
        local = at.astimezone(self._zone)
        return local.year, local.month

    def _begin_of_month(self, at: datetime) -> datetime:
        return at.astimezone(self._zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
