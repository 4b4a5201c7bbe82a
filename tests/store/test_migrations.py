"""Every way between the shapes of a store, with data in them; and stores that were made before there were revisions."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

import opsmon.store.migrations.revision as revisions
from opsmon.errors import StoreError
from opsmon.store.migrations.revision import NEWEST, OLDEST, migrate, revision_of
from opsmon.store.schema import METADATA
from opsmon.store.store import Store, open_store
from tests.support.places import GOLDEN
from tests.support.store.full import fill, rows_of
from tests.support.store.place import StorePlace

NOW = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)


def differences(store: Store) -> list[Any]:
    """Between the tables that are there and those that the program expects."""
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        found = compare_metadata(context, METADATA)
    return [one for one in found if "alembic_version" not in str(one)]


def back_and_to_nowhere(store: Store) -> None:
    with store.writing() as connection:
        migrate(connection, OLDEST)
        migrate(connection, "r9999")


def test_the_newest_revision_is_the_end_of_the_line() -> None:
    script = ScriptDirectory(str(Path(revisions.__file__).parent))
    assert [one.revision for one in script.walk_revisions()][-1] == OLDEST
    assert script.get_current_head() == NEWEST


def test_a_new_store_has_the_newest_shape_and_says_so(place: StorePlace) -> None:
    store = place.open()
    with store.reading() as connection:
        assert revision_of(connection) == NEWEST
    assert differences(store) == []
    store.close()


def test_back_to_each_revision_and_forward_again_keeps_every_row(place: StorePlace) -> None:
    store = place.open()
    fill(store)
    before = rows_of(store)
    assert all(before[name] for name in METADATA.tables if name != "writer")
    with store.writing() as connection:
        assert migrate(connection, OLDEST) == ("r0002",)
    with store.reading() as connection:
        assert revision_of(connection) == OLDEST
        assert "writer" not in inspect(connection).get_table_names()
    store.close()
    again = place.open()  # a start brings it up by itself
    assert rows_of(again) == before
    assert differences(again) == []
    assert again.verify().damage == ()
    again.close()


def test_a_step_that_fails_leaves_the_store_as_it_was(place: StorePlace) -> None:
    store = place.open()
    fill(store)
    before = rows_of(store)
    with pytest.raises(StoreError, match="no revision r9999"):
        back_and_to_nowhere(store)
    with store.reading() as connection:
        assert revision_of(connection) == NEWEST
    assert rows_of(store) == before
    store.close()


def test_a_store_of_a_newer_opsmon_is_not_touched(place: StorePlace) -> None:
    place.open().close()
    place.by_hand("UPDATE alembic_version SET version_num = 'r9999'")
    with pytest.raises(StoreError, match="made by a newer opsmon"):
        place.open()


def test_a_store_of_before_there_were_revisions_is_taken_over(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "opsmon.db") as database:
        database.executescript((GOLDEN / "store" / "before-parcels.sql").read_text("utf-8"))
    database.close()
    store = open_store("sqlite:///opsmon.db", tmp_path)
    with store.reading() as connection:
        assert revision_of(connection) == NEWEST
        assert connection.execute(text("SELECT count(*) FROM journal")).scalar() == 1
    assert differences(store) == []
    store.commit([], [], NOW + timedelta(minutes=1))
    store.close()


def test_a_store_that_was_made_whole_without_a_revision_is_taken_over(place: StorePlace) -> None:
    store = place.open()
    fill(store)
    before = rows_of(store)
    store.close()
    place.by_hand("DROP TABLE alembic_version")
    again = place.open()
    assert rows_of(again) == before
    with again.reading() as connection:
        assert revision_of(connection) == NEWEST
    again.close()
