"""Who may write to a store that several can reach: one at a time, and nobody who is not sure of it."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsmon.errors import StoreError, StoreTakenError
from opsmon.model.event import DiagnosisAttached
from opsmon.model.name import IncidentId
from opsmon.store.store import Store, make_store
from opsmon.store.writer import FRESH_S, STALE_S, WriterLock
from tests.support.clock import HandClock
from tests.support.store.place import StorePlace
from tests.support.store.postgres import PostgresServer

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
AT = "2026-11-20T02:00:00.000000+00:00"
FINDING = DiagnosisAttached(NOW, IncidentId("20261120-1"), "finding")


class Daemons:
    """Daemons that share a store, each with its lock; their clock is turned by hand."""

    def __init__(self, place: StorePlace) -> None:
        self.place, self.clock = place, HandClock()
        self._made: list[tuple[Store, WriterLock]] = []

    def new(self) -> tuple[Store, WriterLock]:
        store = make_store(self.place.url, self.place.root)
        lock = store.claim(self.clock.monotonic)
        assert lock is not None
        self._made.append((store, lock))
        return store, lock

    def writing(self) -> tuple[Store, WriterLock]:
        store, lock = self.new()
        assert lock.try_take(AT)
        store.open()
        return store, lock

    def pass_s(self, seconds: float) -> None:
        self.clock.move(seconds)

    def end_sessions(self) -> None:
        """As when the line is cut, or the server starts anew."""
        assert self.place.server is not None
        with self.place.server.connect() as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")

    def close(self) -> None:
        for store, lock in self._made:
            lock.release()
            store.close()


@pytest.fixture
def daemons(postgres: PostgresServer, tmp_path: Path) -> Iterator[Daemons]:
    made = Daemons(StorePlace(tmp_path, postgres.new_schema(), postgres))
    yield made
    made.close()


def test_a_file_needs_no_right(tmp_path: Path) -> None:
    store = make_store("sqlite:///opsmon.db", tmp_path)
    assert store.claim() is None
    store.open()
    store.commit([FINDING], [], NOW)
    store.close()


def test_a_second_waits_and_is_told_for_whom(daemons: Daemons) -> None:
    _, first = daemons.writing()
    _, second = daemons.new()
    assert not second.try_take(AT)
    assert "process" in second.holder.name
    assert second.holder.since == AT
    first.release()
    assert second.try_take(AT)


def test_another_schema_is_another_store(daemons: Daemons, postgres: PostgresServer, tmp_path: Path) -> None:
    daemons.writing()
    elsewhere = Daemons(StorePlace(tmp_path, postgres.new_schema(), postgres))
    elsewhere.writing()
    elsewhere.close()


def test_who_lost_its_session_and_was_replaced_writes_nothing(daemons: Daemons) -> None:
    old, first = daemons.writing()
    old.commit([FINDING], [], NOW)
    daemons.end_sessions()
    new, _ = daemons.writing()
    for write in (lambda: old.commit([FINDING], [], NOW), lambda: old.hasten("oncall", NOW), lambda: old.touch(NOW)):
        with pytest.raises(StoreTakenError, match="another daemon writes"):
            write()
    with pytest.raises(StoreTakenError):
        old.due(NOW)
    with pytest.raises(StoreTakenError):
        first.beat()
    new.commit([FINDING], [], NOW)
    assert new.head.seq == 2
    assert new.verify().damage == ()


def test_who_lost_its_session_stops_though_nobody_has_replaced_it(daemons: Daemons) -> None:
    store, lock = daemons.writing()
    daemons.end_sessions()
    with pytest.raises(StoreTakenError, match="connection that holds the store's lock ended"):
        lock.beat()
    with pytest.raises(StoreTakenError):
        store.commit([FINDING], [], NOW)


def test_a_holder_that_could_not_say_that_it_is_there_does_nothing_more(daemons: Daemons) -> None:
    store, lock = daemons.writing()
    daemons.pass_s(FRESH_S - 1)
    lock.beat()
    daemons.pass_s(FRESH_S - 1)
    store.commit([FINDING], [], NOW)
    daemons.pass_s(1.5)
    for use in (lambda: store.commit([FINDING], [], NOW), lambda: store.due(NOW), lock.check_fresh):
        with pytest.raises(StoreTakenError, match="has not confirmed for"):
            use()


def test_a_holder_that_is_silent_for_long_loses_the_right_also_in_the_midst_of_a_commit(daemons: Daemons) -> None:
    old, first = daemons.writing()
    _, second = daemons.new()
    standing_still = contextlib.ExitStack()
    standing_still.enter_context(old.writing())
    assert not second.try_take(AT)
    daemons.pass_s(STALE_S / 2)
    first.beat()
    assert not second.try_take(AT)
    daemons.pass_s(STALE_S - 1)
    assert not second.try_take(AT)
    daemons.pass_s(2)
    assert not second.try_take(AT)  # the sessions are ended; a later look finds nobody
    assert any(second.try_take(AT) for _ in range(200))
    with pytest.raises(StoreError):
        standing_still.close()
    with pytest.raises(StoreTakenError):
        old.commit([FINDING], [], NOW)


def test_a_database_that_does_not_answer_is_a_store_error(daemons: Daemons, tmp_path: Path) -> None:
    store = make_store("postgresql://opsmon@127.0.0.1:1/nothing", tmp_path)
    lock = store.claim()
    assert lock is not None
    with pytest.raises(StoreError, match="refused"):
        lock.try_take(AT)
