"""SNMPv3 with agents as they are: discovery, clocks, clones, replaced devices, versions of ciphers, reports."""

import asyncio
import itertools
import random
from collections.abc import Iterable
from functools import partial
from typing import Any

import pytest

from opsmon.demo import ber
from opsmon.errors import ProbeError
from opsmon.model.device import Device, Kind
from opsmon.model.name import DeviceName, SiteName
from opsmon.model.sample import Outcome
from opsmon.protocol.snmp.engine import SnmpEngine
from opsmon.text.bilingual import Sentence
from tests.support.protocol.snmp import usm_agent
from tests.support.protocol.snmp.far_end import (
    IF_ENTRY,
    SYS_NAME,
    FarAgent,
    a_switch,
    far_end,
    is_whole,
)
from tests.support.protocol.snmp.usm_agent import AUTH, Message, UsmAgent

COLUMNS = [(*IF_ENTRY, column) for column in range(1, 8)]
NAME = {SYS_NAME: b"sw-1"}
MAX_INT = 2**31 - 1


async def name_of(engine: SnmpEngine, agent: FarAgent, name: str = "far-end") -> dict[Any, Any]:
    return dict(await engine.session(agent.device(name=name)).get([SYS_NAME]))


# --- engines and clocks


async def test_an_engine_is_discovered_once(engine: SnmpEngine) -> None:
    async with far_end(a_switch(48), usm=UsmAgent()) as agent:
        for _ in range(4):
            assert await name_of(engine, agent) == NAME
            assert is_whole(await engine.session(agent.device()).walk(COLUMNS), 48)
        discovery, *others = agent.messages
        assert (discovery.engine_id, discovery.user, discovery.flags) == (b"", b"", 4)
        assert all(message.is_authentic and message.flags == 7 for message in others)
    assert engine.traffic.reports == 1
    assert engine.traffic.dropped_unauthenticated == 0


@pytest.mark.parametrize(("auth", "priv"), [("", ""), ("SHA", ""), ("MD5", "DES"), ("SHA256", "3DES")])
async def test_every_level(engine: SnmpEngine, auth: str, priv: str) -> None:
    async with far_end(a_switch(48), usm=UsmAgent(auth, priv)) as agent:
        for _ in range(4):
            assert is_whole(await engine.session(agent.device()).walk(COLUMNS), 48)
    assert engine.traffic.retried == 0


async def test_an_agent_that_tells_no_time_before_it_is_proved(engine: SnmpEngine) -> None:
    """RFC 3414, 4: the time is then told by a report that is authentic."""

    def no_time(message: Message, sealed: bytes) -> Iterable[bytes]:
        if message.engine_id:
            return [sealed]
        return [agent.usm.report(message.message_id, usm_agent.ENGINES, boots=0, seconds=0)]

    async with far_end(a_switch(1), usm=UsmAgent()) as agent:
        agent.tamper = no_time
        assert await name_of(engine, agent) == NAME
    assert engine.traffic.reports == 2


@pytest.mark.parametrize(("boots", "time_s"), [(8, 3), (1, 3), (7, 3)], ids=["rebooted", "reset", "set back"])
async def test_a_clock_that_jumps_is_followed_at_once(engine: SnmpEngine, boots: int, time_s: int) -> None:
    async with far_end(a_switch(1), usm=UsmAgent()) as agent:
        assert await name_of(engine, agent) == NAME
        agent.usm.boots, agent.usm.seconds = boots, lambda: time_s
        assert await name_of(engine, agent) == NAME
        asked = len(agent.asked)
        assert await name_of(engine, agent) == NAME
        assert len(agent.asked) == asked + 1
    assert engine.traffic.retried == 0


async def test_an_agent_whose_boots_are_spent_is_told(engine: SnmpEngine) -> None:
    async with far_end(a_switch(1), usm=UsmAgent(boots=MAX_INT)) as agent:
        agent.tamper = lambda message, sealed: [
            agent.usm.report(message.message_id, usm_agent.TIME_WINDOWS, AUTH) if message.engine_id else sealed
        ]
        with pytest.raises(ProbeError, match="give the agent a new engine id") as caught:
            await name_of(engine, agent)
        assert caught.value.outcome is Outcome.PROTOCOL
        agent.tamper = None  # an agent that answers all the same is not believed either
        with pytest.raises(ProbeError, match="give the agent a new engine id"):
            await name_of(engine, agent)
        agent.usm.engine_id, agent.usm.boots = b"\x80\0\x86\x9f\x05a new one", 1
        assert await name_of(engine, agent) == NAME


