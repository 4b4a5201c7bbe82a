"""A clock that lies before the journal's last entry is waited for."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opsmon.clock import WallClock
from opsmon.daemon.clock_check import wait_for_right_clock
from opsmon.daemon.systemd import ServiceManager
from opsmon.store.store import Store, open_store

RIGHT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


class LyingClock(WallClock):
    """Wrong until it is set."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = open_store("sqlite:///opsmon.db", tmp_path)
    made.touch(RIGHT)
    return made


@pytest.mark.parametrize("behind_s", [-5, 0, 30])
async def test_a_clock_that_is_right_or_nearly_so_is_taken(store: Store, behind_s: int) -> None:
    clock = LyingClock(RIGHT - timedelta(seconds=behind_s))
    assert await wait_for_right_clock(store, clock, asyncio.Event(), ServiceManager({}))


async def test_one_that_lies_is_told_and_waited_for(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    clock = LyingClock(datetime(1970, 1, 1, tzinfo=UTC))
    waiting = asyncio.create_task(wait_for_right_clock(store, clock, asyncio.Event(), ServiceManager({})))
    async with asyncio.timeout(60):
        while "the system clock is behind the journal: it says 1970-01-01" not in caplog.text:  # noqa: ASYNC110 - a line of the log
            await asyncio.sleep(0.01)
    assert not waiting.done()
    clock.at = RIGHT
    async with asyncio.timeout(60):
        assert await waiting


async def test_stopping_ends_the_wait(store: Store) -> None:
    stop = asyncio.Event()
    stop.set()
    clock = LyingClock(datetime(1970, 1, 1, tzinfo=UTC))
    assert not await wait_for_right_clock(store, clock, stop, ServiceManager({}))


async def test_a_store_that_holds_nothing_proves_nothing(tmp_path: Path) -> None:
    clock = LyingClock(datetime(1970, 1, 1, tzinfo=UTC))
    fresh = open_store("sqlite:///fresh.db", tmp_path)
    assert await wait_for_right_clock(fresh, clock, asyncio.Event(), ServiceManager({}))
