"""A man in the middle of SNMPv3: whatever he makes of a true answer is refused, and the poll succeeds all the same.

He sees every message, and knows everything but the keys. Each forgery comes before the true answer, and then in its
place: then the poll fails by what was heard, within its time.
"""

import asyncio
import socket
from collections.abc import Callable, Iterable

import pytest

from opsmon.demo import ber
from opsmon.errors import ProbeError
from opsmon.protocol.snmp.codec.ber import MalformedBerError
from opsmon.protocol.snmp.codec.message import Pdu, Request
from opsmon.protocol.snmp.engine import SnmpEngine
from opsmon.protocol.snmp.v3.association import Association, RefusedMessageError
from opsmon.protocol.snmp.v3.message import decode_message
from opsmon.protocol.snmp.v3.user import user_of
from tests.support.protocol.snmp import usm_agent
from tests.support.protocol.snmp.far_end import RESPONSE, SYS_NAME, FarAgent, a_switch, binding, far_end
from tests.support.protocol.snmp.usm_agent import AUTH, PRIV, Message, UsmAgent

NAME = {SYS_NAME: b"sw-1"}
MAX_INT = 2**31 - 1
Forge = Callable[[UsmAgent, Message, bytes], Iterable[bytes]]


def lie(usm: UsmAgent, request_id: bytes) -> bytes:
    """A scoped PDU that answers what was asked, and is not true."""
    return usm.scope(lying_pdu(request_id))


def lying_pdu(request_id: bytes) -> bytes:
    body = ber.wrap(ber.INTEGER, request_id) + ber.integer(0) * 2
    return ber.wrap(RESPONSE, body + ber.wrap(ber.SEQUENCE, binding(SYS_NAME, ber.text("forged"))))


def replaced(octets: bytes, old: bytes, new: bytes) -> bytes:
    assert len(old) == len(new)
    assert old in octets
    return octets.replace(old, new, 1)


class Guesser(UsmAgent):
    def sign(self, message: bytes) -> bytes:
        return b"\x5a" * len(super().sign(message))


def stranger(usm: UsmAgent) -> UsmAgent:
    """The same engine, by somebody who guesses its passphrases."""
    return Guesser(usm.auth, usm.priv, boots=usm.boots, seconds=usm.seconds)


FORGERIES: dict[str, Forge] = {
    "a guessed digest": lambda usm, asked, good: [stranger(usm).seal(asked.message_id, lie(usm, asked.message_id))],
    "no digest": lambda usm, asked, good: [
        replaced(good, good[good.index(usm.user) + 5 : good.index(usm.user) + 17], bytes(12))
    ],
    "a digest of no octets": lambda usm, asked, good: [cut_digest(usm, good)],
    "without privacy": lambda usm, asked, good: [
        usm.seal(asked.message_id, lie(usm, asked.message_id), 0),
        replaced(good, ber.text(b"\3") + ber.integer(3), ber.text(b"\1") + ber.integer(3)),
        replaced(good, ber.text(b"\3") + ber.integer(3), ber.text(b"\0") + ber.integer(3)),
        replaced(good, ber.text(b"\3") + ber.integer(3), ber.text(b"\2") + ber.integer(3)),
    ],
    "another engine": lambda usm, asked, good: [
        replaced(good, usm.engine_id, b"another ...."[: len(usm.engine_id)].ljust(len(usm.engine_id), b"!"))
    ],
    "another user": lambda usm, asked, good: [replaced(good, ber.text(usm.user), ber.text("spo"))],
    "boots and time": lambda usm, asked, good: [
        replaced(good, ber.integer(usm.boots), ber.integer(usm.boots + step)) for step in (-1, 1, 100)
    ],
    "negative numbers": lambda usm, asked, good: [replaced(good, ber.integer(usm.boots), b"\x02\x01\xff")],
    "another msgID": lambda usm, asked, good: [
        replaced(good, asked.message_id, bytes((0x40, n, n, n))) for n in range(5)
    ],
    "another model": lambda usm, asked, good: [
        replaced(good, ber.text(b"\3") + ber.integer(3), ber.text(b"\3") + ber.integer(model)) for model in (0, 1, 2, 4)
    ],
    "cut short": lambda usm, asked, good: [good[:end] for end in range(1, len(good))],
    "octets behind": lambda usm, asked, good: [good + b"\0", good + good],
    "long lengths": lambda usm, asked, good: [
        b"\x30\x83\0" + (len(good) - 3).to_bytes(2, "big") + good[3:] if good[1] == 0x81 else good + b"\0",
        b"\x30\x84" + (len(good) - 3).to_bytes(4, "big") + good[3:] if good[1] == 0x81 else good + b"\0",
    ],
    "a report of a great time": lambda usm, asked, good: [
        usm.report(asked.message_id, usm_agent.TIME_WINDOWS, boots=MAX_INT, seconds=MAX_INT),
        usm.report(asked.message_id, usm_agent.TIME_WINDOWS, boots=MAX_INT - 1, seconds=0),
        stranger(usm).report(asked.message_id, usm_agent.TIME_WINDOWS, AUTH, boots=MAX_INT - 1),
    ],
    "reports": lambda usm, asked, good: [
        usm.report(asked.message_id, counter)
        for counter in (usm_agent.DIGESTS, usm_agent.USERS, usm_agent.LEVELS, usm_agent.DECRYPTIONS)
    ],
    "a report of another engine": lambda usm, asked, good: [
        usm.report(asked.message_id, usm_agent.ENGINES, engine_id=b"\x80\0\0\0\5 his")
    ],
    "the request itself": lambda usm, asked, good: [
        usm_agent.UsmAgent.seal(usm, asked.message_id, asked.scoped, 0),
    ],
    "v2c": lambda usm, asked, good: [
        ber.wrap(0x30, ber.integer(1) + ber.text("public") + lying_pdu(asked.message_id))
    ],
}  # fmt: skip


