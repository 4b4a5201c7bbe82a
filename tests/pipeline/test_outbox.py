"""The outbox worker over a real store and real receivers that hang, refuse, break off and come back."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from opsmon.clock import WallClock
from opsmon.errors import StoreError
from opsmon.model.secret import Secret
from opsmon.notify.channel import Channel
from opsmon.notify.lane.lane import FAILED_OFTEN
from opsmon.notify.lane.outbox import OutboxWorker, Renderer
from opsmon.notify.words.voice import RenderContext
from opsmon.store.chain import ChainHead
from opsmon.store.outbox import Delivery, NewDelivery, OwedDelivery, incident_of
from opsmon.store.store import Store, open_store
from tests.support.notify.alerts import AT_RISK, DOWN
from tests.support.notify.receiver import Behaviour, Receiver, answer, hang, one_after_another, receiver, reset


def owed(sequence: int, incident: str = "i1", channel: str = "oncall") -> NewDelivery:
    return NewDelivery(f"{incident}-{sequence}-{channel}", channel, incident, f'{{"n": {sequence}}}')


def channel_to(there: Receiver, name: str = "oncall", timeout_s: float = 5.0) -> Channel:
    return Channel(name, Secret(there.url), secret=Secret("s"), timeout_s=timeout_s)


def ids(there: Receiver) -> list[str]:
    return [request.headers["x-opsmon-delivery"] for request in there.received]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store("sqlite:///opsmon.db", tmp_path)


@contextlib.asynccontextmanager
async def working(store: Store, *channels: Channel) -> AsyncIterator[OutboxWorker]:
    worker = OutboxWorker(store, channels, WallClock())
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def write(store: Store, *rows: NewDelivery) -> None:
    store.commit([], rows, datetime.now(UTC))


async def until(condition: Callable[[], bool], within_s: float = 10.0) -> None:
    """Waits for a thing that only the store or the worker's counters show."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0.01)


async def test_rows_arrive_in_order_and_leave_the_outbox(store: Store) -> None:
    async with receiver(answer(200)) as there:
        write(store, *(owed(number) for number in range(1, 6)))
        async with working(store, channel_to(there)) as worker:
            await there.until(5)
            await until(lambda: not store.backlog())
            assert worker.results["oncall", "delivered"] == 5
    assert ids(there) == [f"i1-{number}-oncall" for number in range(1, 6)]
    assert there.received[0].body == b'{"n": 1}'


async def test_a_row_written_later_goes_out_when_the_worker_is_woken(store: Store) -> None:
    async with receiver(answer(200)) as there, working(store, channel_to(there)) as worker:
        assert await worker.drain(5.0)
        write(store, owed(1))
        worker.wake()
        await there.until(1, within_s=5.0)


async def test_a_retry_carries_the_same_id_and_body_and_nothing_overtakes_it(store: Store) -> None:
    behave = one_after_another(answer(500), reset, answer(200))
    async with receiver(behave) as there:
        write(store, owed(1), owed(2))
        async with working(store, channel_to(there)) as worker:
            await there.until(4, within_s=30.0)
            await until(lambda: not store.backlog())
            assert worker.results == {("oncall", "retried"): 2, ("oncall", "delivered"): 2, ("oncall", "dead"): 0}
    assert ids(there) == ["i1-1-oncall"] * 3 + ["i1-2-oncall"]
    assert len({request.body for request in there.received[:3]}) == 1
    assert len({request.headers["x-opsmon-signature"] for request in there.received[:3]}) == 1


@pytest.mark.parametrize("bad", [hang, answer(500), answer(302), reset])
async def test_a_bad_receiver_holds_up_nobody_else(store: Store, bad: Behaviour) -> None:
    async with receiver(bad) as slow, receiver(answer(200)) as quick:
        rows = [owed(1, f"i{number}", name) for number in range(200) for name in ("slow", "quick")]
        write(store, *rows)
        async with working(store, channel_to(slow, "slow"), channel_to(quick, "quick")):
            await quick.until(200)
        assert store.backlog().get("slow") == 200


