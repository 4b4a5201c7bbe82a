"""The loop over a real store: written before seen, seen before effects leave; a store that fails loses nothing."""

import asyncio
import logging
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from opsmon.engine.input import AddFact, JudgeScope, SetMaintenance
from opsmon.engine.port import Accepted, CommandRefusal, Unavailable
from opsmon.model.event import DeviceState
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import DeviceName, IncidentId
from opsmon.model.sample import Outcome
from opsmon.pipeline.input_queue import InputQueue
from opsmon.pipeline.recovery import REMEMBERED, load_world
from opsmon.store.store import open_store
from opsmon.text.bilingual import Sentence
from tests.support.engine.scene import HALL, device, rules_of, sample
from tests.support.pipeline.house import RULES, URL, PipelineHouse

MCU = DeviceName("mcu")
NOT_THERE = Sentence("there is no incident 20200101-1", "没有事件 20200101-1")


@pytest.fixture
def house(tmp_path: Path) -> PipelineHouse:
    return PipelineHouse(tmp_path)


async def test_what_is_decided_is_on_the_disk_with_its_deliveries(house: PipelineHouse) -> None:
    async with house.running():
        incident = await house.kill_mcu()
        assert [type(entry.event).__name__ for entry in house.store.read(incident=incident)][:2] == [
            "IncidentOpened",
            "FactAdded",
        ]
        assert [row.id for row in house.store.due(house.clock.now())] == [f"{incident}-1-oncall"]
        assert house.woken >= 1
        assert [type(effect).__name__ for effect in house.performed].count("Diagnose") == 1
        await house.heal_mcu()
        assert not house.world.incidents.by_id[incident].is_open


async def test_a_restart_brings_everything_back_and_goes_on(house: PipelineHouse) -> None:
    async with house.running():
        incident = await house.kill_mcu()
        before = house.world
    async with house.running():
        await house.idle()
        assert house.world.incidents == before.incidents
        assert house.world.clock_statuses == before.clock_statuses
        assert house.world.alerts_sent == before.alerts_sent
        await house.heal_mcu()
        assert not house.world.incidents.by_id[incident].is_open
        assert await house.kill_mcu() == "20260320-2"


async def test_a_snapshot_gives_the_same_world_as_the_whole_journal(house: PipelineHouse) -> None:
    async with house.running() as pipeline:
        await house.kill_mcu()
        await house.heal_mcu()
        await house.kill_mcu()
        await pipeline.snapshot()
        await house.heal_mcu()
        before = house.world
    shortcut = open_store(URL, house.root)
    found = load_world(shortcut, RULES, house.clock.now())
    assert found.incidents == before.incidents
    assert (found.clock_statuses, found.alerts_sent) == (before.clock_statuses, before.alerts_sent)
    snapshot = shortcut.load_snapshot()
    assert snapshot is not None
    assert 0 < snapshot.head.seq < shortcut.head.seq
    shortcut.close()


async def test_old_incidents_are_let_go_and_remembered_for_a_late_word(house: PipelineHouse) -> None:
    async with house.running() as pipeline:
        incident = await house.kill_mcu()
        await house.heal_mcu()
        late = Fact(FactType.EXCLUDED, house.clock.now(), "值班员", "the hall's own power cut", approved_by="科长")
        await pipeline.issue(AddFact(incident, Fact(FactType.REPORT_FILED, house.clock.now(), "值班员")))
        await pipeline.snapshot()
        await house.idle()
        assert incident in house.world.incidents.by_id
        house.clock.move(REMEMBERED.total_seconds() + 60)
        await pipeline.snapshot()
        house.pipeline.inputs.wake()
        await house.until(lambda: incident not in house.world.incidents.by_id)
        answer = await pipeline.issue(AddFact(incident, late))
        assert isinstance(answer, Accepted)
        assert house.world.incidents.by_id[incident].is_excluded


async def test_a_number_is_not_given_again_when_the_clock_goes_back_to_a_day_that_was_forgotten(
    house: PipelineHouse,
) -> None:
    async with house.running() as pipeline:
        incident = await house.kill_mcu()
        await house.heal_mcu()
        await pipeline.issue(AddFact(incident, Fact(FactType.REPORT_FILED, house.clock.now(), "值班员")))
        house.clock.move(REMEMBERED.total_seconds() + 60)
        for _ in range(2):  # the first lets the incident go, the second is taken without it
            await pipeline.snapshot()
            await house.idle()
    async with house.running():
        assert len(house.world.incidents.by_id) == 0
        house.clock.set(-REMEMBERED.total_seconds() - 60)
        assert await house.kill_mcu() == "20260320-2"


