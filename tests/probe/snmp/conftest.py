"""A running SNMP engine with little patience, so that silence is told quickly."""

from collections.abc import AsyncIterator

import pytest

from opsmon.probe.snmp.engine import SnmpEngine
from opsmon.probe.snmp.exchange import Limits
from opsmon.probe.snmp.pace import Patience

QUICK = Patience((0.05, 0.05, 0.05, 0.05))


@pytest.fixture
async def engine() -> AsyncIterator[SnmpEngine]:
    running = SnmpEngine(limits=Limits(rows=500, requests=100, octets=200_000, seconds=20.0), patience=QUICK)
    await running.start()
    yield running
    await running.stop()
