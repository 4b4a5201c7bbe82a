"""A running SNMP engine with little patience, so that silence is told quickly."""

from collections.abc import AsyncIterator, Iterator

import pytest

from opsmon.protocol.snmp.engine import SnmpEngine
from opsmon.protocol.snmp.operation import WalkLimits
from opsmon.protocol.snmp.pace import RetryPolicy
from tests.support.protocol.snmp.far_end import speaking

QUICK = RetryPolicy((0.05, 0.05, 0.05, 0.05))


@pytest.fixture
async def engine() -> AsyncIterator[SnmpEngine]:
    running = SnmpEngine(limits=WalkLimits(rows=500, requests=100, octets=200_000, seconds=20.0), retry_policy=QUICK)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture(params=["2c", "3"])
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    """What every agent of the test speaks: the same laws hold for v2c and for SNMPv3."""
    with speaking(request.param):
        yield request.param
