"""A store of each kind: what is promised of one is promised of the other."""

from pathlib import Path

import pytest

from tests.support.store.place import SQLITE_URL, StorePlace
from tests.support.store.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> StorePlace:
    if request.param == "sqlite":
        return StorePlace(tmp_path, SQLITE_URL)
    server: PostgresServer = request.getfixturevalue("postgres")
    return StorePlace(tmp_path, server.new_schema(), server)
