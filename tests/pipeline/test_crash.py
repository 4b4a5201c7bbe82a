"""A real process, killed with SIGKILL again and again while it writes, and one whose disk is full for a while."""

import asyncio
import os
import random
import resource
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from opsmon.engine.fold import restore
from opsmon.model.event import IncidentClosed, IncidentOpened
from opsmon.pipeline.recovery import load_world
from opsmon.store.schema import outbox
from opsmon.store.store import open_store
from tests.support.daemon.forked import ForkedProcess, start_module
from tests.support.engine.scene import START, rules_of
from tests.support.pipeline.victim import URL
from tests.support.store.postgres import PostgresServer

RULES = rules_of()
KILLS = 8
ROOM_BYTES = 200_000


class Victim:
    def __init__(self, process: ForkedProcess) -> None:
        self.process = process
        self.told: dict[int, str] = {}

    async def line(self) -> list[str]:
        async with asyncio.timeout(60):
            line = (await self.process.stdout.readline()).decode()
        words = line.split(maxsplit=1)
        if words and words[0].isdigit() and line.endswith("\n"):  # the last line may be torn
            self.told[int(words[0])] = words[1].strip()
        return words

    async def until_told(self, lines: int) -> None:
        """Until so many commits were seen from outside."""
        goal = len(self.told) + lines
        while len(self.told) < goal:
            await self.line()


@asynccontextmanager
async def victim(root: Path, url: str = URL) -> AsyncIterator[Victim]:
    process = await start_module("tests.support.pipeline.victim", str(root), url, environment=os.environ)
    made = Victim(process)
    try:
        assert await made.line() == ["born"]
        yield made
    finally:
        process.send_signal(signal.SIGKILL)
    while await made.line():  # what it had said before it died
        pass
    await process.wait()


def examine(root: Path, told: dict[int, str], url: str = URL) -> int:
    """Everything that was seen outside is on the disk, with its deliveries, and a start brings it all back."""
    store = open_store(url, root)
    verdict = store.verify()
    assert verdict.damage == ()
    entries = list(store.read())
    hashes = {entry.seq: entry.hash for entry in entries}
    assert {seq: hashes.get(seq) for seq in told} == told
    with store.reading() as connection:
        found = connection.execute(select(outbox.c.id, outbox.c.body).order_by(outbox.c.position)).all()
    rows, bodies = [row.id for row in found], {row.id: row.body for row in found}
    assert len(rows) == len(set(rows))
    opened = [entry.event.incident for entry in entries if isinstance(entry.event, IncidentOpened)]
    closed = [entry.event.incident for entry in entries if isinstance(entry.event, IncidentClosed)]
    assert len(opened) == len(set(opened))
    assert {f"{name}-1-oncall" for name in opened} <= set(rows)
    resolved = [row for row in rows if bodies[row] == "incident resolved"]
    assert len(resolved) == len(closed)
    now = max((entry.event.at for entry in entries), default=START)
    short, whole = load_world(store, RULES, now), restore(RULES, (entry.event for entry in entries), now)
    assert (short.incidents, short.clock_statuses, short.alerts_sent) == (
        whole.incidents,
        whole.clock_statuses,
        whole.alerts_sent,
    )
    store.close()
    return len(entries)


@pytest.mark.slow
async def test_killed_at_any_moment_it_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    chance, length = random.Random(2_026), 0
    told: dict[int, str] = {}
    for _ in range(KILLS):
        async with victim(tmp_path) as made:
            await made.until_told(chance.randint(1, 12))
            await asyncio.sleep(chance.random() * 0.004)  # not at a line, but anywhere between two
        told |= made.told
        grown = examine(tmp_path, told)
        assert grown > length
        length = grown


@pytest.mark.slow
async def test_killed_while_it_writes_to_postgresql_it_loses_nothing_either(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    chance, length, url = random.Random(2_027), 0, postgres.new_schema()
    told: dict[int, str] = {}
    for _ in range(3):
        async with victim(tmp_path, url) as made:
            await made.until_told(chance.randint(1, 12))
            await asyncio.sleep(chance.random() * 0.004)
        told |= made.told
        grown = examine(tmp_path, told, url)
        assert grown > length
        length = grown


@pytest.mark.slow
async def test_a_database_that_is_killed_while_it_is_written_to_loses_nothing(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    chance, url = random.Random(2_028), postgres.new_schema()
    async with victim(tmp_path, url) as made:
        for _ in range(3):
            await made.until_told(chance.randint(3, 12))
            await asyncio.sleep(chance.random() * 0.004)
            await asyncio.to_thread(postgres.kill)
            await asyncio.to_thread(postgres.start)
        await made.until_told(5)  # it goes on by itself
    examine(tmp_path, made.told, url)


async def test_a_disk_that_is_full_for_a_while_costs_nothing(tmp_path: Path) -> None:
    async with victim(tmp_path) as made:
        await made.until_told(5)
        size = max(path.stat().st_size for path in (tmp_path / "var").iterdir())
        resource.prlimit(made.process.pid, resource.RLIMIT_FSIZE, (size + ROOM_BYTES, resource.RLIM_INFINITY))
        while (await made.line())[0] != "trouble":
            pass
        seen = max(made.told)
        resource.prlimit(made.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await made.until_told(20)
        assert max(made.told) > seen
    examine(tmp_path, made.told)
