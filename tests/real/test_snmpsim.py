"""The SNMP engine against recordings of real devices, served by snmpsim, with net-snmp's walk as the witness."""

import asyncio
import re
import shutil
from pathlib import Path

import pytest

from opsmon.protocol.snmp.engine import SnmpEngine
from opsmon.protocol.snmp.pace import RetryPolicy
from opsmon.protocol.snmp.session import Oid, SnmpSession
from tests.support.programs import require
from tests.support.real.snmpsim import snmpsim
from tests.support.recordings import named_folder

pytestmark = pytest.mark.real

IF_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1)
IF_X_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
COLUMNS: list[Oid] = [(*IF_ENTRY, n) for n in range(1, 23)] + [(*IF_X_ENTRY, n) for n in range(1, 20)]
MAX_RECORDINGS = 6


async def their_walk(port: int, community: str, column: Oid) -> dict[Oid, int | None]:
    """snmpwalk's rows of a column: index to number, or None where the value is no number."""
    process = await asyncio.create_subprocess_exec(
        require("snmpwalk", "snmp"), "-v2c", "-c", community, "-On", "-Oe", "-OU", "-Ot", f"127.0.0.1:{port}",
        ".".join(map(str, column)), stdout=asyncio.subprocess.PIPE, env={"MIBS": ""},
    )  # fmt: skip
    printed, _ = await process.communicate()
    start = "." + ".".join(map(str, column)) + "."
    rows: dict[Oid, int | None] = {}
    for name, number in re.findall(r"^(\.[\d.]+) = (?:[\w-]+: )?(-?\d+)?", printed.decode("latin-1"), re.MULTILINE):
        if name.startswith(start):
            rows[tuple(map(int, name.removeprefix(start).split(".")))] = int(number) if number else None
    return rows


async def compare(session: SnmpSession, port: int, community: str) -> None:
    for poll in range(4):  # the last ones by plan and layout
        walked = await session.walk(COLUMNS)
        assert walked.problems == (), (community, poll)
    for column, cells in list(zip(COLUMNS, walked.columns, strict=True))[::5]:
        theirs = await their_walk(port, community, column)
        assert list(cells) == list(theirs), (community, column)
        for index, number in theirs.items():
            if number is not None and isinstance(cells[index], int):
                assert cells[index] == number, (community, column, index)


@pytest.mark.recordings
async def test_recorded_switches_walk_as_net_snmp_walks_them(tmp_path: Path) -> None:
    folder = named_folder() / "switch-router"
    # the smaller files: snmpsim takes long to index the large ones
    chosen = sorted(folder.glob("*.snmprec"), key=lambda path: path.stat().st_size)[:MAX_RECORDINGS]
    for path in chosen:
        shutil.copy(path, tmp_path)
    engine = SnmpEngine(retry_policy=RetryPolicy((3.0, 3.0)))
    await engine.start()
    try:
        async with snmpsim(tmp_path) as served:
            for path in chosen:
                await compare(engine.session(served.device(path.stem)), served.port, path.stem)
    finally:
        await engine.stop()
    assert engine.traffic.dropped_malformed == 0
