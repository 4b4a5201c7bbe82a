"""The engine against a well-behaved agent on a real socket."""

import asyncio
import socket
import time

import pytest

from opsmon.demo import ber
from opsmon.demo.snmp_agent import MibView, SnmpAgent
from opsmon.errors import ProbeError
from opsmon.model.device import Device, Kind, SnmpAccess
from opsmon.model.name import DeviceName, SiteName
from opsmon.model.sample import Outcome
from opsmon.model.secret import Secret
from opsmon.protocol.neighbour_pace import BURST
from opsmon.protocol.snmp.engine import SnmpEngine
from opsmon.protocol.snmp.session import Oid
from opsmon.protocol.snmp.traffic import Exchanged
from tests.support.protocol.snmp.far_end import (
    COMMUNITY,
    GETBULK,
    GETNEXT,
    IF_ENTRY,
    IF_X_ENTRY,
    SYS_DESCR,
    SYS_NAME,
    SYS_UPTIME,
    a_switch,
    far_end,
)

ABSENT = (1, 3, 6, 1, 2, 1, 1, 99, 0)
COLUMNS: list[Oid] = [(*IF_ENTRY, column) for column in range(1, 8)]


def silent_after(event: asyncio.Event) -> tuple[()]:
    """No answer, but a sign that something was asked."""
    event.set()
    return ()


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_a_walk_may_begin_behind_a_row(engine: SnmpEngine, version: str) -> None:
    async with far_end(a_switch(9)) as agent:
        session = engine.session(agent.device(version))
        whole = await session.walk(COLUMNS)
        walked = await session.walk(COLUMNS, {COLUMNS[0]: (6,)})
        again = await session.walk(COLUMNS)
    assert list(walked.columns[0]) == [(7,), (8,), (9,)]
    assert walked.columns[1:] == whole.columns[1:]
    assert again == whole


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_get_leaves_out_what_the_agent_has_not(engine: SnmpEngine, version: str) -> None:
    async with far_end(a_switch(2)) as agent:
        found = await engine.session(agent.device(version)).get([SYS_DESCR, ABSENT, SYS_UPTIME])
    assert found == {SYS_DESCR: b"a switch", SYS_UPTIME: 471100}


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_a_walk_gives_every_row_by_its_index(engine: SnmpEngine, version: str) -> None:
    async with far_end(a_switch(24)) as agent:
        walked = await engine.session(agent.device(version)).walk(COLUMNS)
    for number, column in enumerate(walked.columns, start=1):
        assert column == {(port,): number * 100_000 + port for port in range(1, 25)}
        assert list(column) == sorted(column)
    assert walked.problems == ()


async def test_v1_is_never_asked_with_getbulk(engine: SnmpEngine) -> None:
    async with far_end(a_switch(3)) as agent:
        await engine.session(agent.device("1")).walk(COLUMNS)
        assert set(agent.kinds) == {GETNEXT}


async def test_holes_shift_nothing(engine: SnmpEngine) -> None:
    objects = a_switch(10)
    for column, port in ((2, 1), (2, 5), (3, 10), (4, 4)):
        del objects[(*IF_ENTRY, column, port)]
    async with far_end(objects) as agent:
        walked = await engine.session(agent.device()).walk(COLUMNS)
    assert set(walked.columns[1]) == {(port,) for port in range(1, 11) if port not in (1, 5)}
    assert walked.columns[1][(6,)] == 200_006
    assert set(walked.columns[2]) == {(port,) for port in range(1, 10)}
    assert len(walked.columns[0]) == 10


async def test_an_empty_table_costs_nothing_but_the_question(engine: SnmpEngine) -> None:
    async with far_end(a_switch(4)) as agent:
        walked = await engine.session(agent.device()).walk([(*IF_X_ENTRY, 6), (*IF_X_ENTRY, 10)])
        assert len(agent.asked) == 1
    assert walked.columns == ({}, {})


