"""The engine against answers that are forged, late, repeated or cut; each on a real socket."""

import asyncio
import socket
from collections.abc import Iterable
from typing import Any

import pytest

from opsmon.demo import ber
from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome
from opsmon.protocol.snmp.engine import SnmpEngine
from tests.support.protocol.snmp.far_end import (
    GET,
    IF_ENTRY,
    SYS_NAME,
    Asked,
    FarAgent,
    a_switch,
    binding,
    far_end,
    is_whole,
)

COLUMNS = [(*IF_ENTRY, column) for column in range(1, 8)]
NAME = {SYS_NAME: b"sw-1"}
TOO_BIG, GEN_ERR, AUTHORIZATION_ERROR = 1, 5, 16


# --- answers that are nobody's


@pytest.mark.parametrize(
    ("other", "counter", "words"),
    [
        ({"community": b"public"}, "dropped_wrong_community", "another community"),
        ({"version": 0}, "dropped_wrong_version", "another SNMP version"),
        ({"version": 3}, "dropped_wrong_version", "another SNMP version"),
        ({"pdu": GET}, "dropped_malformed", "PDU of type 0xa0"),
        ({"pdu": 0xA8}, "dropped_malformed", "PDU of type 0xa8"),
    ],
)
async def test_an_answer_with_a_wrong_head_is_no_answer(
    engine: SnmpEngine, other: dict[str, Any], counter: str, words: str
) -> None:
    def forge(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        return (asked.answer(binding(SYS_NAME, ber.text("forged")), **other),)

    async with far_end(a_switch(1), forge) as agent:
        with pytest.raises(ProbeError, match=words) as caught:
            await engine.session(agent.device()).get([SYS_NAME])
    assert caught.value.outcome is Outcome.PROTOCOL
    assert engine.traffic.as_mapping()[counter] == 4


async def test_a_forged_answer_does_not_hide_the_true_one(engine: SnmpEngine) -> None:
    def forge_first(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        return asked.answer(binding(SYS_NAME, ber.text("forged")), community=b"public"), good

    async with far_end(a_switch(1), forge_first) as agent:
        assert await engine.session(agent.device()).get([SYS_NAME]) == NAME


async def test_an_answer_from_another_port_is_no_answer(engine: SnmpEngine) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", 0))
        addresses: list[tuple[str, int]] = []

        class Forwarding(FarAgent):
            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                addresses.append(addr)
                asked = Asked(data)
                stranger.sendto(asked.answer(binding(SYS_NAME, ber.text("forged"))), addr)

        loop = asyncio.get_running_loop()
        transport, agent = await loop.create_datagram_endpoint(
            lambda: Forwarding(a_switch(1)), local_addr=("127.0.0.1", 0)
        )
        with pytest.raises(ProbeError, match=f"came from 127.0.0.1 port {stranger.getsockname()[1]}"):
            await engine.session(agent.device()).get([SYS_NAME])
        transport.close()
    assert engine.traffic.dropped_wrong_source == 4


async def test_an_unknown_request_id_is_counted_and_ignored(engine: SnmpEngine) -> None:
    def guess(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        guesses = [
            asked.answer(binding(SYS_NAME, ber.text("forged")), request_id=bytes((1, 2, 3, n))) for n in range(9)
        ]
        return *guesses, good

    async with far_end(a_switch(1), guess) as agent:
        assert await engine.session(agent.device()).get([SYS_NAME]) == NAME
    assert engine.traffic.dropped_unknown_id == 9


async def test_replays_are_counted_and_change_nothing(engine: SnmpEngine) -> None:
    kept: list[bytes] = []

    def replay(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        assert good is not None
        kept.append(good)
        return (*kept, good)

    async with far_end(a_switch(40), replay) as agent:
        walked = await engine.session(agent.device()).walk(COLUMNS)
        assert is_whole(walked, 40)
        assert walked.problems == ()
        assert await engine.session(agent.device()).get([SYS_NAME]) == NAME
    assert engine.traffic.dropped_late > 0


async def test_a_late_answer_to_the_first_attempt_is_good(engine: SnmpEngine) -> None:
    first: list[bytes | None] = []

    def answer_the_first_after_the_second(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        first.append(good)
        return first[:1] if len(first) == 2 else ()

    async with far_end(a_switch(1), answer_the_first_after_the_second) as agent:
        assert await engine.session(agent.device()).get([SYS_NAME]) == NAME
    assert engine.traffic.retried == 1


async def test_an_answer_after_the_last_attempt_is_late(engine: SnmpEngine) -> None:
    goods: list[bytes | None] = []

    def keep(asked: Asked, good: bytes | None) -> Iterable[bytes | None]:
        goods.append(good)
        return ()

    async with far_end(a_switch(1), keep) as agent:
        with pytest.raises(ProbeError):
            await engine.session(agent.device()).get([SYS_NAME])
        agent.behave = lambda asked, good: (goods[0], good)
        assert await engine.session(agent.device()).get([SYS_NAME]) == NAME
    assert engine.traffic.dropped_late == 1
