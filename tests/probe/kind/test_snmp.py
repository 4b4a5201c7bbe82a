"""The snmp check as a check, over agents that are written down: what is reported, and what nothing to say means."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import pytest

from opsmon.model.device import Device
from opsmon.model.sample import Outcome
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.snmp import SnmpSpec
from opsmon.probe.profile.pollers import DevicePollers
from opsmon.probe.schedule.run_check import run_check
from opsmon.protocol.snmp.pace import Terms
from opsmon.protocol.snmp.session import NO_ROWS, Index, Oid, SnmpSession, SnmpValue, Walked
from opsmon.protocol.snmp.traffic import Trace
from tests.support.probe.context import device_with
from tests.support.probe.profile.recording import RecordedSession, parse_recording
from tests.support.stock import stock_profiles

NAMED = "1.3.6.1.2.1.1.5.0|4|core-1\n1.3.6.1.2.1.1.3.0|67|360000\n"


class OneAgent:
    """Stands for the engine: every device is the same written agent."""

    def __init__(self, recording: str) -> None:
        self._session = RecordedSession(parse_recording(recording))

    def session(self, device: Device, trace: Trace | None = None, terms: Terms | None = None) -> SnmpSession:
        return self._session


@pytest.fixture(scope="module")
def pollers() -> DevicePollers:
    return DevicePollers(stock_profiles())


async def test_without_profiles_nothing_is_measured(context: ProbeContext) -> None:
    device = device_with("snmp", SnmpSpec())
    assert (await run_check(device, device.checks[0], context)).outcome is Outcome.LOCAL_FAULT


class StuckAgent(OneAgent):
    """Answers one request, if any, and then no more."""

    def __init__(self, *, answers_first: bool) -> None:
        super().__init__("")
        self._answers_first = answers_first

    def session(self, device: Device, trace: Trace | None = None, terms: Terms | None = None) -> SnmpSession:
        return StuckSession(terms if self._answers_first else None)


class StuckSession:
    ran_out = False
    unread: frozenset[Oid] = frozenset()
    silent: Mapping[Oid, float] = {}

    def __init__(self, terms: Terms | None) -> None:
        self._terms = terms

    def pauses(self, oids: Collection[Oid]) -> dict[Oid, float]:
        return {}

    async def get(self, oids: Sequence[Oid]) -> Mapping[Oid, SnmpValue]:
        await self._hang()
        return {}

    async def walk(self, columns: Sequence[Oid], after: Mapping[Oid, Index] = NO_ROWS) -> Walked:
        await self._hang()
        return Walked(())

    async def _hang(self) -> None:
        if self._terms is not None:
            self._terms.contact.answered = True
        await asyncio.Event().wait()


@pytest.mark.parametrize(("answers_first", "outcome"), [(True, Outcome.DEGRADED), (False, Outcome.TIMEOUT)])
async def test_an_agent_that_answered_before_it_fell_silent_is_slow_not_silent(
    context: ProbeContext, pollers: DevicePollers, answers_first: bool, outcome: Outcome
) -> None:
    device = device_with("snmp", SnmpSpec(), timeout_s=0.2)
    agent = StuckAgent(answers_first=answers_first)
    sample = await run_check(device, device.checks[0], replace(context, snmp=agent, profiles=pollers))
    assert sample.outcome is outcome


@pytest.mark.parametrize(("recording", "outcome"), [(NAMED, Outcome.OK), ("", Outcome.DEGRADED)])
async def test_an_agent_that_has_nothing_to_say_is_degraded(
    context: ProbeContext, pollers: DevicePollers, recording: str, outcome: Outcome
) -> None:
    device = device_with("snmp", SnmpSpec())
    sample = await run_check(device, device.checks[0], replace(context, snmp=OneAgent(recording), profiles=pollers))
    assert sample.outcome is outcome
    assert (sample.identity is not None and sample.identity.system.get("sysName") == "core-1") is bool(recording)
