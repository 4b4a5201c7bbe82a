"""A receiver that is away for an hour while faults begin and end, and what it is told when it is back. The hour passes
by the clock of the test."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from aiohttp import web

from opsmon.model.secret import Secret
from opsmon.notify.channel import ChannelKind, PageChannel, Reaches
from opsmon.notify.notice import Notice, Urgency
from tests.support.clock import LeapingClock
from tests.support.notify.fake_robots import FakeRobot, running
from tests.support.notify.page_rig import PageHouse
from tests.support.notify.people import KEY, fault, robot

MINUTES, A_MINUTE = 60, 5
_NAMED = re.compile(r"#20261128-(\d+)")
_OVER = "✔"


@dataclass
class Gateway:
    """A plain JSON receiver. While it is away it breaks every connection."""

    clock: LeapingClock
    stuck_on: str = ""
    texts: list[str] = field(default_factory=list)
    requests_at: list[float] = field(default_factory=list)
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        body = json.loads(await request.read())
        self.requests_at.append(self.clock.monotonic())
        if self.stuck_on:
            assert request.transport is not None
            request.transport.abort()
        else:
            self.texts.append(body["text"])
        return web.Response(status=200)


Far = FakeRobot | Gateway


@dataclass(frozen=True, slots=True)
class Away:
    """What came of it: `told` are (incident, whether it was told as over) in the order of the texts after the return;
    `owed` the incidents and whether each is over by then."""

    tries: int
    messages: int
    told: tuple[tuple[int, bool], ...]
    owed: dict[int, bool]
    left: int
    dead: int

    @property
    def lost(self) -> set[int]:
        """Incidents that nobody was told of as they stand."""
        return {number for number, is_over in self.owed.items() if (number, is_over) not in self.told}

    @property
    def is_in_order(self) -> bool:
        """Nothing is told twice, no end before its beginning; of one urgency what began first comes first."""
        faults = [number for number, is_over in self.told if not is_over]
        ends = [number for number, is_over in self.told if is_over]
        is_sorted = faults == sorted(set(faults)) and ends == sorted(set(ends))
        both = set(faults) & set(ends)
        return is_sorted and all(self.told.index((one, False)) < self.told.index((one, True)) for one in both)


@asynccontextmanager
async def far_end(kind: ChannelKind, clock: LeapingClock) -> AsyncIterator[tuple[Far, PageChannel]]:
    """The receiver and the channel that leads there."""
    if kind is not ChannelKind.JSON:
        far = FakeRobot(kind, KEY, clock=clock)
        async with running(far):
            yield far, robot(kind, far.url)
        return
    gateway, application = Gateway(clock), web.Application()
    application.router.add_post("/sms", gateway.take)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = Secret(f"http://127.0.0.1:{runner.addresses[0][1]}/sms")
        yield gateway, PageChannel("robot", kind, Reaches.PERSON, (url,), secret=Secret("s3cret"))
    finally:
        await runner.cleanup()


async def away_for_an_hour(folder: Path, kind: ChannelKind) -> Away:
    """Five faults begin in each minute of the hour, and of each five one is over by the next."""
    clock = LeapingClock()
    async with far_end(kind, clock) as (far, channel):
        house = PageHouse(folder, (channel,), clock)
        async with house.running():
            house.tell(_fault(clock, 0))
            await house.until(lambda: len(house.accepted) == 1)
            far.stuck_on, owed = "cut", dict[int, bool]()
            for minute in range(MINUTES):
                _tell_minute(house, clock, minute, owed)
                await house.idle()
                clock.leap(60.0)
            far.stuck_on, tries, before = "", len(far.requests_at) - 1, len(far.texts)
            await _until_empty(house, clock)
        texts = far.texts[before:]
        dead = len(house.store.unfinished(("dead",), 999))
        told = tuple(_told_in(texts))
        return Away(tries, len(far.requests_at) - 1 - tries, told, owed, len(house.parcels.waiting_channels()), dead)


def _fault(clock: LeapingClock, number: int) -> Notice:
    return fault(number, at=clock.now(), since=clock.now(), due_at=None)


def _tell_minute(house: PageHouse, clock: LeapingClock, minute: int, owed: dict[int, bool]) -> None:
    numbers = range(minute * A_MINUTE + 1, (minute + 1) * A_MINUTE + 1)
    house.tell(*(_fault(clock, number) for number in numbers))
    owed.update(dict.fromkeys(numbers, False))
    over = numbers[0] - A_MINUTE
    if over > 0:
        end = replace(
            _fault(clock, over),
            sequence=2,
            urgency=Urgency.RESOLVED,
            firing=False,
            until=clock.now(),
            ended="recovered",
        )
        house.tell(end)
        owed[over] = True


async def _until_empty(house: PageHouse, clock: LeapingClock) -> None:
    async with asyncio.timeout(120):
        while house.parcels.waiting_channels():
            clock.leap(5.0)
            await house.idle()


def _told_in(texts: list[str]) -> list[tuple[int, bool]]:
    lines = [line for text in texts for line in text.split("\n")]
    return [(int(name), line.startswith(_OVER)) for line in lines for name in _NAMED.findall(line)]
