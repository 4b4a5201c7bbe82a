"""A store as a file: from each kind of database into each, wholly or not at all."""

import gzip
import itertools
import json
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsmon.errors import StoreError
from opsmon.store.portable.archive import read_archive, write_archive
from opsmon.store.portable.upkeep import status_of, vacuum
from opsmon.store.store import Store
from tests.support.store.full import fill, rows_of, told
from tests.support.store.place import SQLITE_URL, StorePlace
from tests.support.store.postgres import PostgresServer

NOW = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
KINDS = ("sqlite", "postgresql")
Make = Callable[[str], Store]


@pytest.fixture
def make(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Make]:
    """An empty store of a kind."""
    made, number = list[Store](), itertools.count()

    def new(kind: str) -> Store:
        root = tmp_path / f"root-{next(number)}"
        if kind == "sqlite":
            place = StorePlace(root, SQLITE_URL)
        else:
            server: PostgresServer = request.getfixturevalue("postgres")
            place = StorePlace(root, server.new_schema(), server)
        made.append(place.open())
        return made[-1]

    yield new
    for store in made:
        store.close()


def nobody_looks(_table: str, _done: int, _total: int) -> None:
    """The progress is of no interest."""


def export(store: Store, file: Path) -> None:
    with store.reading() as connection:
        write_archive(connection, file, NOW, nobody_looks)


def load(store: Store, file: Path) -> None:
    with store.writing() as connection:
        read_archive(connection, file, nobody_looks)
    store.open()


def changed(file: Path, change: Callable[[list[bytes]], list[bytes]]) -> Path:
    lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    file.write_bytes(gzip.compress(b"".join(change(lines))))
    return file


@pytest.mark.parametrize(("source", "target"), list(itertools.product(KINDS, KINDS)))
def test_everything_arrives_and_goes_on(make: Make, tmp_path: Path, source: str, target: str) -> None:
    old, new = make(source), make(target)
    fill(old, events=2_500)
    export(old, tmp_path / "store.gz")
    load(new, tmp_path / "store.gz")
    assert rows_of(new) == rows_of(old)
    assert new.head == old.head
    assert new.verify([old.head.hash]).damage == ()
    assert new.load_snapshot() == old.load_snapshot()
    new.commit([told(9_999)], [], NOW)
    fill_again = [row[0] for row in rows_of(new)["outbox"]]
    new.access.add_notes([event for _, event in new.access.notes()])  # numbers go on after those that came
    assert len(fill_again) == 3
    assert len({number for number, _ in new.access.notes()}) == 2
    assert new.verify().damage == ()


def test_progress_is_told_and_the_file_is_private(make: Make, tmp_path: Path) -> None:
    store, told_of = make("sqlite"), list[tuple[str, int, int]]()
    fill(store)
    with store.reading() as connection:
        write_archive(connection, tmp_path / "a.gz", NOW, lambda *words: told_of.append(words))
    assert told_of[-1][1] == told_of[-1][2] > 0
    assert stat.S_IMODE((tmp_path / "a.gz").stat().st_mode) == 0o600
    with pytest.raises(StoreError, match="is there already"):
        export(store, tmp_path / "a.gz")


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_that_is_not_empty_takes_none(make: Make, tmp_path: Path, kind: str) -> None:
    store = make(kind)
    fill(store)
    export(store, tmp_path / "a.gz")
    before = rows_of(store)
    with pytest.raises(StoreError, match="the store is not empty"):
        load(store, tmp_path / "a.gz")
    assert rows_of(store) == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: lines[:-1], "is not whole"),
        (lambda lines: lines[:40], "is not whole"),
        (lambda lines: [lines[0], *lines[2:]], "cannot be read|not whole|not ours"),
        (lambda lines: [one.replace(b"finding 2", b"finding 3") for one in lines], "is not whole, or was changed"),
        (lambda lines: [], "is not whole"),
        (lambda lines: [b"{}\n", *lines], "no archive"),
        (lambda lines: [b"not JSON\n", *lines], "cannot be read"),
        (lambda lines: [lines[0].replace(b"r0002", b"r9999"), *lines[1:]], "no revision r9999"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_not_whole_leaves_nothing(
    make: Make, tmp_path: Path, kind: str, change: Callable[[list[bytes]], list[bytes]], message: str
) -> None:
    old, new = make("sqlite"), make(kind)
    fill(old, events=50)
    export(old, tmp_path / "a.gz")
    with pytest.raises(StoreError, match=message):
        load(new, changed(tmp_path / "a.gz", change))
    assert not any(rows for rows in rows_of(new).values())


def test_a_file_that_ends_in_the_midst_is_refused(make: Make, tmp_path: Path) -> None:
    old, new = make("sqlite"), make("sqlite")
    fill(old, events=500)
    export(old, tmp_path / "a.gz")
    (tmp_path / "a.gz").write_bytes((tmp_path / "a.gz").read_bytes()[:-2_000])
    with pytest.raises(StoreError, match="cannot be read"):
        load(new, tmp_path / "a.gz")


def test_what_is_no_longer_ours_is_not_guessed(make: Make, tmp_path: Path) -> None:
    old = make("sqlite")
    fill(old)
    with old.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE somebody_elses (id INTEGER)")
    with pytest.raises(StoreError, match="tables that are not ours: somebody_elses"):
        export(old, tmp_path / "a.gz")
    assert not (tmp_path / "a.gz").exists()
    assert list(tmp_path.glob("*.part")) == []


@pytest.mark.parametrize("kind", KINDS)
def test_how_a_store_is_and_what_a_vacuum_gives_back(make: Make, kind: str) -> None:
    store = make(kind)
    fill(store, events=3_000)
    with store.reading() as connection:
        found = status_of(connection)
    assert (found.kind, found.is_newest, found.head) == (kind, True, store.head)
    assert found.rows["journal"] == 3_000
    assert found.size_bytes > 500_000
    assert found.holder is None
    with store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM journal WHERE seq > 10")
    before, after = vacuum(store.engine)
    assert after < before
    assert json.dumps(found.rows)
