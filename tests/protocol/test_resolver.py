"""Names to addresses: asked once, remembered, and still known while the name service is away."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from opsmon.clock import WallClock
from opsmon.errors import ProbeError
from opsmon.model.sample import LocalCause, Outcome
from opsmon.protocol.resolver import ASK_AGAIN_S, KNOWN_ANSWER_WITHIN_S, REMEMBER_S, STALE_S, Resolver
from tests.support.virtual_time import VirtualClock, run_virtually


class NameService:
    """What the system would ask: answers from a dict, or is away."""

    def __init__(self) -> None:
        self.names: dict[str, tuple[str, ...]] = {"camera.example": ("192.0.2.7",)}
        self.away = False
        self.asked = 0
        self.takes_s = 0.1

    async def look_up(self, name: str) -> tuple[str, ...]:
        self.asked += 1
        await asyncio.sleep(self.takes_s)
        if self.away or name not in self.names:
            raise OSError("no such name")
        return self.names[name]


def story(tell: Callable[[Resolver, NameService, VirtualClock], Awaitable[None]]) -> None:
    async def whole(clock: VirtualClock) -> None:
        service = NameService()
        await tell(Resolver(clock, service.look_up), service, clock)

    run_virtually(whole)


def test_a_name_is_asked_once_for_all_who_want_it_and_remembered() -> None:
    async def tell(resolver: Resolver, service: NameService, clock: VirtualClock) -> None:
        answers = await asyncio.gather(*(resolver.resolve("camera.example") for _ in range(50)))
        assert set(answers) == {"192.0.2.7"}
        assert await resolver.resolve("camera.example") == "192.0.2.7"
        assert service.asked == 1
        service.names["camera.example"] = ("192.0.2.8",)
        clock.loop.block(REMEMBER_S + 1)
        assert await resolver.resolve("camera.example") == "192.0.2.8"

    story(tell)


def test_the_last_address_serves_while_the_name_service_is_away_but_not_for_ever() -> None:
    async def tell(resolver: Resolver, service: NameService, clock: VirtualClock) -> None:
        await resolver.resolve("camera.example")
        service.away = True
        clock.loop.block(REMEMBER_S + 1)
        assert await resolver.resolve("camera.example") == "192.0.2.7"
        clock.loop.block(STALE_S)
        with pytest.raises(ProbeError, match="cannot be resolved"):
            await resolver.resolve("camera.example")
        service.away = False
        clock.loop.block(ASK_AGAIN_S)
        assert await resolver.resolve("camera.example") == "192.0.2.7"

    story(tell)


def test_an_unknown_name_is_our_own_fault_and_is_not_asked_at_every_check() -> None:
    async def tell(resolver: Resolver, service: NameService, clock: VirtualClock) -> None:
        for _ in range(5):
            with pytest.raises(ProbeError) as caught:
                await resolver.resolve("nobody.example")
            assert caught.value.outcome is Outcome.LOCAL_FAULT
        assert service.asked == resolver.failures == 1

    story(tell)


def test_a_name_service_that_hangs_is_given_up() -> None:
    async def tell(resolver: Resolver, service: NameService, clock: VirtualClock) -> None:
        service.takes_s = 3600.0
        with pytest.raises(ProbeError, match="cannot be resolved"):
            await resolver.resolve("camera.example")

    story(tell)


@pytest.mark.parametrize(
    ("written", "numeric"),
    [("192.0.2.1", "192.0.2.1"), ("2001:DB8:0::1", "2001:db8::1"), ("fe80::1%eth0", "fe80::1%eth0")],
)
async def test_a_numeric_address_is_nobodys_business(written: str, numeric: str) -> None:
    service = NameService()
    assert await Resolver(WallClock(), service.look_up).resolve(written) == numeric
    assert service.asked == 0


async def test_the_systems_own_names_are_found() -> None:
    assert await Resolver(WallClock()).resolve("localhost") in ("127.0.0.1", "::1")


def test_a_name_that_failed_is_asked_anew_and_its_other_address_comes_first() -> None:
    async def tell(resolver: Resolver, service: NameService, clock: VirtualClock) -> None:
        service.names["camera.example"] = ("192.0.2.7", "2001:db8::7")
        assert await resolver.addresses("camera.example") == ("192.0.2.7", "2001:db8::7")
        clock.loop.block(1.0)
        resolver.doubt("camera.example")
        assert await resolver.addresses("camera.example") == ("2001:db8::7", "192.0.2.7")
        assert service.asked == 2
        service.names["camera.example"] = ("192.0.2.8",)
        resolver.doubt("camera.example")
        assert await resolver.resolve("camera.example") == "192.0.2.7"  # asked a moment ago: the other once more
        clock.loop.block(1.0)
        assert await resolver.addresses("camera.example") == ("192.0.2.8",)

    story(tell)


def test_families_take_turns_and_one_alone_can_be_wanted() -> None:
    async def tell(resolver: Resolver, service: NameService, clock: VirtualClock) -> None:
        service.names["a.example"] = ("2001:db8::1", "2001:db8::2", "192.0.2.1", "192.0.2.2")
        assert await resolver.addresses("a.example") == ("2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2")
        assert await resolver.addresses("a.example", 4) == ("192.0.2.1", "192.0.2.2")
        assert await resolver.addresses("a.example", 6) == ("2001:db8::1", "2001:db8::2")
        with pytest.raises(ProbeError, match=r"192\.0\.2\.1 has no IPv6 address") as caught:
            await resolver.addresses("192.0.2.1", 6)
        assert caught.value.cause is None  # the name service did its part

    story(tell)


def test_nobody_waits_long_for_a_silent_name_service_that_answered_before() -> None:
    async def tell(resolver: Resolver, service: NameService, clock: VirtualClock) -> None:
        await resolver.resolve("camera.example")
        service.takes_s = 1e6
        clock.loop.block(REMEMBER_S + 1)
        began_s = clock.monotonic()
        assert await resolver.resolve("camera.example") == "192.0.2.7"
        assert clock.monotonic() - began_s <= KNOWN_ANSWER_WITHIN_S

    story(tell)


@pytest.mark.parametrize(
    ("error", "cause", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), None, "does not exist"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), LocalCause.NAMES, "cannot be resolved"),
        (socket.gaierror(socket.EAI_FAIL, "Non-recoverable failure"), LocalCause.NAMES, "cannot be resolved"),
        (OSError("broken"), LocalCause.NAMES, "cannot be resolved"),
    ],
)
def test_a_slip_in_a_name_is_no_silence_of_the_name_service(
    error: OSError, cause: LocalCause | None, words: str
) -> None:
    async def look_up(_: str) -> tuple[str, ...]:
        raise error

    async def whole(clock: VirtualClock) -> None:
        with pytest.raises(ProbeError, match=words) as caught:
            await Resolver(clock, look_up).resolve("swich-1.example")
        assert (caught.value.outcome, caught.value.cause) == (Outcome.LOCAL_FAULT, cause)

    run_virtually(whole)
