"""Several addresses side by side (RFC 8305), on a virtual clock and on real sockets."""

import asyncio
import socket

import pytest

from opsmon.errors import ProbeError
from opsmon.model.sample import LocalCause, Outcome
from opsmon.protocol.dial import ATTEMPT_DELAY_S, dial, first_answer
from opsmon.protocol.socket_fault import local_fault
from tests.support.probe.tcp_server import serving
from tests.support.virtual_time import VirtualClock, run_virtually


class Addresses:
    """Each answers, or fails, after its time; None never does."""

    def __init__(self, **after_s: float | ProbeError | None) -> None:
        self.after_s = after_s
        self.tried: list[tuple[str, float]] = []
        self.cancelled: list[str] = []
        self.left: list[str] = []

    async def attempt(self, address: str) -> str:
        self.tried.append((address, asyncio.get_running_loop().time()))
        behaviour = self.after_s[address]
        if isinstance(behaviour, ProbeError):
            raise behaviour
        try:
            await asyncio.sleep(1e6 if behaviour is None else behaviour)
        except asyncio.CancelledError:
            self.cancelled.append(address)
            raise
        return address


def test_a_quick_first_address_is_the_only_one_that_is_asked() -> None:
    async def story(clock: VirtualClock) -> None:
        made = Addresses(a=0.1, b=0.0)
        assert await first_answer(("a", "b"), made.attempt) == "a"
        assert [address for address, _ in made.tried] == ["a"]

    run_virtually(story)


def test_the_next_is_tried_beside_a_slow_one_after_a_quarter_of_a_second() -> None:
    async def story(clock: VirtualClock) -> None:
        made, began_s = Addresses(a=None, b=None, c=0.1), clock.monotonic()
        assert await first_answer(("a", "b", "c"), made.attempt) == "c"
        assert [round(at - began_s, 3) for _, at in made.tried] == [0.0, ATTEMPT_DELAY_S, 2 * ATTEMPT_DELAY_S]
        await asyncio.sleep(0)
        assert sorted(made.cancelled) == ["a", "b"]

    run_virtually(story)


def test_the_next_is_tried_at_once_where_one_fails() -> None:
    async def story(clock: VirtualClock) -> None:
        made, began_s = Addresses(a=ProbeError(Outcome.REFUSED, "no"), b=0.0), clock.monotonic()
        assert await first_answer(("a", "b"), made.attempt) == "b"
        assert clock.monotonic() == began_s

    run_virtually(story)


def test_when_all_fail_what_was_measured_is_told_before_what_is_ours() -> None:
    async def story(clock: VirtualClock) -> None:
        ours, theirs = local_fault(LocalCause.NETWORK, "no route"), ProbeError(Outcome.REFUSED, "closed")
        for order in ((ours, theirs), (theirs, ours)):
            with pytest.raises(ProbeError, match="closed"):
                await first_answer(("a", "b"), Addresses(a=order[0], b=order[1]).attempt)
        with pytest.raises(ProbeError, match="no route"):
            await first_answer(("a", "b"), Addresses(a=ours, b=ours).attempt)

    run_virtually(story)


def test_cancelling_leaves_nothing_behind() -> None:
    async def story(clock: VirtualClock) -> None:
        made = Addresses(a=None, b=None)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await first_answer(("a", "b"), made.attempt)
        await asyncio.sleep(0)
        assert sorted(made.cancelled) == ["a", "b"]

    run_virtually(story)


async def test_whichever_address_takes_the_connection_is_connected() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(talk) as port:
        with await dial(("127.0.0.9", "127.0.0.1"), port) as connected:
            assert connected.getpeername()[0] in ("127.0.0.1", "127.0.0.9")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with pytest.raises(ProbeError) as caught:
            await dial(("127.0.0.1", "127.0.0.2"), port)
    assert caught.value.outcome is Outcome.REFUSED


async def test_an_address_that_cannot_be_reached_from_here_does_not_hide_the_other() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(talk) as port:
        with await dial(("fe80::1%nosuchlink", "127.0.0.1"), port) as connected:
            assert connected.getpeername()[0] == "127.0.0.1"