async def test_a_receiver_that_is_gone_is_not_flooded_and_gets_everything_when_it_is_back(store: Store) -> None:
    down = True

    async def behave(writer: asyncio.StreamWriter) -> None:
        await answer(500 if down else 200)(writer)

    async with receiver(behave) as there:
        write(store, *(owed(1, f"i{number}") for number in range(100)))
        async with working(store, channel_to(there)) as worker:
            await there.until(9)
            await asyncio.sleep(1.0)  # what would be a flood without the circuit
            attempts = len(there.received)
            assert attempts < 20
            down = False
            await until(lambda: not store.backlog(), within_s=30.0)
            assert worker.results["oncall", "delivered"] == 100
    assert len(there.received) < attempts + 110


async def test_what_is_refused_for_good_is_a_dead_letter_and_makes_way(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async with receiver(one_after_another(answer(422, b"no such field"), answer(200))) as there:
        write(store, owed(1), owed(2))
        with caplog.at_level(logging.ERROR):
            async with working(store, channel_to(there)) as worker:
                await there.until(2)
                await until(lambda: not store.backlog())
                assert worker.results == {("oncall", "dead"): 1, ("oncall", "delivered"): 1, ("oncall", "retried"): 0}
    assert "i1-1-oncall was given up: HTTP 422: no such field" in caplog.text


async def test_a_restart_in_the_middle_of_a_delivery_delivers_it_again_under_the_same_id(
    store: Store, tmp_path: Path
) -> None:
    async with receiver(one_after_another(hang, answer(200))) as there:
        write(store, owed(1))
        async with working(store, channel_to(there)):
            await there.until(1)
        store.close()
        again = open_store("sqlite:///opsmon.db", tmp_path)
        async with working(again, channel_to(there)):
            await there.until(2)
            await until(lambda: not again.backlog())
    assert ids(there) == ["i1-1-oncall", "i1-1-oncall"]


class FailingStore:
    """A store whose disk is full for a while: marking a delivery fails `failures` times."""

    def __init__(self, store: Store, failures: int) -> None:
        self._store, self.failures = store, failures
        self.due, self.next_attempt, self.retry = store.due, store.next_attempt, store.retry
        self.give_up, self.backlog, self.hasten = store.give_up, store.backlog, store.hasten

    def delivered(self, delivery: str, now: datetime) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreError("database or disk is full")
        self._store.delivered(delivery, now)


async def test_what_was_taken_is_not_sent_again_because_the_disk_was_full(store: Store) -> None:
    async with receiver(answer(200)) as there:
        write(store, owed(1))
        worker = OutboxWorker(FailingStore(store, failures=2), [channel_to(there)], WallClock())
        task = asyncio.create_task(worker.run())
        await until(lambda: not store.backlog())
        task.cancel()
    assert ids(there) == ["i1-1-oncall"]


class LaterClock(WallClock):
    """The clock after somebody set it back by an hour."""

    def now(self) -> datetime:
        return super().now() - timedelta(hours=1)


async def test_a_clock_that_was_set_back_does_not_keep_a_retry_waiting(store: Store) -> None:
    async with receiver(answer(200)) as there:
        write(store, owed(1))
        store.retry("i1-1-oncall", datetime.now(UTC) + timedelta(seconds=30), "HTTP 500")
        worker = OutboxWorker(store, [channel_to(there)], LaterClock())
        task = asyncio.create_task(worker.run())
        await there.until(1, within_s=5.0)
        task.cancel()


async def test_channels_can_change_while_it_runs_and_an_orphan_waits_for_its_channel(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async with receiver(answer(200)) as there:
        write(store, owed(1))
        async with working(store) as worker:
            await until(lambda: "1 delivery waiting for channel oncall" in caplog.text)
            assert there.received == []
            worker.load([channel_to(there)])
            await there.until(1)


async def test_draining_says_whether_everything_went_out(store: Store) -> None:
    async with receiver(hang) as there, working(store, channel_to(there)) as worker:
        write(store, owed(1))
        assert not await worker.drain(0.3)


def test_rows_are_made_for_every_channel_with_ids_that_say_what_they_are() -> None:
    channels: Sequence[Channel] = [Channel("oncall", Secret("http://a")), Channel("board", Secret("http://b"))]
    rows = [row for notify in (DOWN, AT_RISK) for row in Renderer(channels, RenderContext())(notify)]
    assert AT_RISK.clock is not None
    clock = f"20261120-1/{AT_RISK.clock.clause}/{AT_RISK.clock.target}"
    assert [(row.id, row.channel, row.key) for row in rows] == [
        ("20261120-1-1-oncall", "oncall", "20261120-1"),
        ("20261120-1-1-board", "board", "20261120-1"),
        ("20261120-1-2-oncall", "oncall", clock),
        ("20261120-1-2-board", "board", clock),
    ]
    assert {incident_of(row.key) for row in rows} == {"20261120-1"}
    assert json.loads(rows[1].body)["receiver"] == "board"


def test_each_channel_is_told_the_head_of_the_journal_once_a_day_of_the_roots_zone() -> None:
    channels: Sequence[Channel] = [Channel("oncall", Secret("http://a")), Channel("board", Secret("http://b"))]
    render = Renderer(channels[:1], RenderContext(timezone=ZoneInfo("Asia/Shanghai")), lambda: "4711 5f0e")

    def heads(at: datetime) -> list[str | None]:
        bodies = [json.loads(row.body) for row in render(replace(DOWN, at=at))]
        assert all(body["commonAnnotations"] == body["alerts"][0]["annotations"] for body in bodies)
        return [body["alerts"][0]["annotations"].get("journal_head") for body in bodies]

    day = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # 23:00 in Beijing
    assert [heads(day), heads(day + timedelta(minutes=59))] == [["4711 5f0e"], [None]]
    assert [heads(day + timedelta(hours=1)), heads(day + timedelta(hours=20))] == [["4711 5f0e"], [None]]
    render.load(
        channels, RenderContext(timezone=ZoneInfo("Asia/Shanghai"))
    )  # a reload: only the new one has it to hear
    assert heads(day + timedelta(hours=2)) == [None, "4711 5f0e"]


def test_an_empty_journal_has_no_head_to_be_told() -> None:
    render = Renderer([Channel("oncall", Secret("http://a"))], RenderContext(), lambda: ChainHead().words)
    (row,) = render(DOWN)
    assert "journal_head" not in row.body


def by_delivery(there: Receiver, behaviours: Mapping[str, Behaviour], otherwise: Behaviour) -> Behaviour:
    """The receiver minds some deliveries, whose ids begin so, and takes the others."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        delivery = there.asked[writer].headers["x-opsmon-delivery"]
        chosen = (one for start, one in behaviours.items() if delivery.startswith(start))
        await next(chosen, otherwise)(writer)

    return behave


@pytest.mark.parametrize("poison", [answer(500), hang, answer(503, headers="Retry-After: 0\r\n"), reset])
async def test_deliveries_that_are_never_taken_hold_up_no_newer_one(store: Store, poison: Behaviour) -> None:
    async with receiver(answer(200)) as there:
        there.behave = by_delivery(there, {"bad": poison}, answer(200))
        write(store, *(owed(1, f"bad{number}") for number in range(20)))
        async with working(store, channel_to(there, timeout_s=0.3)) as worker:
            await there.until(9)
            write(store, owed(1, "good"))
            worker.wake()
            await until(lambda: worker.results["oncall", "delivered"] == 1)
    assert "good-1-oncall" in ids(there)


async def test_what_fails_alone_is_tried_ever_more_rarely_and_says_nothing_of_the_receiver(store: Store) -> None:
    async with receiver(answer(200)) as there:
        there.behave = by_delivery(there, {"bad": answer(500)}, answer(200))
        write(store, owed(1, "bad"))
        for _ in range(FAILED_OFTEN):
            store.retry("bad-1-oncall", datetime.now(UTC), "HTTP 500")
        async with working(store, channel_to(there)) as worker:
            for number in range(1, 5):
                before = len(there.received)
                write(store, owed(1, f"good{number}"))
                store.hasten("oncall", datetime.now(UTC))  # as though the time had passed
                worker.wake()
                await there.until(before + 2)
                await until(lambda: set(store.backlog().values()) == {1})
                await until(lambda: owed_to(store)[0].next_attempt_at > datetime.now(UTC))
        (stuck,) = owed_to(store)
    assert (stuck.id, stuck.attempts, stuck.error) == ("bad-1-oncall", FAILED_OFTEN + 4, "HTTP 500")
    assert timedelta(minutes=3) < stuck.next_attempt_at - datetime.now(UTC) <= timedelta(hours=1)
    assert store.failing(FAILED_OFTEN) == {"oncall": 1}


def owed_to(store: Store) -> tuple[OwedDelivery, ...]:
    return store.unfinished(["waiting"], 10)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_receiver_that_asks_for_time_is_given_it(store: Store, status: int) -> None:
    later = answer(status, headers="Retry-After: 2\r\n")
    async with receiver(one_after_another(later, answer(200))) as there:
        write(store, owed(1))
        began_s = asyncio.get_running_loop().time()
        async with working(store, channel_to(there)) as worker:
            await there.until(1)
            write(store, owed(1, "i2"))
            worker.wake()
            await there.until(3)
    assert 1.9 < asyncio.get_running_loop().time() - began_s < 8.0


async def test_a_receiver_that_asks_for_a_day_is_not_given_it(store: Store) -> None:
    async with receiver(answer(503, headers="Retry-After: 86400\r\n")) as there:
        write(store, owed(1))
        async with working(store, channel_to(there)):
            await until(lambda: owed_to(store)[0].attempts == 1)
        (waiting,) = owed_to(store)
    assert waiting.next_attempt_at - datetime.now(UTC) <= timedelta(minutes=5)


class Recorder:
    """Who journals what was taken; `refuses` is how often that fails first."""

    def __init__(self, refuses: int = 0) -> None:
        self.refuses, self.asked = refuses, 0
        self.told: list[str] = []

    async def record(self, _channel: Channel, delivery: Delivery, at: datetime) -> bool:
        self.asked += 1
        assert at.tzinfo is not None
        if self.asked > self.refuses:
            self.told.append(delivery.id)
        return self.asked > self.refuses


@contextlib.asynccontextmanager
async def recording(store: Store, recorder: Recorder, *channels: Channel) -> AsyncIterator[OutboxWorker]:
    worker = OutboxWorker(store, channels, WallClock(), recorder.record)
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_what_was_taken_is_journaled_before_it_leaves_the_outbox_and_sent_once(store: Store) -> None:
    recorder = Recorder(refuses=1)
    async with receiver(answer(200)) as there:
        write(store, owed(1))
        async with recording(store, recorder, channel_to(there)):
            await there.until(1)
            await until(lambda: recorder.asked > 0)
            assert store.backlog() == {"oncall": 1}
            await until(lambda: not store.backlog())
    assert (recorder.told, ids(there)) == (["i1-1-oncall"], ["i1-1-oncall"])


async def test_what_was_taken_and_not_journaled_before_the_end_is_told_again_under_the_same_id(store: Store) -> None:
    never, then = Recorder(refuses=1_000), Recorder()
    async with receiver(answer(200)) as there:
        write(store, owed(1))
        async with recording(store, never, channel_to(there)):
            await until(lambda: never.asked > 0)
        async with recording(store, then, channel_to(there)):
            await until(lambda: not store.backlog())
    assert ids(there) == ["i1-1-oncall"] * 2
    assert then.told == ["i1-1-oncall"]


async def test_a_channel_that_is_mended_by_a_reload_is_tried_at_once(store: Store) -> None:
    async with receiver(answer(200)) as there:
        write(store, owed(1))
        store.retry("i1-1-oncall", datetime.now(UTC) + timedelta(minutes=50), "HTTP 404")
        async with working(store, Channel("oncall", Secret("http://127.0.0.1:9/"))) as worker:
            await asyncio.sleep(0.1)
            worker.load([channel_to(there)])
            await there.until(1, within_s=5.0)