async def test_clones_of_one_engine_id_do_not_disturb_each_other(engine: SnmpEngine) -> None:
    clones = [UsmAgent(boots=boots, seconds=partial(int, at)) for boots, at in ((3, 1_000_000), (900, 5), (3, 40))]
    async with (
        far_end(a_switch(9), usm=clones[0]) as first,
        far_end(a_switch(9), usm=clones[1]) as second,
        far_end(a_switch(9), usm=clones[2]) as third,
    ):
        agents = (first, second, third)
        for _ in range(5):
            found = await asyncio.gather(*(name_of(engine, agent, f"d{n}") for n, agent in enumerate(agents)))
            assert found == [NAME] * 3
        assert [len(agent.messages) for agent in agents] == [6, 6, 6]
    assert engine.traffic.reports == 3
    assert engine.traffic.dropped_untimely == 0


async def test_a_device_that_is_replaced_is_found_again_in_the_same_poll(engine: SnmpEngine) -> None:
    async with far_end(a_switch(1), usm=UsmAgent()) as agent:
        for engine_id in (b"\x80\0\x86\x9f\x05new", b"\x80\0\x86\x9f\x05newer"):
            assert await name_of(engine, agent) == NAME
            agent.usm.engine_id, agent.usm.boots = engine_id, 1
        assert await name_of(engine, agent) == NAME


async def test_a_replaced_device_that_is_silent_to_what_is_not_its_own_is_found_in_the_same_poll(
    engine: SnmpEngine,
) -> None:
    async with far_end(a_switch(1), usm=UsmAgent()) as agent:
        assert await name_of(engine, agent) == NAME
        agent.usm.engine_id = b"\x80\0\x86\x9f\x05new"
        mine = agent.usm.engine_id
        agent.tamper = lambda message, sealed: [sealed] if message.engine_id in (b"", mine) else []
        assert await name_of(engine, agent) == NAME


async def test_nothing_has_to_be_kept_over_a_restart_of_ours() -> None:
    async with far_end(a_switch(1), usm=UsmAgent()) as agent:
        for _ in range(2):
            engine = SnmpEngine()
            await engine.start()
            assert await name_of(engine, agent) == NAME
            await engine.stop()
        salts = [message.salt for message in agent.messages if message.flags & usm_agent.PRIV]
    assert len(salts) == len(set(salts)) == 2


@pytest.mark.parametrize("priv", ["AES", "DES"])
async def test_no_salt_comes_twice(engine: SnmpEngine, priv: str) -> None:
    async with far_end(a_switch(3), usm=UsmAgent(priv=priv)) as agent:
        for number in range(30):
            assert await name_of(engine, agent, f"d{number % 3}") == NAME
        salts = [message.salt for message in agent.messages if message.flags & usm_agent.PRIV]
    assert len(set(salts)) == len(salts) == 30
    numbers = [int.from_bytes(salt, "big") for salt in salts]
    assert [(after - before) % 2**64 for before, after in itertools.pairwise(numbers)] == [1] * 29


# --- what agents differ in


@pytest.mark.parametrize("how", ["reeder", "blumenthal"])
@pytest.mark.parametrize("says", [True, False], ids=["reports", "is silent"])
@pytest.mark.parametrize("priv", ["AES192", "AES256"])
async def test_the_version_of_a_cipher_is_found_and_remembered(
    engine: SnmpEngine, priv: str, how: str, says: bool
) -> None:
    async with far_end(a_switch(1), usm=UsmAgent(priv=priv, how=how)) as agent:
        if not says:
            agent.tamper = lambda message, sealed: [sealed] if message.scoped[:1] == b"\x30" else []
        assert await name_of(engine, agent) == NAME
        messages = len(agent.messages)
        assert await name_of(engine, agent) == NAME
        assert len(agent.messages) == messages + 1


async def test_an_agent_is_never_sent_more_than_it_takes(engine: SnmpEngine) -> None:
    objects = {(*IF_ENTRY, 2, 2**31 + port): ber.text(str(port)) for port in range(40)} | a_switch(1)
    async with far_end(objects, usm=UsmAgent()) as agent:
        agent.usm.max_size = 484
        assert await name_of(engine, agent) == NAME
        oids = [oid for oid in objects if len(oid) > 9]
        found = await engine.session(agent.device()).get(oids)
        assert len(found) == len(oids)
        assert agent.largest <= 484


async def test_a_context_is_asked_for_and_only_its_answer_is_taken(engine: SnmpEngine) -> None:
    async with far_end(a_switch(1), usm=UsmAgent()) as agent:
        host, port = agent.transport.get_extra_info("sockname")
        there = Device(
            DeviceName("v"), SiteName("s"), host, Kind.SWITCH, snmp=agent.usm.access(port, context="vlan-10")
        )
        agent.behave = lambda asked, good: (asked.answer(*[], community=b"vlan-20"), asked.answer(community=b"vlan-10"))
        assert await engine.session(there).get([SYS_NAME]) == {}
        assert engine.traffic.dropped_unauthenticated == 1


