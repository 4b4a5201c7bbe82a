"""The SNMP engine against net-snmp's snmpd: v1, v2c, and v3 with every protocol that it was built with."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from opsmon.errors import ProbeError
from opsmon.model.device import Device
from opsmon.model.sample import Outcome
from opsmon.protocol.snmp.session import Oid
from tests.support.programs import missing, require
from tests.support.real.snmpd import AUTH, COMMUNITY, PRIV, running_engine, running_snmpd

pytestmark = pytest.mark.real

SYS_NAME: Oid = (1, 3, 6, 1, 2, 1, 1, 5, 0)
SYS_UPTIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)
ABSENT: Oid = (1, 3, 6, 1, 2, 1, 1, 99, 0)
IF_DESCR: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1, 2)
IF_TYPE: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1, 3)
OR_DESCR: Oid = (1, 3, 6, 1, 2, 1, 1, 9, 1, 3)
OR_ID: Oid = (1, 3, 6, 1, 2, 1, 1, 9, 1, 2)


async def test_v1_and_v2c_say_the_same(tmp_path: Path) -> None:
    async with running_snmpd(tmp_path) as agent, running_engine() as engine:
        one, two = engine.session(agent.community("1")), engine.session(agent.community("2c"))
        for session in (one, two):
            assert await session.get([SYS_NAME, ABSENT]) == {SYS_NAME: b"a real agent"}
        columns = [IF_DESCR, IF_TYPE, OR_DESCR, OR_ID, (1, 3, 6, 1, 2, 1, 99, 1)]
        first, second = await one.walk(columns), await two.walk(columns)
        assert first == second
        assert b"lo" in first.columns[0].values()
        assert first.columns[0].keys() == first.columns[1].keys()
        assert len(first.columns[2]) > 5
        assert all(isinstance(value, tuple) and value[:4] == (1, 3, 6, 1) for value in first.columns[3].values())
        assert first.columns[4] == {}
        assert first.problems == ()


async def test_our_walk_is_net_snmps_walk(tmp_path: Path) -> None:
    program = require("snmpbulkwalk", "snmp")
    async with running_snmpd(tmp_path) as agent, running_engine() as engine:
        walked = await engine.session(agent.community("2c")).walk([OR_DESCR])
        theirs = await asyncio.create_subprocess_exec(
            program, "-v2c", "-c", COMMUNITY, "-On", "-Oa", f"127.0.0.1:{agent.port}", ".".join(map(str, OR_DESCR)),
            stdout=asyncio.subprocess.PIPE, env={"MIBS": ""},
        )  # fmt: skip
        printed, _ = await theirs.communicate()
    found = dict(re.findall(r'\.(\d+) = STRING: "(.*)"', printed.decode()))
    assert {
        str(row): value.decode() for (row,), value in walked.columns[0].items() if isinstance(value, bytes)
    } == found


async def test_ten_polls_read_what_moves(tmp_path: Path) -> None:
    async with running_snmpd(tmp_path) as agent, running_engine() as engine:
        session = engine.session(agent.community("2c"))
        ticks = []
        for _ in range(10):
            got = await session.get([SYS_UPTIME])
            ticks.append(got[SYS_UPTIME])
            walked = await session.walk([IF_DESCR, (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6)])
            assert walked.columns[0].keys() == walked.columns[1].keys()
            await asyncio.sleep(0.02)  # so that the agent's clock, which counts hundredths, moves
        assert ticks == sorted(ticks)
        assert len(set(ticks)) > 5


async def test_a_wrong_community_is_silence(tmp_path: Path) -> None:
    async with running_snmpd(tmp_path) as agent, running_engine(0.2, 0.2) as engine:
        with pytest.raises(ProbeError) as caught:
            await engine.session(agent.community("2c", "wrong")).get([SYS_NAME])
    assert caught.value.outcome is Outcome.TIMEOUT


async def test_v3_with_every_protocol(tmp_path: Path) -> None:
    async with running_snmpd(tmp_path) as agent, running_engine(0.7) as engine:
        for auth, priv in ((auth, priv) for auth in AUTH for priv in (None, *PRIV)):
            session = engine.session(agent.user(auth, priv))
            assert await session.get([SYS_NAME, ABSENT]) == {SYS_NAME: b"a real agent"}, (auth, priv)
        walked = await engine.session(agent.user("SHA", "AES")).walk([IF_DESCR, OR_DESCR, OR_ID])
        assert walked == await engine.session(agent.community("2c")).walk([IF_DESCR, OR_DESCR, OR_ID])


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"auth_key": "other words"},
            "wrong password or protocol for user uSHAAES: .* usmStatsWrongDigests",
        ),
        ({"priv_key": "other words"}, "wrong privacy key or protocol"),
        ({"name": "nobody"}, "there is no user nobody: the agent reports usmStatsUnknownUserNames"),
    ],
)
async def test_v3_a_wrong_key_is_told_from_silence(tmp_path: Path, changed: dict[str, str], words: str) -> None:
    async with running_snmpd(tmp_path) as agent, running_engine(0.5, 0.5) as engine:
        with pytest.raises(ProbeError, match=words) as caught:
            await engine.session(agent.user("SHA", "AES", **changed)).get([SYS_NAME])
        assert caught.value.outcome is Outcome.AUTH
        assert await engine.session(agent.user("SHA", "AES")).get([SYS_NAME]) == {SYS_NAME: b"a real agent"}
    with pytest.raises(ProbeError) as silent:
        async with running_engine(0.1, 0.1) as engine:
            await engine.session(agent.user("SHA", "AES")).get([SYS_NAME])
    assert silent.value.outcome is Outcome.REFUSED, "the network says of v3 as well that nobody is there"


async def test_v3_an_agent_that_restarts_is_asked_with_its_new_clock(tmp_path: Path) -> None:
    async with running_snmpd(tmp_path) as agent, running_engine() as engine:
        session = engine.session(agent.user("SHA256", "AES"))
        assert await session.get([SYS_NAME]) == {SYS_NAME: b"a real agent"}
        retried = engine.traffic.retried
        for _ in range(2):
            await agent.stop()
            await agent.start()  # with snmpEngineBoots one higher
            assert await session.get([SYS_NAME]) == {SYS_NAME: b"a real agent"}
        assert engine.traffic.retried == retried
    assert "engineBoots 3" in (tmp_path / "memory" / "snmpd.conf").read_text(encoding="utf-8")


async def test_ipv6(tmp_path: Path) -> None:
    if not socket.has_dualstack_ipv6():
        missing("no IPv6 here")
    async with running_snmpd(tmp_path, ipv6=True) as agent, running_engine() as engine:
        for device in (agent.community("2c"), agent.user("SHA", "AES")):
            far = replace(device, address="0:0:0:0:0:0:0:1")
            assert await engine.session(far).get([SYS_NAME]) == {SYS_NAME: b"a real agent"}


async def test_v3_a_device_that_is_replaced_is_found_again_at_once(tmp_path: Path) -> None:
    async with running_snmpd(tmp_path) as agent, running_engine(0.5, 0.5) as engine:
        device = agent.user("SHA", "AES")
        assert await engine.session(device).get([SYS_NAME]) == {SYS_NAME: b"a real agent"}
        await agent.stop()
        (tmp_path / "memory" / "snmpd.conf").unlink()
        await agent.start()  # at the same address, with another engine id
        assert await engine.session(device).get([SYS_NAME]) == {SYS_NAME: b"a real agent"}


async def test_v3_an_agent_that_is_silent_to_a_context_is_there(tmp_path: Path) -> None:
    """net-snmp drops what asks for a context that it has not; nothing is heard but what the sign of life brings."""
    async with running_snmpd(tmp_path) as agent, running_engine(0.3, 0.3) as engine:
        device = agent.user("SHA", "AES")
        assert device.snmp is not None
        device = replace(device, snmp=replace(device.snmp, context="vlan-10"))
        for _ in range(2):
            with pytest.raises(ProbeError, match=r"silent to what user .* of its context vlan-10") as caught:
                await engine.session(device).get([SYS_NAME])
            assert caught.value.outcome is Outcome.PROTOCOL


class LateLine(asyncio.DatagramProtocol):
    """A line to an agent that loses the first `lost` datagrams and then is back."""

    def __init__(self, agent: int, lost: int) -> None:
        self._agent = agent
        self.lost = lost
        self._asker: tuple[str, int] | None = None
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self._transport is not None
        if addr[1] == self._agent:
            if self._asker is not None:
                self._transport.sendto(data, self._asker)
        elif self.lost > 0:
            self.lost -= 1
        else:
            self._asker = addr
            self._transport.sendto(data, ("127.0.0.1", self._agent))


async def test_a_device_that_comes_back_while_it_is_asked_is_not_told_that_its_keys_are_wrong(tmp_path: Path) -> None:
    async with running_snmpd(tmp_path) as agent, running_engine(0.3, 0.3, 0.6) as engine:
        loop = asyncio.get_running_loop()
        transport, line = await loop.create_datagram_endpoint(
            lambda: LateLine(agent.port, lost=0), local_addr=("127.0.0.1", 0)
        )
        user = agent.user("SHA", "AES")
        assert user.snmp is not None
        behind = replace(user, snmp=replace(user.snmp, port=transport.get_extra_info("sockname")[1]))
        try:
            assert await engine.session(behind).get([SYS_NAME]) == {SYS_NAME: b"a real agent"}
            line.lost = 3
            assert await engine.session(behind).get([SYS_NAME]) == {SYS_NAME: b"a real agent"}
            assert line.lost == 0
        finally:
            transport.close()


class Relay(asyncio.DatagramProtocol):
    """A line to an agent: it loses the answers that hold `silent`, and hands on the others from `outlets` in turn."""

    def __init__(self, agent: int) -> None:
        self._agent = agent
        self.silent = b""
        self.lost = 0
        self.outlets: list[socket.socket] = []
        self._asker: tuple[str, int] = ("", 0)
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self._transport is not None
        if addr[1] != self._agent:
            self._asker = addr
            self._transport.sendto(data, ("127.0.0.1", self._agent))
        elif self.silent and self.silent in data:
            self.lost += 1
        elif self.outlets:
            for outlet in self.outlets:
                outlet.sendto(data, self._asker)
        else:
            self._transport.sendto(data, self._asker)


@asynccontextmanager
async def relayed(device: Device) -> AsyncIterator[tuple[Relay, Device]]:
    """A relay before the device's agent, and the device behind it."""
    assert device.snmp is not None
    agent = device.snmp.port
    loop = asyncio.get_running_loop()
    transport, relay = await loop.create_datagram_endpoint(lambda: Relay(agent), local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    try:
        yield relay, replace(device, snmp=replace(device.snmp, port=port))
    finally:
        transport.close()


OR_ENTRY = b"\x2b\x06\x01\x02\x01\x01\x09\x01"  # sysOREntry, as it stands in an answer that is not encrypted


async def test_v3_a_silent_table_costs_itself_and_is_named(tmp_path: Path) -> None:
    async with (
        running_snmpd(tmp_path) as agent,
        running_engine(0.3, 0.3) as engine,
        relayed(agent.user("SHA", None)) as (relay, device),
    ):
        session = engine.session(device)
        assert await session.get([SYS_NAME]) == {SYS_NAME: b"a real agent"}
        relay.silent = OR_ENTRY
        walked = await session.walk([IF_DESCR, OR_DESCR, IF_TYPE])
        names, silent, types = walked.columns
        assert b"lo" in names.values()
        assert (names.keys(), silent) == (types.keys(), {})
        assert set(session.unread) == {OR_DESCR}
        lost = relay.lost
        assert lost > 0
        assert (await session.walk([IF_DESCR, OR_DESCR])).columns[0] == names
        assert relay.lost == lost, "it is left in peace for a while"


@pytest.mark.parametrize("priv", [None, "AES"])
async def test_v3_an_answer_from_another_address_is_no_answer(tmp_path: Path, priv: str | None) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.2", 0))
        port = stranger.getsockname()[1]
        async with (
            running_snmpd(tmp_path) as agent,
            running_engine(0.3, 0.3) as engine,
            relayed(agent.user("SHA", priv)) as (relay, device),
        ):
            relay.outlets = [stranger]
            with pytest.raises(ProbeError, match=rf"an answer came from 127\.0\.0\.2 port {port}") as caught:
                await engine.session(device).get([SYS_NAME])
            assert caught.value.outcome is Outcome.PROTOCOL
            assert engine.traffic.dropped_wrong_source > 0
            relay.outlets = []
            session = engine.session(device)
            assert await session.get([SYS_NAME]) == {SYS_NAME: b"a real agent"}, "the discovery was not fooled"
            relay.outlets = [stranger]
            with pytest.raises(ProbeError, match=r"came from 127\.0\.0\.2"):
                await session.get([SYS_NAME])
