"""A store of an opsmon that knew no channels for people (November 2026) opens, gets what is new, and loses nothing.

`store/before-parcels.sql` is its database as SQLite dumps it: one event, and a delivery in every state.
"""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import inspect

from opsmon.store.outbox import NewDelivery, OwedDelivery
from opsmon.store.parcel import NewParcel, ParcelReceipt
from opsmon.store.parcel_store import ParcelStore
from opsmon.store.schema import METADATA
from opsmon.store.store import Store, open_store

DUMP = Path(__file__).parent / "store" / "before-parcels.sql"
NOW = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    with sqlite3.connect(tmp_path / "opsmon.db") as database:
        database.executescript(DUMP.read_text(encoding="utf-8"))
    database.close()
    return open_store("sqlite:///opsmon.db", tmp_path)


def owed(store: Store) -> dict[str, OwedDelivery]:
    return {one.id: one for one in store.unfinished(("waiting", "dead", "delivered"), 10)}


def test_it_gets_every_table_and_keeps_every_row(store: Store) -> None:
    with store.reading() as connection:
        assert set(inspect(connection).get_table_names()) >= set(METADATA.tables)
    assert store.verify().damage == ()
    assert store.head.seq == 1
    known = owed(store)
    assert {name.split("-")[1]: one.state for name, one in known.items()} == {
        "1": "waiting", "2": "waiting", "3": "dead", "4": "delivered",
    }  # fmt: skip
    assert (known["20261120-2-1-oncall"].attempts, known["20261120-2-1-oncall"].error) == (1, "HTTP 500")


def test_what_waited_there_and_messages_to_people_go_on_side_by_side(store: Store) -> None:
    parcels = ParcelStore(store)
    store.commit([], [NewDelivery("20261128-1-1-robot", "robot", "20261128-1", "{}")], NOW)
    parcels.send_first([NewParcel("p1", "robot", "", "{}", ("20261128-1-1-robot",))], NOW)
    assert [one.id for one in parcels.open_parcels("robot")] == ["p1"]
    store.commit([], [], NOW, [ParcelReceipt("p1", NOW)])
    assert owed(store)["20261128-1-1-robot"].state == "delivered"
    assert [one.id for one in store.due(NOW, channel="oncall")] == ["20261120-1-1-oncall", "20261120-2-1-oncall"]
    assert store.revive("20261120-3-1-oncall", NOW)
    assert owed(store)["20261120-3-1-oncall"].state == "waiting"