UNKNOWN_CONTEXTS, INVALID = (1, 3, 6, 1, 6, 3, 12, 1, 5, 0), (1, 3, 6, 1, 6, 3, 11, 2, 1, 2, 0)


@pytest.mark.parametrize(
    ("counter", "outcome", "en", "zh"),
    [
        (usm_agent.LEVELS, Outcome.AUTH, "usmStatsUnsupportedSecLevels", "安全级别不符"),
        (usm_agent.USERS, Outcome.AUTH, "there is no user ops: the agent reports usmStatsUnknownUserNames", "没有用户"),
        (usm_agent.DIGESTS, Outcome.AUTH, "wrong password or protocol for user ops: the agent reports", "认证口令"),
        (usm_agent.DECRYPTIONS, Outcome.AUTH, "wrong privacy key or protocol for user ops", "加密口令"),
        (usm_agent.TIME_WINDOWS, Outcome.PROTOCOL, "clock cannot be agreed upon", "时钟"),
        (UNKNOWN_CONTEXTS, Outcome.PROTOCOL, "snmpUnknownContexts", "上下文"),
        (INVALID, Outcome.PROTOCOL, "snmpInvalidMsgs", "SNMPv3 报文"),
        ((1, 3, 6, 1, 4, 1, 9), Outcome.PROTOCOL, "the agent reports 1.3.6.1.4.1.9", "1.3.6.1.4.1.9"),
    ],
)
@pytest.mark.parametrize("level", [0, AUTH], ids=["unproved", "proved"])
async def test_a_report_instead_of_an_answer_is_told_in_both_languages(  # the arguments are the table's
    engine: SnmpEngine, counter: tuple[int, ...], outcome: Outcome, en: str, zh: str, level: int
) -> None:
    async with far_end(a_switch(1), usm=UsmAgent()) as agent:
        agent.tamper = lambda message, sealed: [
            agent.usm.report(message.message_id, counter, level) if message.engine_id else sealed
        ]
        with pytest.raises(ProbeError) as caught:
            await name_of(engine, agent)
        assert caught.value.outcome is outcome
        assert en in caught.value.detail
        assert isinstance(caught.value.detail, Sentence)
        assert zh in caught.value.detail.zh
        agent.tamper = None
        assert await name_of(engine, agent) == NAME


async def test_an_agent_that_never_agrees_ends(engine: SnmpEngine) -> None:
    """Each report tells another engine id: that is followed a few times, and told."""
    async with far_end(a_switch(1), usm=UsmAgent()) as agent:
        number = iter(range(10_000))
        agent.tamper = lambda message, sealed: [
            agent.usm.report(message.message_id, usm_agent.ENGINES, engine_id=b"\x80\0\x86\x9f%d" % next(number))
        ]
        with pytest.raises(ProbeError, match="engine id cannot be agreed upon") as caught:
            await name_of(engine, agent)
        assert caught.value.outcome is Outcome.PROTOCOL
        assert len(agent.messages) < 12


@pytest.mark.parametrize("engine_id", [b"", b"four", bytes(33)])
async def test_an_engine_id_that_cannot_be_is_not_taken(engine: SnmpEngine, engine_id: bytes) -> None:
    async with far_end(a_switch(1), usm=UsmAgent()) as agent:
        agent.tamper = lambda message, sealed: [
            agent.usm.report(message.message_id, usm_agent.ENGINES, engine_id=engine_id), sealed
        ]  # fmt: skip
        assert await name_of(engine, agent) == NAME


# --- agents that speak something else


class Babbler(asyncio.DatagramProtocol):
    """Answers each request with junk, with a part of it, or with the request itself, damaged."""

    def __init__(self) -> None:
        self._random = random.Random(20261120)
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        damaged = bytearray(data)
        for _ in range(self._random.randint(0, 3)):
            damaged[self._random.randrange(len(damaged))] = self._random.randrange(256)
        junk = self._random.randbytes(self._random.randint(1, 200))
        assert self.transport is not None
        for answer in (junk, data[: self._random.randrange(1, len(data))], bytes(damaged)):
            self.transport.sendto(answer, addr)


async def test_an_agent_that_babbles_is_a_probe_error_and_no_more(engine: SnmpEngine) -> None:
    complaints: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    transport, _ = await loop.create_datagram_endpoint(Babbler, local_addr=("127.0.0.1", 0))
    where = UsmAgent().access(transport.get_extra_info("sockname")[1])
    for number in range(12):
        device = Device(DeviceName(f"d{number}"), SiteName("here"), "127.0.0.1", Kind.OTHER, snmp=where)
        with pytest.raises(ProbeError):
            await engine.session(device).get([SYS_NAME])
    transport.close()
    assert complaints == []
    assert engine.traffic.dropped_malformed > 12