def cut_digest(usm: UsmAgent, good: bytes) -> bytes:
    """The message with a digest of no octets, and its flags as they are."""
    message = usm.read(good)
    head = ber.wrap(ber.INTEGER, message.message_id) + ber.integer(65_507) + ber.text(b"\3") + ber.integer(3)
    security = ber.text(usm.engine_id) + ber.integer(usm.boots) + ber.integer(usm.seconds()) + ber.text(usm.user)
    security = ber.text(ber.wrap(0x30, security + ber.text(b"") + ber.text(bytes(8))))
    return ber.wrap(0x30, ber.integer(3) + ber.wrap(0x30, head) + security + ber.text(lie(usm, message.message_id)))


async def met(engine: SnmpEngine, agent: FarAgent, polls: int = 1) -> None:
    for _ in range(polls):
        assert await engine.session(agent.device()).get([SYS_NAME]) == NAME


def is_answer(message: Message) -> bool:
    return bool(message.engine_id)


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("polls", [1, 4], ids=["codec", "layout"])
async def test_a_forgery_before_the_true_answer_changes_nothing(engine: SnmpEngine, forgery: str, polls: int) -> None:
    async with far_end(a_switch(1), usm=UsmAgent()) as agent:
        await met(engine, agent, polls)
        agent.tamper = lambda message, good: [*FORGERIES[forgery](agent.usm, message, good), good]
        await met(engine, agent)
        reports = [message for message in agent.messages if not message.engine_id]
        agent.tamper = None
        await met(engine, agent)
        assert len([message for message in agent.messages if not message.engine_id]) == len(reports) == 1
    assert engine.traffic.retried == 0


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_forgery_in_the_place_of_the_true_answer_is_believed_in_nothing(
    engine: SnmpEngine, forgery: str
) -> None:
    async with far_end(a_switch(1), usm=UsmAgent()) as agent:
        await met(engine, agent)
        agent.tamper = lambda message, good: (
            FORGERIES[forgery](agent.usm, message, good) if is_answer(message) else [good]
        )
        with pytest.raises(ProbeError) as caught:
            await engine.session(agent.device()).get([SYS_NAME])
        assert "forged" not in str(caught.value)
        agent.tamper = None
        await met(engine, agent)


async def test_what_was_sent_before_is_refused(engine: SnmpEngine) -> None:
    kept: list[bytes] = []

    def replay(message: Message, good: bytes) -> list[bytes]:
        kept.append(good)
        return [*kept, good]

    async with far_end(a_switch(1), usm=UsmAgent()) as agent:
        agent.tamper = replay
        await met(engine, agent, 6)
        agent.tamper = lambda message, good: kept if is_answer(message) else [good]
        with pytest.raises(ProbeError):
            await engine.session(agent.device()).get([SYS_NAME])
        agent.tamper = None
        await met(engine, agent)
    assert engine.traffic.dropped_late > 10


async def test_what_is_authentic_and_old_is_refused(engine: SnmpEngine) -> None:
    async with far_end(a_switch(1), usm=UsmAgent()) as agent:
        await met(engine, agent)
        usm, now_s = agent.usm, agent.usm.seconds()
        agent.tamper = lambda message, good: [
            usm.seal(message.message_id, lie(usm, message.message_id), seconds=now_s - 160),
            usm.seal(message.message_id, lie(usm, message.message_id), boots=usm.boots - 1),
            good,
        ]
        await met(engine, agent)
    assert engine.traffic.dropped_untimely == 2


async def test_what_is_authentic_and_answers_something_else_is_refused(engine: SnmpEngine) -> None:
    async with far_end(a_switch(1), usm=UsmAgent()) as agent:
        await met(engine, agent)
        usm = agent.usm
        agent.tamper = lambda message, good: [
            usm.seal(message.message_id, lie(usm, b"\x40\0\0\1")),
            usm.seal(message.message_id, lie(usm, message.message_id), AUTH),
            usm.seal(message.message_id, message.scoped),
            good,
        ]
        await met(engine, agent)
    assert engine.traffic.dropped_unauthenticated == 3


