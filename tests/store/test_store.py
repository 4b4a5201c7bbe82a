"""The store in a real SQLite file and a real PostgreSQL: together or not at all, in order, and clear when it cannot."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from opsmon.errors import StoreError, StoreGoneError
from opsmon.model.event import DiagnosisAttached, Event
from opsmon.model.name import IncidentId
from opsmon.store.outbox import NewDelivery, delivery_id
from opsmon.store.schema import outbox
from opsmon.store.snapshot import Snapshot
from opsmon.store.store import Store, open_store
from tests.support.store.place import SQLITE_URL, StorePlace

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def told(number: int, incident: str = "20261120-1") -> Event:
    return DiagnosisAttached(NOW + timedelta(seconds=number), IncidentId(incident), f"finding {number}")


def owed(sequence: int, incident: str = "20261120-1", channel: str = "oncall") -> NewDelivery:
    return NewDelivery(delivery_id(IncidentId(incident), sequence, channel), channel, incident, f'{{"n":{sequence}}}')


@pytest.fixture
def store(place: StorePlace) -> Iterator[Store]:
    opened = place.open()
    yield opened
    opened.close()


def reopen(store: Store, place: StorePlace) -> Store:
    store.close()
    return place.open()


def test_what_was_committed_is_there_after_a_restart(store: Store, place: StorePlace) -> None:
    head = store.commit([told(1), told(2)], [owed(1)], NOW)
    store.commit([told(3)], [], NOW)
    again = reopen(store, place)
    assert [entry.event for entry in again.read()] == [told(1), told(2), told(3)]
    assert (head.seq, again.head.seq) == (2, 3)
    assert [delivery.id for delivery in again.due(NOW)] == ["20261120-1-1-oncall"]
    assert again.verify().damage == ()


def test_every_commit_is_forced_to_the_disk(store: Store, place: StorePlace) -> None:
    store.commit([told(1)], [], NOW)
    with store._engine.connect() as connection:
        if place.server is not None:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
            return
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_reading_can_be_narrowed(store: Store) -> None:
    store.commit([told(1), told(2, "20261120-2"), told(3)], [], NOW)
    assert [entry.seq for entry in store.read(after=1)] == [2, 3]
    assert [entry.seq for entry in store.read(incident=IncidentId("20261120-2"))] == [2]
    assert [entry.seq for entry in store.read(since=NOW + timedelta(seconds=3))] == [3]


def test_a_long_journal_is_read_whole(store: Store) -> None:
    store.commit([told(number) for number in range(4_500)], [], NOW)
    assert [entry.seq for entry in store.read()] == list(range(1, 4_501))


def test_a_commit_whose_delivery_is_refused_leaves_nothing(store: Store) -> None:
    store.commit([told(1)], [owed(1)], NOW)
    with pytest.raises(StoreError, match=r"(?i)unique"):
        store.commit([told(2)], [owed(1)], NOW)
    assert [entry.event for entry in store.read()] == [told(1)]
    store.commit([told(2)], [owed(2)], NOW)
    assert store.verify().damage == ()


def test_repeating_a_commit_whose_answer_was_lost_writes_nothing_twice(store: Store, place: StorePlace) -> None:
    other = place.open()
    other.commit([told(1)], [owed(1)], NOW)  # stands for our own commit that arrived though we saw an error
    store.commit([told(1)], [owed(1)], NOW)
    assert [entry.seq for entry in store.read()] == [1]
    store.commit([told(2)], [], NOW)
    assert store.verify().damage == ()
    other.close()


def test_a_second_writer_is_noticed(store: Store, place: StorePlace) -> None:
    other = place.open()
    other.commit([told(1)], [], NOW)
    with pytest.raises(StoreError, match="another program wrote to the journal: it ends at 1, not at 0"):
        store.commit([told(2)], [], NOW)
    other.close()


def test_a_full_disk_is_a_store_error_and_costs_nothing(tmp_path: Path) -> None:
    store = open_store(SQLITE_URL, tmp_path)
    store.commit([told(1)], [], NOW)
    with store._engine.connect() as connection:  # the far end says that it is full
        connection.exec_driver_sql(
            f"PRAGMA max_page_count = {connection.exec_driver_sql('PRAGMA page_count').scalar()}"
        )
        connection.rollback()
    with pytest.raises(StoreError, match="full"):
        store.commit([told(number) for number in range(2, 500)], [], NOW)
    with store._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        connection.rollback()
    store.commit([told(number) for number in range(2, 500)], [], NOW)
    assert store.head.seq == 499
    assert store.verify().damage == ()
    store.close()


def test_text_that_only_one_database_would_take_is_kept_by_both_in_the_same_way(store: Store) -> None:
    odd = "a\0b\ud800c"
    events = [DiagnosisAttached(NOW, IncidentId(odd), f"finding {odd}"), told(1, odd)]
    store.commit(events, [NewDelivery(odd, odd, odd, odd)], NOW)
    assert [entry.event for entry in store.read()] == events
    assert [entry.seq for entry in store.read(incident=IncidentId(odd))] == [1, 2]
    assert store.verify().damage == ()
    store.retry(odd, NOW, f"the receiver said {odd}")
    (owed,) = store.unfinished(("waiting",), 10)
    assert (owed.id, owed.error) == ("a\ufffdb\ufffdc", "the receiver said a\ufffdb\ufffdc")
    store.delivered(odd, NOW)
    assert store.backlog() == {}


def test_names_of_any_length_are_kept_and_sorted_by_their_code_points(store: Store) -> None:
    long = "x" * 500
    names = sorted(("b", "A", "a", "B", "_", "é", "中", long))
    store.commit([told(1, long)], [owed(1, incident=long, channel=name) for name in names], NOW)
    with store.reading() as connection:
        rows = connection.execute(select(outbox.c.channel).order_by(outbox.c.channel)).scalars().all()
    assert rows == names


class TestOutbox:
    def test_only_the_oldest_of_each_incident_and_channel_is_given_out(self, store: Store) -> None:
        rows = [owed(1), owed(2), owed(1, channel="spare"), owed(1, incident="20261120-2")]
        store.commit([told(1)], rows, NOW)
        assert [row.id for row in store.due(NOW)] == [rows[0].id, rows[2].id, rows[3].id]
        assert store.backlog() == {"oncall": 3, "spare": 1}

    def test_a_later_one_waits_for_the_retry_of_an_earlier_one(self, store: Store) -> None:
        store.commit([told(1)], [owed(1), owed(2)], NOW)
        store.retry(owed(1).id, NOW + timedelta(seconds=5), "503")
        assert store.due(NOW + timedelta(seconds=4)) == ()
        assert store.next_attempt() == NOW + timedelta(seconds=5)
        (row,) = store.due(NOW + timedelta(seconds=5))
        assert (row.id, row.attempts) == (owed(1).id, 1)
        store.delivered(row.id, NOW)
        assert [row.id for row in store.due(NOW)] == [owed(2).id]

    def test_one_that_is_given_up_makes_room(self, store: Store) -> None:
        store.commit([told(1)], [owed(1), owed(2)], NOW)
        store.give_up(owed(1).id, NOW, "410 Gone")
        assert [row.id for row in store.due(NOW)] == [owed(2).id]

    def test_each_channel_can_be_asked_for_its_own(self, store: Store) -> None:
        store.commit([], [owed(1), owed(2, channel="board"), owed(3)], NOW)
        assert [row.id for row in store.due(NOW, channel="board")] == [owed(2, channel="board").id]
        store.retry(owed(2, channel="board").id, NOW + timedelta(seconds=9), "500")
        assert store.next_attempt("board") == NOW + timedelta(seconds=9)
        assert store.next_attempt("oncall") == NOW
        assert store.next_attempt("nobody") is None

    def test_an_empty_one_has_no_next_attempt(self, store: Store) -> None:
        assert store.next_attempt() is None
        assert store.due(NOW) == ()

    def test_finished_ones_are_forgotten_in_time(self, store: Store) -> None:
        store.commit([told(1)], [owed(1), owed(2)], NOW)
        store.delivered(owed(1).id, NOW)
        store.forget_finished(NOW + timedelta(seconds=1))
        with store._engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM outbox").scalar() == 1


class TestDamage:
    """Somebody edits the file with the sqlite3 shell."""

    def journal_of_five(self, store: Store) -> None:
        store.commit([told(number) for number in range(5)], [], NOW)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE journal SET payload = replace(payload, 'finding 2', 'finding 9') WHERE seq = 3",
            "UPDATE journal SET at = '2020' WHERE seq = 2",
            "UPDATE journal SET incident = 'other' WHERE seq = 2",
            "DELETE FROM journal WHERE seq = 3",
            "DELETE FROM journal WHERE seq = 1",
            "UPDATE journal SET hash = 'x' || hash WHERE seq = 4",
            "DELETE FROM journal WHERE seq = 5",
            "DELETE FROM journal",
            "INSERT INTO journal SELECT 6, at, type, schema, incident, device, payload, hash, 'y' || hash FROM journal"
            " WHERE seq = 5",
        ],
    )
    def test_every_edit_is_found(self, store: Store, place: StorePlace, statement: str) -> None:
        self.journal_of_five(store)
        place.by_hand(statement)
        assert store.verify().damage

    def test_a_cut_tail_is_found_even_if_the_head_is_set_back(self, store: Store, place: StorePlace) -> None:
        self.journal_of_five(store)
        store.save_snapshot(Snapshot(store.head, NOW, (), {}, {}))
        place.by_hand("DELETE FROM journal WHERE seq > 3")
        place.by_hand("UPDATE head SET seq = 3, hash = (SELECT hash FROM journal WHERE seq = 3)")
        assert store.verify().damage

    def test_a_journal_with_a_cut_tail_is_not_gone_on_with(self, store: Store, place: StorePlace) -> None:
        self.journal_of_five(store)
        place.by_hand("DELETE FROM journal WHERE seq = 5")
        with pytest.raises(StoreError, match="ends at entry 4 and should end at 5: see `opsmon journal verify`"):
            reopen(store, place)


class TestSnapshot:
    def test_comes_back(self, store: Store) -> None:
        store.commit([told(1)], [], NOW)
        snapshot = Snapshot(store.head, NOW, (told(1),), {"20261120-1": 4}, {"20261120": 7})
        store.save_snapshot(snapshot)
        assert store.load_snapshot() == snapshot

    def test_the_newest_few_are_kept(self, store: Store) -> None:
        for number in range(6):
            store.commit([told(number)], [], NOW)
            store.save_snapshot(Snapshot(store.head, NOW, (told(number),), {}, {}))
        with store._engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT seq FROM snapshot ORDER BY seq").scalars().all() == [4, 5, 6]

    @pytest.mark.parametrize(
        "statement", ["UPDATE snapshot SET body = x'00' WHERE seq = 2", "UPDATE snapshot SET hash = 'z' WHERE seq = 2"]
    )
    def test_one_that_cannot_be_used_is_passed_over(self, store: Store, place: StorePlace, statement: str) -> None:
        for number in (1, 2):
            store.commit([told(number)], [], NOW)
            store.save_snapshot(Snapshot(store.head, NOW, (told(number),), {}, {}))
        place.by_hand(statement)
        loaded = store.load_snapshot()
        assert loaded is not None
        assert loaded.head.seq == 1


@pytest.mark.parametrize("url", ["not a url", "sqlite:////proc/nowhere/opsmon.db", "unknown://x"])
def test_a_store_that_cannot_be_opened_says_so(tmp_path: Path, url: str) -> None:
    with pytest.raises(StoreError):
        open_store(url, tmp_path)


def test_a_locked_database_is_a_store_error(store: Store, place: StorePlace) -> None:
    with place.locked(store), pytest.raises(StoreError, match="lock"):
        store.commit([told(1)], [], NOW)
    store.commit([told(1)], [], NOW)
    assert store.head.seq == 1


@pytest.mark.parametrize("replaced", [False, True])
def test_a_store_whose_file_is_gone_or_another_one_is_not_written_to(tmp_path: Path, replaced: bool) -> None:
    store = open_store("sqlite:///opsmon.db", tmp_path)
    now = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    store.touch(now)
    for path in tmp_path.glob("opsmon.db*"):
        path.unlink()
    if replaced:
        open_store("sqlite:///opsmon.db", tmp_path).close()
    for write in (lambda: store.touch(now), lambda: store.commit([], [], now), lambda: store.hasten("oncall", now)):
        with pytest.raises(StoreGoneError, match="replaced" if replaced else "deleted"):
            write()


def test_a_write_ahead_log_that_is_gone_is_noticed(tmp_path: Path) -> None:
    store = open_store("sqlite:///opsmon.db", tmp_path)
    store.commit([told(1)], [], NOW)
    (tmp_path / "opsmon.db-wal").unlink()
    with pytest.raises(StoreGoneError, match="db-wal was deleted"):
        store.commit([told(2)], [], NOW)
    store.close()
    assert [entry.seq for entry in open_store("sqlite:///opsmon.db", tmp_path).read()] == [1]


def test_a_journal_that_somebody_else_wrote_is_noticed_while_there_is_nothing_to_write(place: StorePlace) -> None:
    store = place.open()
    other = place.open()
    other.commit([told(1)], [], NOW)
    with pytest.raises(StoreError, match="another program wrote"):
        store.touch(NOW)


def test_when_the_store_was_last_written_is_known(place: StorePlace) -> None:
    store = place.open()
    assert store.last_written_at() is None
    now = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    store.touch(now)
    assert store.last_written_at() == now


def test_what_was_never_tried_is_due_first_then_what_waited_longest(place: StorePlace) -> None:
    store = place.open()
    now = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    store.commit([], [NewDelivery(f"{name}-1-oncall", "oncall", name, "{}") for name in ("a", "b", "c")], now)
    store.retry("a-1-oncall", now + timedelta(seconds=2), "HTTP 500")
    store.retry("b-1-oncall", now + timedelta(seconds=1), "HTTP 500")
    due = store.due(now + timedelta(minutes=1), limit=10, channel="oncall")
    assert [delivery.key for delivery in due] == ["c", "b", "a"]