async def test_a_48_port_switch_with_health_takes_at_most_20_requests(engine: SnmpEngine) -> None:
    objects: dict[Oid, bytes] = dict(a_switch(48, range(1, 16)))
    health: list[Oid] = [(1, 3, 6, 1, 4, 1, 2011, 5, 25, 31, 1, 1, 1, 1, column) for column in (5, 7, 11)]
    for column in health:
        for row in range(67_000_000, 67_000_009):
            objects[(*column, row)] = ber.gauge(40)
    async with far_end(objects) as agent:
        session = engine.session(agent.device())
        await session.get([SYS_DESCR, SYS_NAME, SYS_UPTIME])
        walked = await session.walk([(*IF_ENTRY, column) for column in range(1, 16)] + health)
        assert [len(column) for column in walked.columns] == [48] * 15 + [9] * 3
        assert len(agent.asked) <= 20
        assert agent.kinds[1:] == [GETBULK] * (len(agent.asked) - 1)


async def test_ipv6(engine: SnmpEngine) -> None:
    async with far_end(a_switch(1), host="::1") as agent:
        assert await engine.session(agent.device()).get([SYS_NAME]) == {SYS_NAME: b"sw-1"}


async def test_many_devices_at_once_share_the_socket_and_mix_nothing_up(engine: SnmpEngine) -> None:
    async with far_end(a_switch(30)) as many, far_end({SYS_NAME: ber.text("other")}) as other:
        sessions = [engine.session(many.device(name=f"d{n}")) for n in range(20)]
        walks = asyncio.gather(*(session.walk(COLUMNS) for session in sessions))
        names = await asyncio.gather(*(engine.session(other.device(name=f"o{n}")).get([SYS_NAME]) for n in range(20)))
        assert all(name == {SYS_NAME: b"other"} for name in names)
        assert all(len(column) == 30 for walked in await walks for column in walked.columns)
        assert engine.traffic.dropped_unknown_id == 0


async def test_one_agent_is_asked_one_thing_at_a_time(engine: SnmpEngine) -> None:
    async with far_end(a_switch(5)) as agent:
        session = engine.session(agent.device())
        gate = asyncio.Event()
        agent.behave = lambda asked, good: silent_after(gate)
        calls = [asyncio.ensure_future(session.get([SYS_NAME])) for _ in range(3)]
        await gate.wait()
        under_way = len({asked.request_id for asked in agent.asked})
        agent.behave = None
        assert await asyncio.gather(*calls) == [{SYS_NAME: b"sw-1"}] * 3
    assert under_way == 1


async def test_a_closed_port_is_refused_without_waiting_for_every_attempt(engine: SnmpEngine) -> None:
    async with far_end({}) as agent:
        device = agent.device()
    with pytest.raises(ProbeError, match="port is closed") as caught:
        await engine.session(device).get([SYS_NAME])
    assert caught.value.outcome is Outcome.REFUSED
    assert engine.traffic.silences == 0


async def test_silence_is_a_timeout_after_every_attempt(engine: SnmpEngine) -> None:
    async with far_end({}, lambda asked, good: ()) as agent:
        with pytest.raises(ProbeError, match="no answer to 4 requests") as caught:
            await engine.session(agent.device()).get([SYS_NAME])
        assert len(agent.asked) == 4
    assert caught.value.outcome is Outcome.TIMEOUT


async def test_a_cancelled_call_leaves_the_agent_free(engine: SnmpEngine) -> None:
    async with far_end(a_switch(1), lambda asked, good: ()) as agent:
        session = engine.session(agent.device())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await session.get([SYS_NAME])
        agent.behave = None
        assert await session.get([SYS_NAME]) == {SYS_NAME: b"sw-1"}


async def test_stopping_the_engine_ends_what_is_under_way() -> None:
    engine = SnmpEngine()
    await engine.start()
    asked_once = asyncio.Event()
    async with far_end({}, lambda asked, good: silent_after(asked_once)) as agent:
        call = asyncio.ensure_future(engine.session(agent.device()).get([SYS_NAME]))
        await asked_once.wait()
        await engine.stop()
        with pytest.raises(ProbeError, match="stopped") as caught:
            await call
    assert caught.value.outcome is Outcome.LOCAL_FAULT


