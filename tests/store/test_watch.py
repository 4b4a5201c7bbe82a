"""From when until when somebody watched, over a real SQLite file: it outlives a kill, and a visitor leaves no mark."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opsmon.model.event import DiagnosisAttached
from opsmon.model.name import IncidentId
from opsmon.store.store import Store, open_store

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
URL = "sqlite:///opsmon.db"


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def started(root: Path, minutes: float) -> Store:
    """A daemon starts; one before it may have been killed, so nobody closed anything."""
    store = open_store(URL, root)
    store.begin_watch(at(minutes))
    return store


def test_a_store_of_which_nothing_is_known_has_no_gap(tmp_path: Path) -> None:
    assert open_store(URL, tmp_path).watch.gaps() == []
    assert started(tmp_path, 0).watch.gaps() == []


def test_a_daemon_that_was_killed_watched_until_what_it_wrote_last(tmp_path: Path) -> None:
    first = started(tmp_path, 0)
    first.touch(at(3))
    first.commit([DiagnosisAttached(at(5), IncidentId("20261120-1"), "finding")], [], at(5))
    assert started(tmp_path, 20).watch.gaps() == [(at(5), at(20))]
    assert started(tmp_path, 30).watch.gaps() == [(at(5), at(20)), (at(20), at(30))]


def test_who_only_visits_does_not_watch(tmp_path: Path) -> None:
    started(tmp_path, 0).touch(at(5))
    visitor = open_store(URL, tmp_path)
    visitor.commit([DiagnosisAttached(at(15), IncidentId("20261120-1"), "by hand")], [], at(15))
    visitor.close()
    assert started(tmp_path, 20).watch.gaps() == [(at(5), at(20))]


def test_a_clock_that_jumps_begins_anew(tmp_path: Path) -> None:
    store = started(tmp_path, 0)
    store.touch(at(5))
    store.watch.break_off(at(65))
    store.touch(at(66))
    assert store.watch.gaps() == [(at(5), at(65))]
    assert started(tmp_path, 70).watch.gaps() == [(at(5), at(65)), (at(66), at(70))]


def test_a_clock_that_is_set_back_leaves_no_gap_over_what_was_watched(tmp_path: Path) -> None:
    store = started(tmp_path, 0)
    store.touch(at(60))
    store.watch.break_off(at(30))
    store.touch(at(45))
    assert started(tmp_path, 90).watch.gaps() == [(at(60), at(90))]


@pytest.mark.parametrize(("days", "kept"), [(61, 1), (63, 0)])
def test_what_is_older_than_two_months_is_forgotten(tmp_path: Path, days: int, kept: int) -> None:
    started(tmp_path, 0).close()
    assert len(started(tmp_path, days * 1_440).watch.gaps()) == kept
