"""How property tests draw (the same examples on every machine, new ones for `make fuzz`), and which tests are slow."""

import fcntl
import gc
import os
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.support.drawing import register_profiles
from tests.support.recordings import recordings_folder
from tests.support.store.postgres import PostgresServer, running_postgres

TESTS = Path(__file__).parent
SLOW_FOLDERS = (TESTS / "e2e", TESTS / "real", TESTS / "property", TESTS / "fuzz")

register_profiles()


@pytest.fixture
def demo_addresses() -> Iterator[None]:
    """The addresses of the simulated fleet, which only one process of the machine can have at a time."""
    with (Path(tempfile.gettempdir()) / f"opsmon-demo-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for all the tests of a process; each store in it has a schema of its own."""
    with running_postgres() as server:
        yield server


@pytest.fixture(autouse=True)
def _no_width_of_somebodys_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are printed as in a pipe, whatever the terminal is that the tests were started from."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Modules and tests stay to the end: looking again and again which are garbage cost a quarter of collecting."""
    gc.disable()
    result = yield
    gc.freeze()
    gc.enable()
    return result


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Slow is what starts the daemon or a program of others, and what tries hundreds of examples.

    What needs recordings that are no part of the project is left out, and told so, unless their folder was named.
    """
    if recordings_folder() is None:
        without = [item for item in items if item.get_closest_marker("recordings") is not None]
        config.hook.pytest_deselected(items=without)
        items[:] = [item for item in items if item.get_closest_marker("recordings") is None]
    slow = {path for path in {item.path for item in items} if any(path.is_relative_to(one) for one in SLOW_FOLDERS)}
    for item in items:
        if item.path in slow:
            item.add_marker(pytest.mark.slow)
    items[:] = _waiting_among_working(items)


def _waiting_among_working(items: list[pytest.Item]) -> list[pytest.Item]:
    """The tests of the whole daemon wait more than they work. One after another they would have every process wait at
    the same time, and at the end all but one be done: they stand evenly among the first four fifths of the others."""
    waiting = [item for item in items if item.path.parent == TESTS / "e2e"]
    working = [item for item in items if item.path.parent != TESTS / "e2e"]
    apart = len(working) * 4 // 5 // max(len(waiting), 1)
    for number, item in enumerate(waiting):
        working.insert(number * (apart + 1), item)
    return working
