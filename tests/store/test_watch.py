"""From when until when somebody watched, over a real database: it outlives a kill, and a visitor leaves no mark."""

from datetime import UTC, datetime, timedelta

import pytest

from opsmon.model.event import DiagnosisAttached
from opsmon.model.name import IncidentId
from opsmon.store.store import Store
from tests.support.store.place import StorePlace

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def started(place: StorePlace, minutes: float) -> Store:
    """A daemon starts; one before it may have been killed, so nobody closed anything."""
    store = place.open()
    store.begin_watch(at(minutes))
    return store


def test_a_store_of_which_nothing_is_known_has_no_gap(place: StorePlace) -> None:
    assert place.open().watch.gaps() == []
    assert started(place, 0).watch.gaps() == []


def test_a_daemon_that_was_killed_watched_until_what_it_wrote_last(place: StorePlace) -> None:
    first = started(place, 0)
    first.touch(at(3))
    first.commit([DiagnosisAttached(at(5), IncidentId("20261120-1"), "finding")], [], at(5))
    assert started(place, 20).watch.gaps() == [(at(5), at(20))]
    assert started(place, 30).watch.gaps() == [(at(5), at(20)), (at(20), at(30))]


def test_who_only_visits_does_not_watch(place: StorePlace) -> None:
    started(place, 0).touch(at(5))
    visitor = place.open()
    visitor.commit([DiagnosisAttached(at(15), IncidentId("20261120-1"), "by hand")], [], at(15))
    visitor.close()
    assert started(place, 20).watch.gaps() == [(at(5), at(20))]


def test_a_clock_that_jumps_begins_anew(place: StorePlace) -> None:
    store = started(place, 0)
    store.touch(at(5))
    store.watch.break_off(at(65))
    store.touch(at(66))
    assert store.watch.gaps() == [(at(5), at(65))]
    assert started(place, 70).watch.gaps() == [(at(5), at(65)), (at(66), at(70))]


def test_a_clock_that_is_set_back_leaves_no_gap_over_what_was_watched(place: StorePlace) -> None:
    store = started(place, 0)
    store.touch(at(60))
    store.watch.break_off(at(30))
    store.touch(at(45))
    assert started(place, 90).watch.gaps() == [(at(60), at(90))]


@pytest.mark.parametrize(("days", "kept"), [(61, 1), (63, 0)])
def test_what_is_older_than_two_months_is_forgotten(place: StorePlace, days: int, kept: int) -> None:
    started(place, 0).close()
    assert len(started(place, days * 1_440).watch.gaps()) == kept
