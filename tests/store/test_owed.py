"""What nobody took yet, as people are shown it: also what waits in a parcel; and dead letters that wait again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from opsmon.store.outbox import NewDelivery
from opsmon.store.parcel import NewParcel
from opsmon.store.parcel_store import ParcelStore
from opsmon.store.store import Store
from tests.support.store.place import StorePlace

NOW = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
ROW = "20261128-1-1-robot"


@pytest.fixture
def store(place: StorePlace) -> Iterator[Store]:
    made = place.open()
    made.commit([], [NewDelivery(ROW, "robot", "20261128-1", "{}")], NOW)
    ParcelStore(made).send_first([NewParcel("p1", "robot", "", "{}", (ROW,))], NOW)
    yield made
    made.close()


def test_a_row_in_a_parcel_shows_what_became_of_the_parcel(store: Store) -> None:
    again = NOW + timedelta(seconds=30)
    ParcelStore(store).end_attempt("p1", again, "api freq out of limit", known=True)
    (shown,) = store.unfinished(("waiting",), 10)
    assert (shown.attempts, shown.error, shown.next_attempt_at) == (1, "api freq out of limit", again)
    assert store.delivery(ROW) == shown


def test_a_dead_letter_waits_again_in_no_parcel(store: Store) -> None:
    parcels = ParcelStore(store)
    assert not store.revive(ROW, NOW)
    parcels.bury("p1", NOW, "refused")
    assert parcels.waiting("robot", 10) == ()
    assert store.revive(ROW, NOW)
    assert not store.revive(ROW, NOW)
    assert [row.id for row in parcels.waiting("robot", 10)] == [ROW]
    found = store.delivery(ROW)
    assert found is not None
    assert (found.state, found.attempts, found.error) == ("waiting", 0, "")
    assert store.delivery("nothing") is None