class TestCommands:
    async def test_are_answered_when_they_are_on_the_disk(self, house: PipelineHouse) -> None:
        async with house.running() as pipeline:
            incident = await house.kill_mcu()
            fact = Fact(FactType.ACKNOWLEDGED, house.clock.now(), "值班员")
            answer = await pipeline.issue(AddFact(incident, fact))
            assert isinstance(answer, Accepted)
            stored = [entry.event for entry in house.store.read()]
            assert all(event in stored for event in answer.events)

    async def test_are_refused_in_words_and_the_refusal_is_on_the_disk(self, house: PipelineHouse) -> None:
        async with house.running() as pipeline:
            answer = await pipeline.issue(JudgeScope(IncidentId("20200101-1"), "值班员", "why", Severity.MAJOR))
            assert answer == CommandRefusal(NOT_THERE)
            assert "CommandRefused" in [type(entry.event).__name__ for entry in house.store.read()]

    async def test_are_told_to_come_again_while_the_queue_is_full(self, house: PipelineHouse) -> None:
        house.start()
        house.pipeline.inputs = InputQueue(most_commands=0)
        answer = await house.pipeline.issue(SetMaintenance(MCU, None, "值班员"))
        assert answer == Unavailable("too many commands wait to be journaled", taken=False)
        house.store.close()

    async def test_about_an_incident_that_cannot_be_looked_up_are_told_to_come_again(
        self, house: PipelineHouse
    ) -> None:
        """The journal may know it: nobody is told that there is none."""
        asked = AddFact(IncidentId("20200101-1"), Fact(FactType.ACKNOWLEDGED, house.clock.now(), "值班员"))
        async with house.running() as pipeline:
            database = sqlite3.connect(house.root / "var" / "opsmon.db")
            database.execute("ALTER TABLE journal RENAME TO moved")
            answer = await pipeline.issue(asked)
            assert isinstance(answer, Unavailable)
            assert answer.taken is False
            database.execute("ALTER TABLE moved RENAME TO journal")
            database.close()
            assert await pipeline.issue(asked) == CommandRefusal(NOT_THERE)

    async def test_to_a_daemon_that_stops_are_not_taken(self, house: PipelineHouse) -> None:
        async with house.running() as pipeline:
            pipeline.stop()
            answer = await pipeline.issue(SetMaintenance(MCU, None, "值班员"))
            assert answer == Unavailable("the daemon is stopping")


class TestFailingStore:
    """Another program holds the database's lock."""

    async def test_nothing_leaves_until_it_is_written_and_nothing_is_lost(
        self, house: PipelineHouse, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with house.running() as pipeline:
            async with house.locked():
                answer = await pipeline.issue(SetMaintenance(MCU, house.clock.now() + timedelta(hours=1), "值班员"))
                assert isinstance(answer, Unavailable)
                assert "locked" in answer.reason
                assert "locked" in pipeline.not_ready
                assert house.world.fleet.machines.get(MCU) is None
                for _ in range(3):
                    pipeline.submit([sample("core", Outcome.OK, house.clock.now())])
                await house.until(lambda: pipeline.journal.failures >= 3)
            await house.until(lambda: not pipeline.not_ready)
            await house.idle()
            assert house.world.fleet.machines[MCU].visible is DeviceState.MAINTENANCE
            assert house.store.verify().damage == ()
        said = [record for record in caplog.records if record.levelno >= logging.ERROR]
        assert len(said) == 1

    async def test_a_command_that_was_answered_with_unavailable_before_it_was_decided_is_not_done(
        self, house: PipelineHouse
    ) -> None:
        async with house.running() as pipeline:
            until = house.clock.now() + timedelta(hours=1)
            async with house.locked():
                stuck = asyncio.create_task(pipeline.issue(SetMaintenance(MCU, until, "值班员")))
                await house.until(lambda: pipeline.journal.failures > 0)
                waiting = await pipeline.issue(SetMaintenance(DeviceName("core"), until, "值班员"))
                assert isinstance(waiting, Unavailable)
                await stuck
            await house.until(lambda: not pipeline.not_ready)
            await house.idle()
            assert DeviceName("core") not in house.world.fleet.machines

    async def test_a_quiet_daemon_notices_it_too(self, house: PipelineHouse) -> None:
        async with house.running() as pipeline:
            await house.idle()
            async with house.locked():
                house.clock.move(11)
                pipeline.inputs.wake()
                await house.until(lambda: bool(pipeline.not_ready))
            house.clock.move(11)
            pipeline.inputs.wake()
            await house.until(lambda: not pipeline.not_ready)


class TestClock:
    async def test_one_that_is_set_is_said_and_counted_and_declares_nothing(
        self, house: PipelineHouse, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with house.running() as pipeline:
            pipeline.submit([sample("mcu", Outcome.OK, house.clock.now())])
            await house.idle()
            for seconds in (86_400, -2 * 86_400):
                house.clock.set(seconds)
                await house.idle()
            assert pipeline.clock_jumps == 2
            assert house.world.incidents.open_incidents() == ()
            assert house.world.fleet.machines[MCU].visible is DeviceState.UP
        assert [record.message for record in caplog.records if "clock was set" in record.message] == [
            "the system clock was set ahead by 86400.0 s; running durations are not affected",
            "the system clock was set back by 172800.0 s; running durations are not affected",
        ]

    async def test_incidents_live_through_it(self, house: PipelineHouse) -> None:
        async with house.running():
            incident = await house.kill_mcu()
            house.clock.set(-3_600)
            await house.heal_mcu()
            assert not house.world.incidents.by_id[incident].is_open


async def test_a_reload_swaps_the_rules_and_forgets_what_is_gone(house: PipelineHouse) -> None:
    async with house.running() as pipeline:
        pipeline.submit([sample("cam-1", Outcome.OK, house.clock.now())])
        pipeline.submit([sample("mcu", Outcome.OK, house.clock.now())])
        answer = await pipeline.reload(rules_of([*HALL[:3], device("new", "core")]))
        assert isinstance(answer, Accepted)
        assert DeviceName("new") in house.world.rules.inventory.devices
        assert set(pipeline.latest) == {MCU}