async def test_an_answer_from_another_source_is_refused(engine: SnmpEngine) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere:
        elsewhere.bind(("127.0.0.2", 0))

        class Mirrored(FarAgent):
            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                self.tamper = lambda message, good: [elsewhere.sendto(good, addr) and b"\0", good]  # type: ignore[list-item]
                super().datagram_received(data, addr)

        loop = asyncio.get_running_loop()
        transport, agent = await loop.create_datagram_endpoint(
            lambda: Mirrored(a_switch(1), usm=UsmAgent()), local_addr=("127.0.0.1", 0)
        )
        await met(engine, agent, 3)
        transport.close()
    assert engine.traffic.dropped_wrong_source + engine.traffic.dropped_late >= 3


@pytest.mark.parametrize(("auth", "priv"), [("", ""), ("SHA", ""), ("SHA512", "AES256")])
async def test_a_forger_at_the_discovery_costs_no_more_than_a_question(
    engine: SnmpEngine, auth: str, priv: str
) -> None:
    async with far_end(a_switch(1), usm=UsmAgent(auth, priv, how="blumenthal")) as agent:
        usm = agent.usm
        agent.tamper = lambda message, good: [
            usm.report(message.message_id, usm_agent.ENGINES, engine_id=b"\x80\0\0\0\5 his", boots=MAX_INT),
            good,
        ] if not message.engine_id else [good]  # fmt: skip
        await met(engine, agent, 2)


async def test_without_keys_an_answer_is_still_of_our_engine_user_and_context(engine: SnmpEngine) -> None:
    async with far_end(a_switch(1), usm=UsmAgent("", "")) as agent:
        await met(engine, agent)
        usm = agent.usm
        agent.tamper = lambda message, good: [
            usm.seal(message.message_id, lie(usm, message.message_id), user=b"spo"),
            usm.seal(message.message_id, lie(usm, message.message_id), engine_id=b"\x80\0\0\0\5 his"),
            usm.seal(message.message_id, usm.scope(lying_pdu(message.message_id), b"vlan-10")),
            UsmAgent("SHA", "").seal(message.message_id, lie(usm, message.message_id)),
            good,
        ]
        await met(engine, agent)
    assert engine.traffic.dropped_unauthenticated == 4


# --- each octet, without a wire


def opened_by(association: Association, datagram: bytes, message_id: int) -> bytes | None:
    """What the engine would believe of a datagram; None where it refuses it. Anything else raised is a fault."""
    try:
        message = decode_message(datagram)
        if message.message_id != message_id or message.level != association.level:
            return None
        opened = association.open(message, datagram)
    except (MalformedBerError, RefusedMessageError):
        return None
    return opened.scoped if opened.is_timely else None


@pytest.mark.parametrize(("auth", "priv"), [("MD5", ""), ("SHA", "DES"), ("SHA256", "AES"), ("SHA512", "AES256")])
def test_no_octet_of_an_answer_can_be_changed_taken_away_or_added(auth: str, priv: str) -> None:
    usm = UsmAgent(auth, priv)
    association = Association(user_of(usm.access(161)), "")
    association.meet(usm.engine_id, usm.boots, usm.seconds())
    asked = usm.read(association.encode(Request(Pdu.GET, ())).with_id(2**30 + 5))
    assert asked.is_authentic
    truth = lie(usm, asked.message_id)
    good = usm.seal(asked.message_id, truth)
    for _ in range(2):  # by the codec, then also by the head that was learned
        assert opened_by(association, good, 2**30 + 5) == truth
        for place in range(len(good)):
            changed = [good[:place] + bytes((good[place] ^ flip,)) + good[place + 1 :] for flip in (0x01, 0x80, 0xFF)]
            changed += [good[:place], good[:place] + good[place + 1 :], good[:place] + b"\0" + good[place:]]
            for forged in changed:
                assert opened_by(association, forged, 2**30 + 5) is None, place
                assert association.open_usual(forged, 2**30 + 5) is None, place
        association.learn_head(decode_message(good), good)
        assert association.open_usual(good, 2**30 + 5) == truth
        assert association.open_usual(good, 2**30 + 6) is None
        old = usm.seal(asked.message_id, truth, seconds=usm.seconds() - 160)
        assert association.open_usual(old, 2**30 + 5) is None


def test_nothing_is_decrypted_that_is_not_authentic() -> None:
    """What comes to nothing when it is decrypted is refused for its digest, where that is wrong."""
    usm = UsmAgent()
    association = Association(user_of(usm.access(161)), "")
    association.meet(usm.engine_id, usm.boots, usm.seconds())
    nonsense, forged = (by.seal(b"\x40\0\0\5", b"\xff" * 60) for by in (usm, stranger(usm)))
    with pytest.raises(MalformedBerError):
        association.open(decode_message(nonsense), nonsense)
    with pytest.raises(RefusedMessageError, match="wrong digest"):
        association.open(decode_message(forged), forged)
    assert PRIV & association.level
