"""Laws of the pipeline over a real store: in any order of samples, commands, waiting, clock settings, failures of the
store, snapshots and restarts nothing raises, nothing that was answered is missing, and the journal tells the world."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsmon.engine.fold import restore
from opsmon.engine.input import AddFact, Command, JudgeScope, SetMaintenance
from opsmon.engine.port import Accepted, Answer, CommandRefusal
from opsmon.model.event import CommandRefused, Event, IncidentOpened
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import DeviceName, IncidentId
from opsmon.model.sample import Outcome
from opsmon.pipeline.loop import Pipeline
from tests.support.engine.scene import HALL, sample
from tests.support.pipeline.house import RULES, PipelineHouse

Act = Callable[["Theatre"], Awaitable[None]]
DEVICES = st.sampled_from([one.name for one in HALL])


class Theatre:
    """A house whose pipeline can be stopped and begun anew; `answers` are what people were told."""

    def __init__(self, root: Path) -> None:
        self.house = PipelineHouse(root)
        self.house.patience_s = 0.05
        self.answers: list[Answer] = []
        self._running: asyncio.Task[None] | None = None

    @property
    def pipeline(self) -> Pipeline:
        return self.house.pipeline

    async def begin(self) -> None:
        self.house.start()
        self._running = asyncio.create_task(self.pipeline.run())

    async def end(self) -> None:
        assert self._running is not None
        self.pipeline.stop()
        async with asyncio.timeout(60):
            await self._running
        self.house.store.close()

    async def play(self, acts: list[Act]) -> None:
        await self.begin()
        for act in acts:
            await act(self)
        await self.house.idle()


def samples(name: DeviceName, outcome: Outcome, pause_s: float) -> Act:
    async def act(theatre: Theatre) -> None:
        theatre.pipeline.submit([sample(name, outcome, theatre.house.clock.now(), confirms=outcome is not Outcome.OK)])
        await theatre.house.idle()
        theatre.house.clock.move(pause_s)

    return act


def dies(name: DeviceName) -> Act:
    async def act(theatre: Theatre) -> None:
        for pause_s in (1.1, 1.1, 2.1, 0.1):
            await samples(name, Outcome.TIMEOUT, pause_s)(theatre)

    return act


def asks(make: Callable[[Theatre], Command]) -> Act:
    async def act(theatre: Theatre) -> None:
        theatre.answers.append(await theatre.pipeline.issue(make(theatre)))

    return act


async def restarts(theatre: Theatre) -> None:
    await theatre.end()
    await theatre.begin()


async def snapshots(theatre: Theatre) -> None:
    await theatre.pipeline.snapshot()


def sets_clock(seconds: float) -> Act:
    async def act(theatre: Theatre) -> None:
        theatre.house.clock.set(seconds)

    return act


def stalls(name: DeviceName) -> Act:
    """The store is locked by another program; samples and a command come all the same."""

    async def act(theatre: Theatre) -> None:
        async with theatre.house.locked():
            until = theatre.house.clock.now() + timedelta(hours=1)
            theatre.answers.append(await theatre.pipeline.issue(SetMaintenance(name, until, "值班员")))
            theatre.pipeline.submit([sample(name, Outcome.OK, theatre.house.clock.now())])
        await theatre.house.until(lambda: not theatre.pipeline.journal.trouble)

    return act


def fact(number: int, kind: FactType) -> Callable[[Theatre], Command]:
    name = IncidentId(f"20260320-{number}")
    return lambda theatre: AddFact(name, Fact(kind, theatre.house.clock.now(), "值班员", "a reason"))


ACTS = st.one_of(
    st.builds(samples, DEVICES, st.sampled_from(Outcome), st.sampled_from([0.1, 1.0, 31.0, 400.0])),
    st.builds(dies, DEVICES),
    st.builds(dies, DEVICES),
    st.builds(asks, st.builds(fact, st.integers(1, 3), st.sampled_from(FactType))),
    st.integers(1, 3).map(
        lambda number: asks(
            lambda _theatre: JudgeScope(IncidentId(f"20260320-{number}"), "值班员", "why", Severity.EMERGENCY)
        )
    ),
    st.builds(sets_clock, st.sampled_from([-90_000.0, -3_600.0, 600.0])),
    st.builds(stalls, DEVICES),
    st.just(restarts),
    st.just(snapshots),
)


def journal_of(theatre: Theatre) -> list[Event]:
    return [entry.event for entry in theatre.house.store.read()]


async def check(acts: list[Act], root: Path) -> None:
    theatre = Theatre(root)
    await theatre.play(acts)
    await theatre.house.until(lambda: not theatre.pipeline.journal.trouble)
    store, world = theatre.house.store, theatre.pipeline.world
    assert store.verify().damage == ()
    journal = journal_of(theatre)
    told = restore(RULES, journal, theatre.house.clock.now())
    assert (told.incidents, told.clock_statuses, told.alerts_sent) == (
        world.incidents,
        world.clock_statuses,
        world.alerts_sent,
    )
    for answer in theatre.answers:
        if isinstance(answer, Accepted):
            assert all(event in journal for event in answer.events)
        if isinstance(answer, CommandRefusal):
            assert any(isinstance(event, CommandRefused) and event.reason == answer.reason for event in journal)
    opened = [event.incident for event in journal if isinstance(event, IncidentOpened)]
    assert len(opened) == len(set(opened))
    owed = {row.key for row in store.due(theatre.house.clock.now() + timedelta(days=9_000), limit=1_000)}
    assert owed == set(opened)
    await theatre.end()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ACTS, max_size=14))
def test_whatever_happens_the_journal_tells_the_world(acts: list[Act]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(check(acts, Path(folder)))
