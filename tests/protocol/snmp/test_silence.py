"""Agents that leave something unanswered, or take their time: on a real socket, through the engine and the check."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import replace
from math import isnan
from typing import Any

import pytest

from opsmon.clock import WallClock
from opsmon.demo import ber
from opsmon.errors import ProbeError
from opsmon.model.device import Check, Device
from opsmon.model.name import CheckName
from opsmon.model.sample import Outcome, Sample
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.snmp import SnmpSettings
from opsmon.probe.profile.pollers import DevicePollers
from opsmon.probe.schedule.run_check import run_check
from opsmon.protocol.liveness import Liveness
from opsmon.protocol.resolver import Resolver
from opsmon.protocol.snmp.engine import SILENT_AFTER, SnmpEngine
from opsmon.protocol.snmp.pace import NOTABLE_S, ResponseTimes, RetryPolicy, Terms, waits_of
from tests.support.probe.context import NoDriver
from tests.support.protocol.snmp.far_end import (
    IF_ENTRY,
    SYS_NAME,
    SYS_UPTIME,
    Asked,
    Behaviour,
    FarAgent,
    a_switch,
    far_end,
)
from tests.support.stock import stock_profiles

# In the engine it is the same code that runs v2c and SNMPv3; what a whole poll makes of it is tried by v2c.
by_v3_too = pytest.mark.usefixtures("spoken")
COLUMNS = [(*IF_ENTRY, column) for column in (2, 7, 8)]
SENSORS = (1, 3, 6, 1, 2, 1, 99, 1, 1, 1)
PROFILES = stock_profiles()
VERSIONS = ["1", "2c"]


def a_switch_with_sensors(ports: int = 3) -> dict[tuple[int, ...], bytes]:
    objects = a_switch(ports, (7, 8))
    objects |= {(*IF_ENTRY, 2, port): ber.text(f"ge{port}") for port in range(1, ports + 1)}
    return objects | {(*SENSORS, column, 10): ber.integer(8) for column in range(1, 6)}


def silent_under(*prefixes: tuple[int, ...]) -> Behaviour:
    """No answer to a request whose good answer would hold an object below."""

    def behave(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        names = Asked(good).oids if good else asked.oids
        return () if any(name[: len(prefix)] == prefix for name in names for prefix in prefixes) else (good,)

    return behave


Poll = Callable[..., Awaitable[Sample]]


@pytest.fixture
def poll(engine: SnmpEngine) -> Poll:
    clock = WallClock()
    context = ProbeContext(clock, NoDriver(), engine, Resolver(clock), DevicePollers(PROFILES))

    async def run(device: Device, timeout_s: float = 5.0, settings: SnmpSettings | None = None) -> Sample:
        check = Check(CheckName("snmp"), "snmp", 60.0, timeout_s, settings or SnmpSettings())
        return await run_check(replace(device, checks=(check,)), check, context)

    return run


def values_of(sample: Sample, metric: str) -> dict[str, float]:
    """The values of a metric by the name of the interface."""
    return {
        dict(key.labels).get("ifDescr", ""): value
        for reading in sample.readings
        for key, value in zip(reading.block.keys, reading.values, strict=True)
        if key.metric == metric and not isnan(value)
    }


# --- one table is silent


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_silent_table_costs_itself_and_is_named(poll: Poll, version: str) -> None:
    async with far_end(a_switch_with_sensors(), silent_under(SENSORS)) as agent:
        first = await poll(agent.device(version))
        asked = len(agent.asked)
        second = await poll(agent.device(version))
    for sample in (first, second):
        assert sample.outcome is Outcome.OK
        assert values_of(sample, "ifOperStatus").keys() == {"ge1", "ge2", "ge3"}
        assert "no answer to 1.3.6.1.2.1.99.1.1.1 (entPhySensorType" in sample.detail
        assert "asked again in" in sample.detail
    told = [oid for each in agent.asked[asked:] for oid in each.oids]
    assert not any(oid[: len(SENSORS)] == SENSORS for oid in told), "it is left in peace for a while"


async def test_interfaces_that_fall_silent_stay_known(poll: Poll) -> None:
    async with far_end(a_switch_with_sensors()) as agent:
        await poll(agent.device())
        agent.behave = silent_under(IF_ENTRY)
        blind = await poll(agent.device())
        agent.behave = None
    assert blind.outcome is Outcome.OK
    assert values_of(blind, "ifOperStatus") == {}
    names = {dict(key.labels).get("ifDescr") for reading in blind.readings for key in reading.block.keys}
    assert names >= {"ge1", "ge2", "ge3"}, "their series are there, without a value"
    assert "no answer to 1.3.6.1.2.1.2.2.1 (" in blind.detail


@by_v3_too
async def test_a_silent_scalar_costs_itself_alone(engine: SnmpEngine) -> None:
    async with far_end(a_switch(2), silent_under(SYS_NAME)) as agent:
        session = engine.session(agent.device())
        await session.get([SYS_UPTIME])
        assert await session.get([SYS_UPTIME, SYS_NAME]) == {SYS_UPTIME: 471100}
    assert set(session.unread) == {SYS_NAME}


@by_v3_too
@pytest.mark.parametrize("hanging", [(7, 8), (2, 8), (2, 7)])
async def test_columns_that_hang_leave_the_others_of_their_table(engine: SnmpEngine, hanging: tuple[int, ...]) -> None:
    objects = {(*IF_ENTRY, column, port): ber.integer(1) for column in (2, 7, 8) for port in (1, 2, 3)}
    silent = [(*IF_ENTRY, column) for column in hanging]
    async with far_end(a_switch(1) | objects, silent_under(*silent)) as agent:
        session = engine.session(agent.device())
        await session.get([SYS_UPTIME])
        walked = await session.walk(COLUMNS)
    found = {column for column, rows in zip(COLUMNS, walked.columns, strict=True) if rows}
    assert found == set(COLUMNS) - set(silent)


@by_v3_too
@pytest.mark.parametrize("hanging", [(1, 5), (1, 4), (4, 5)])
async def test_scalars_that_hang_leave_the_others_of_their_group(engine: SnmpEngine, hanging: tuple[int, ...]) -> None:
    group = [(1, 3, 6, 1, 2, 1, 1, arc, 0) for arc in (1, 4, 5)]
    silent = [(1, 3, 6, 1, 2, 1, 1, arc) for arc in hanging]
    async with far_end(a_switch(1) | {oid: ber.text("x") for oid in group}, silent_under(*silent)) as agent:
        session = engine.session(agent.device())
        await session.get([SYS_UPTIME])
        found = await session.get(group)
    assert set(found) == {oid for oid in group if oid[-2] not in hanging}


async def test_an_agent_that_dies_in_a_poll_is_not_taken_for_one_with_silent_tables(poll: Poll) -> None:
    async with far_end(a_switch_with_sensors()) as agent:
        agent.behave = lambda asked, good: (good,) if len(agent.asked) < 3 else ()
        dying = await poll(agent.device())
        agent.behave = None
        asked = len(agent.asked)
        well = await poll(agent.device())
    assert dying.outcome is Outcome.DEGRADED
    assert "no answer to" in dying.detail
    assert asked < 16, "it is given up soon"
    assert (well.outcome, well.detail) == (Outcome.OK, "")
    assert values_of(well, "ifOperStatus").keys() == {"ge1", "ge2", "ge3"}


# --- an agent that takes its time


class LateEnd(FarAgent):
    """Answers `wait_s` late."""

    wait_s = 0.15

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.asked.append(Asked(data))
        transport = self.transport
        assert transport is not None
        answer = self.respond(data)
        asyncio.get_running_loop().call_later(
            self.wait_s,
            lambda: None if transport.is_closing() else transport.sendto(answer, addr),  # type: ignore[arg-type]
        )


@contextlib.asynccontextmanager
async def late_end() -> AsyncIterator[LateEnd]:
    loop = asyncio.get_running_loop()
    objects = a_switch(2, (2, 7, 8))
    transport, agent = await loop.create_datagram_endpoint(lambda: LateEnd(objects), local_addr=("127.0.0.1", 0))
    try:
        yield agent
    finally:
        transport.close()


async def test_the_time_out_of_the_check_is_the_patience(poll: Poll) -> None:
    async with late_end() as agent:
        sample = await poll(agent.device(), timeout_s=5.0, settings=SnmpSettings(silence_s=5.0))
        assert sample.outcome is Outcome.OK
        assert values_of(sample, "ifOperStatus")
        asked = len(agent.asked)
        await poll(agent.device(), timeout_s=5.0, settings=SnmpSettings(silence_s=5.0))
        again = [each.request_id for each in agent.asked[asked:]]
        assert len(again) == len(set(again)), "its pace is known: no request is sent twice"


async def test_a_late_answer_teaches_the_pace_and_is_a_sign_of_life(poll: Poll) -> None:
    async with late_end() as agent:
        agent.wait_s = 0.3
        outcomes = [(await poll(agent.device())).outcome for _ in range(3)]
        assert outcomes[0] in (Outcome.TIMEOUT, Outcome.PROTOCOL)
        assert outcomes[-1] is Outcome.OK


async def test_what_the_time_is_too_short_for_is_read_by_the_next_poll(poll: Poll) -> None:
    async with late_end() as agent:
        samples = [await poll(agent.device(), 0.8, SnmpSettings(silence_s=0.8)) for _ in range(4)]
        assert samples[0].outcome is Outcome.OK
        assert "goes on with the next poll" in samples[0].detail
        assert any(values_of(sample, "ifOperStatus") for sample in samples)


@pytest.mark.parametrize("retries", [0, 1, 3])
async def test_retries_say_how_often_a_request_is_sent_again(engine: SnmpEngine, retries: int) -> None:
    async with far_end(a_switch(1), lambda asked, good: ()) as agent:
        with pytest.raises(ProbeError, match=f"no answer to {retries + 1} requests"):
            await engine.session(agent.device(), terms=Terms(retries=retries)).get([SYS_NAME])
    assert len(agent.asked) == retries + 1


def test_a_pace_follows_what_an_agent_takes_and_forgets() -> None:
    pace = ResponseTimes()
    for _ in range(10):
        pace.observe(4.0)
    assert 4.0 <= pace.wait_s <= 6.0
    for _ in range(60):
        pace.observe(0.01)
    assert pace.smoothed_s < NOTABLE_S


# --- what came instead of an answer


def from_elsewhere(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
    return (good and good.replace(asked.request_id, asked.request_id[:-2] + b"\x00\x01", 1),)


def of_another_community(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
    return (asked.answer(community=b"other"),)


def in_another_version(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
    return (asked.answer(version=0),)


def unreadable(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
    return (b"\x30\x03nonsense",)


@pytest.mark.parametrize(
    ("behave", "words"),
    [
        (from_elsewhere, "it answers under a request-id that was not asked"),
        (of_another_community, "it answers with another community"),
        (in_another_version, "it answers in another SNMP version"),
        (unreadable, "its answer is malformed"),
    ],
)
@pytest.mark.parametrize("timeout_s", [0.12, 5.0], ids=["cut short", "in its own time"])
async def test_whatever_was_heard_reaches_the_outcome(
    poll: Poll, behave: Behaviour, words: str, timeout_s: float
) -> None:
    async with far_end(a_switch(1), behave) as agent:
        sample = await poll(agent.device(), timeout_s)
    assert sample.outcome is Outcome.PROTOCOL
    assert sample.outcome.reached
    assert words in sample.detail


async def test_a_closed_port_is_nothing_that_the_agent_said(poll: Poll) -> None:
    async with far_end(a_switch(1)) as agent:
        device = agent.device()
    sample = await poll(device)
    assert sample.outcome is Outcome.REFUSED


@by_v3_too
async def test_an_agent_that_is_known_to_be_silent_is_asked_once_a_poll_and_its_return_is_seen_at_once(
    engine: SnmpEngine,
) -> None:
    silent = False

    def behave(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        return () if silent else (good,)

    async with far_end(a_switch(2), behave) as agent:
        device = agent.device()
        await engine.session(device).get([SYS_NAME])
        silent, asked = True, []
        for _ in range(SILENT_AFTER + 3):
            before = len(agent.asked)
            with pytest.raises(ProbeError):
                await engine.session(device).get([SYS_NAME])
            asked.append(len(agent.asked) - before)
        assert asked == [asked[0]] * SILENT_AFTER + [asked[0] - 3] * 3
        silent = False
        assert await engine.session(device).get([SYS_NAME])
        silent, before = True, len(agent.asked)
        with pytest.raises(ProbeError):
            await engine.session(device).get([SYS_NAME])
        assert len(agent.asked) - before == asked[0]


@pytest.mark.parametrize("smoothed_s", [0.0, 0.02, 4.0])
@pytest.mark.parametrize("terms", [{}, {"silence_s": 9.0}, {"retries": 4}], ids=str)
def test_who_is_asked_once_has_as_long_as_who_is_asked_again_and_again(
    smoothed_s: float, terms: dict[str, Any]
) -> None:
    pace, usual = ResponseTimes(smoothed_s, smoothed_s / 2), RetryPolicy()
    again = waits_of(usual, pace, Terms(**terms))
    assert waits_of(replace(usual, asks_once=True), pace, Terms(**terms)) == (sum(again),)
    answered = Terms(**terms, contact=Liveness("192.0.2.1"))
    answered.contact.answered = True
    assert waits_of(replace(usual, asks_once=True), pace, answered) == waits_of(usual, pace, answered)