async def test_an_engine_that_does_not_run_is_our_own_fault() -> None:
    async with far_end({}) as agent:
        with pytest.raises(ProbeError, match="not running") as caught:
            await SnmpEngine().session(agent.device()).get([SYS_NAME])
    assert caught.value.outcome is Outcome.LOCAL_FAULT


async def test_a_device_without_snmp_is_our_own_fault(engine: SnmpEngine) -> None:
    with pytest.raises(ProbeError, match="no SNMP access"):
        engine.session(Device(DeviceName("x"), SiteName("s"), "127.0.0.1", Kind.OTHER))


async def test_the_trace_tells_each_exchange(engine: SnmpEngine) -> None:
    seen: list[Exchanged] = []
    async with far_end(a_switch(3)) as agent:
        await engine.session(agent.device(), trace=seen.append).get([SYS_NAME, ABSENT])
    assert [(len(line.request.names), line.attempts) for line in seen] == [(2, 1)]
    assert seen[0].response is not None
    assert len(seen[0].response.names) == 2


async def test_requests_of_one_agent_never_repeat_their_id(engine: SnmpEngine) -> None:
    async with far_end(a_switch(3)) as agent:
        session = engine.session(agent.device())
        for _ in range(50):
            await session.get([SYS_NAME])
        assert len({asked.request_id for asked in agent.asked}) == 50


async def test_the_trace_tells_the_same_when_answers_are_read_by_their_layout(engine: SnmpEngine) -> None:
    seen: list[Exchanged] = []
    told: list[list[tuple[int, int]]] = []
    async with far_end(a_switch(48)) as agent:
        for _ in range(6):
            await engine.session(agent.device(), trace=seen.append).walk(COLUMNS)
            told.append([(len(line.request.names), len(line.response.names) if line.response else 0) for line in seen])
            seen.clear()
    assert told[-1] == told[-2] == told[2]
    assert sum(answered for _, answered in told[-1]) >= 48 * len(COLUMNS)


async def test_what_is_under_way_and_what_waits_is_counted(engine: SnmpEngine) -> None:
    """Nobody answers; two calls are to one agent, and all are to one neighbourhood."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as agent:
        agent.bind(("127.0.0.1", 0))
        access = SnmpAccess(port=agent.getsockname()[1], community=Secret(COMMUNITY))
        names = ["twice", *(f"d{n}" for n in range(BURST + 180))]
        fleet = [Device(DeviceName(name), SiteName("-"), "127.0.0.1", Kind.OTHER, snmp=access) for name in names]
        calls = [asyncio.ensure_future(engine.session(device).get([SYS_NAME])) for device in (fleet[0], *fleet)]
        await asyncio.sleep(0)
        assert engine.waiting == 1
        assert engine.held_back >= 1
        assert engine.in_flight + engine.waiting + engine.held_back == len(calls)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        assert (engine.waiting, engine.held_back) == (0, 0)


async def test_a_loop_that_was_blocked_blames_nobody(engine: SnmpEngine) -> None:
    """Every answer is there when the time is up; it was we who did not look."""
    devices = BURST
    responder = SnmpAgent(MibView(a_switch(1)), COMMUNITY.encode())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as agent:
        agent.bind(("127.0.0.1", 0))
        agent.settimeout(5)
        access = SnmpAccess(port=agent.getsockname()[1], community=Secret(COMMUNITY))
        fleet = [
            Device(DeviceName(f"d{n}"), SiteName("-"), "127.0.0.1", Kind.OTHER, snmp=access) for n in range(devices)
        ]
        calls = [asyncio.ensure_future(engine.session(device).get([SYS_NAME])) for device in fleet]
        await asyncio.sleep(0)  # each call sends its request
        for _ in range(devices):  # from here on the loop is blocked
            request, source = agent.recvfrom(2048)
            answer = responder.respond(request)
            assert answer is not None
            agent.sendto(answer, source)
        time.sleep(0.2)  # noqa: ASYNC251 - the very thing: longer than an attempt's patience
        assert await asyncio.gather(*calls) == [{SYS_NAME: b"sw-1"}] * devices
    assert engine.traffic.retried == 0
