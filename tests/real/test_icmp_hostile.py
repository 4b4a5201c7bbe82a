"""The fleet pinger against a far end that forges, repeats, delays, cuts and floods. Only the right answer counts."""

import asyncio
import secrets
import struct
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsmon.clock import WallClock
from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.icmp import IcmpSpec
from opsmon.probe.schedule.run_check import run_check
from opsmon.protocol.icmp.pinger import FleetPinger
from opsmon.protocol.neighbour_pace import BURST
from opsmon.protocol.resolver import Resolver
from tests.support.probe.context import NoDriver, device_with
from tests.support.real.echo_responder import Answer, Behave, EchoResponder, Request, icmp, reply, unreachable
from tests.support.real.namespace import Namespace, namespace

pytestmark = pytest.mark.real

FAR = "127.0.0.5"
SILENT_S = 0.5  # how long a test waits for an answer that must not count


@pytest.fixture(scope="module")
def place() -> Iterator[Namespace]:
    with namespace() as place:
        yield place


@pytest.fixture
async def responder(place: Namespace) -> AsyncIterator[EchoResponder]:
    responder = EchoResponder(place)
    yield responder
    responder.close()


@pytest.fixture
async def pinger(place: Namespace) -> AsyncIterator[FleetPinger]:
    pinger = FleetPinger(WallClock())
    with place.entered():
        assert pinger.open()
    yield pinger
    pinger.close()


async def outcome_of(pinger: FleetPinger, timeout_s: float = 10.0) -> tuple[Outcome, str]:
    try:
        await pinger.ping(FAR, timeout_s)
    except ProbeError as error:
        return error.outcome, error.detail
    return Outcome.OK, ""


def with_payload(request: Request, payload: bytes) -> bytes:
    return icmp(0, 0, request.message[4:8] + payload)


def other_nonce(request: Request) -> Iterator[Answer]:
    yield Answer(with_payload(request, bytes(8) + request.message[16:]))


def other_source(request: Request) -> Iterator[Answer]:
    yield Answer(reply(request), source="127.0.0.6")


def cut_short(request: Request) -> Iterator[Answer]:
    yield Answer(with_payload(request, request.message[8:40]))


def made_longer(request: Request) -> Iterator[Answer]:
    yield Answer(with_payload(request, request.message[8:] + b"more"))


def other_ident(request: Request) -> Iterator[Answer]:
    yield Answer(icmp(0, 0, bytes((request.message[4] ^ 1, *request.message[5:]))))


def other_sequence(request: Request) -> Iterator[Answer]:
    yield Answer(icmp(0, 0, request.message[4:6] + bytes((request.message[6] ^ 64,)) + request.message[7:]))


def wrong_checksum(request: Request) -> Iterator[Answer]:
    right = reply(request)
    yield Answer(right[:2] + bytes((right[2] ^ 1,)) + right[3:])


def refusal_for_another(request: Request) -> Iterator[Answer]:
    yield Answer(unreachable(request, request.packet[:16] + bytes((127, 0, 0, 77)) + request.packet[20:28]))


def refusal_with_another_nonce(request: Request) -> Iterator[Answer]:
    yield Answer(unreachable(request, request.packet[:28] + secrets.token_bytes(8)))


def refusal_that_quotes_nothing(request: Request) -> Iterator[Answer]:
    yield Answer(unreachable(request, b""))


def refusal_of_a_tcp_segment(request: Request) -> Iterator[Answer]:
    yield Answer(unreachable(request, request.packet[:9] + b"\x06" + request.packet[10:28]))


@pytest.mark.parametrize(
    ("behave", "counter"),
    [
        (other_nonce, "forged"),
        (other_source, "forged"),
        (cut_short, "forged"),
        (made_longer, "forged"),
        (other_ident, "foreign"),
        (other_sequence, "unexpected"),
        (wrong_checksum, "malformed"),
        (refusal_for_another, "forged"),
        (refusal_with_another_nonce, "forged"),
        (refusal_that_quotes_nothing, "malformed"),
    ],
)
async def test_what_is_not_the_answer_is_counted_and_changes_nothing(
    pinger: FleetPinger, responder: EchoResponder, behave: Behave, counter: str
) -> None:
    responder.behave = behave
    assert (await outcome_of(pinger, SILENT_S))[0] is Outcome.TIMEOUT
    assert pinger.counts()[counter] == 1
    responder.behave = lambda request: (*behave(request), Answer(reply(request)))
    assert (await outcome_of(pinger))[0] is Outcome.OK
    assert pinger.counts()[counter] == 2
    assert pinger.counts()["answered"] == 1


async def test_an_error_about_something_else_is_passed_over(pinger: FleetPinger, responder: EchoResponder) -> None:
    responder.behave = refusal_of_a_tcp_segment
    assert (await outcome_of(pinger, SILENT_S))[0] is Outcome.TIMEOUT
    assert pinger.counts()["refused"] == 0


@pytest.mark.parametrize(
    ("kind", "code", "words"),
    [(3, 1, "host unreachable"), (3, 200, "destination unreachable"), (11, 0, "hop limit exceeded on the way")],
)
async def test_a_routers_word_is_a_refusal(
    pinger: FleetPinger, responder: EchoResponder, kind: int, code: int, words: str
) -> None:
    responder.behave = lambda request: [Answer(unreachable(request, kind=kind, code=code), source="127.9.9.9")]
    assert await outcome_of(pinger) == (Outcome.REFUSED, f"127.9.9.9 says: {words}")


async def test_an_answer_after_the_timeout_is_late_and_no_success(
    pinger: FleetPinger, responder: EchoResponder
) -> None:
    responder.behave = lambda request: [Answer(reply(request), delay_s=0.15)]
    assert (await outcome_of(pinger, 0.05))[0] is Outcome.TIMEOUT
    assert (await outcome_of(pinger))[0] is Outcome.OK  # leaves after the late one, so it comes home after it
    assert pinger.counts()["late"] == 1
    assert pinger.counts()["answered"] == 1


async def test_an_answer_that_came_too_late_is_late_however_late_we_read_it(
    pinger: FleetPinger, responder: EchoResponder
) -> None:
    def dawdle(request: Request) -> list[Answer]:
        time.sleep(0.08)  # hogs the loop of both ends: the answer comes late, and is there when we look
        responder.inject(request, Answer(reply(request)))
        return []

    responder.behave = dawdle
    assert (await outcome_of(pinger, 0.05))[0] is Outcome.TIMEOUT
    assert pinger.counts()["late"] == 1


async def test_a_wall_clock_that_was_set_does_not_spoil_the_round_trip(
    place: Namespace, responder: EchoResponder
) -> None:
    for stepped_ns in (-3_600_000_000_000, 3_600_000_000_000):
        pinger = FleetPinger(WallClock(), partial(wall_clock_off_by, stepped_ns))
        with place.entered():
            assert pinger.open()
        began = time.monotonic()
        echo = await pinger.ping(FAR, 10.0)
        assert 0 < echo.rtt_s < time.monotonic() - began
        assert pinger.counts()["clock_steps"] == 1
        pinger.close()


def wall_clock_off_by(stepped_ns: int) -> int:
    return time.time_ns() + stepped_ns


async def test_a_repeated_answer_counts_once(pinger: FleetPinger, responder: EchoResponder) -> None:
    responder.behave = lambda request: [Answer(reply(request))] * 3
    assert (await outcome_of(pinger))[0] is Outcome.OK
    assert (await outcome_of(pinger))[0] is Outcome.OK
    assert pinger.counts()["answered"] == 2
    assert pinger.counts()["duplicate"] >= 2


async def test_a_flood_of_forged_answers_shows_in_the_log_and_does_not_fill_it(
    pinger: FleetPinger, responder: EchoResponder, caplog: pytest.LogCaptureFixture
) -> None:
    responder.behave = lambda request: [*other_nonce(request)] * 50
    assert (await outcome_of(pinger, SILENT_S))[0] is Outcome.TIMEOUT
    lines = [record.getMessage() for record in caplog.records if "forged" in record.getMessage()]
    assert lines == [f"forged ping answers: from {FAR}, about {FAR}"]
    assert pinger.counts()["forged"] == 50


async def test_a_lossy_path_shows_its_loss_and_its_delay_and_is_alive(
    pinger: FleetPinger, responder: EchoResponder
) -> None:
    numbers = count()
    responder.behave = lambda request: [] if next(numbers) % 10 < 3 else [Answer(reply(request), delay_s=0.02)]
    clock = WallClock()
    context = ProbeContext(clock, pinger, NoDriver(), Resolver(clock))
    device = device_with("icmp", IcmpSpec(count=10, interval=0.01), address=FAR, timeout_s=0.3)
    sample = await run_check(device, device.checks[0], context)
    values = {
        key.metric: value for key, value in zip(sample.readings[1].block.keys, sample.readings[1].values, strict=True)
    }
    assert sample.outcome is Outcome.OK
    assert values["ping_loss_ratio"] == pytest.approx(0.3)
    assert 0.02 <= values["probe_icmp_duration_seconds"] < 0.3


async def test_a_replayed_answer_of_an_earlier_ping_is_not_taken(pinger: FleetPinger, responder: EchoResponder) -> None:
    seen: list[Request] = []
    responder.behave = lambda request: seen.append(request) or [Answer(reply(request))]  # type: ignore[func-returns-value]
    assert (await outcome_of(pinger))[0] is Outcome.OK
    first = seen[0].message[8:]
    responder.behave = lambda request: [Answer(with_payload(request, first))]
    assert (await outcome_of(pinger, SILENT_S))[0] is Outcome.TIMEOUT
    assert pinger.counts()["forged"] == 1


async def test_the_round_trip_is_that_of_the_wire(pinger: FleetPinger, responder: EchoResponder) -> None:
    responder.behave = lambda request: [Answer(reply(request), delay_s=0.1)]
    began = time.monotonic()
    echo = await pinger.ping(FAR, 10.0)
    assert 0.1 <= echo.rtt_s < time.monotonic() - began
    assert echo.hop_limit == 60


async def test_a_flood_that_overflows_our_buffer_makes_a_timeout_our_own_fault(
    pinger: FleetPinger, responder: EchoResponder
) -> None:
    junk = icmp(0, 0, struct.pack("!HH", 0, 0) + bytes(8000))

    def flood(request: Request) -> list[Answer]:
        for _ in range(3000):
            responder.inject(request, Answer(junk))
        return []

    responder.behave = flood
    outcome, detail = await outcome_of(pinger, SILENT_S)
    assert outcome is Outcome.LOCAL_FAULT
    assert "receive buffer overflowed" in detail
    assert pinger.counts()["kernel_drops"] > 0


async def test_requests_leave_in_batches_and_all_of_them_leave(pinger: FleetPinger, responder: EchoResponder) -> None:
    arrived: list[float] = []
    loop = asyncio.get_running_loop()

    def answer(request: Request) -> list[Answer]:
        arrived.append(loop.time())
        return [Answer(reply(request))]

    responder.behave = answer
    began = loop.time()
    await asyncio.gather(*(pinger.ping(f"127.1.{n // 200}.{n % 200 + 1}", 30.0) for n in range(450)))
    assert len(arrived) == 450
    assert arrived[-1] - began >= 0.03  # at least three pauses between the batches of a hundred


async def test_a_burst_to_one_neighbourhood_is_smoothed_and_costs_no_other(
    pinger: FleetPinger, responder: EchoResponder
) -> None:
    responder.behave = lambda request: [Answer(reply(request))]
    near = [asyncio.ensure_future(pinger.ping("127.2.0.1", 30.0)) for _ in range(BURST + 180)]
    far = [asyncio.ensure_future(pinger.ping(f"127.2.{n}.1", 30.0)) for n in range(1, 21)]
    waited = [echo.setup_s for echo in await asyncio.gather(*near)]
    assert max(waited) >= 0.5  # of 1.8 s, so that a machine may take its time to ask
    assert len(await asyncio.gather(*far)) == 20


async def test_pings_that_are_held_back_end_with_the_pinger(pinger: FleetPinger, responder: EchoResponder) -> None:
    pings = [asyncio.ensure_future(pinger.ping("127.3.0.1", 30.0)) for _ in range(BURST + 30)]
    await asyncio.sleep(0)
    assert pinger.held_back >= 1  # of 30, so that a machine may take its time to ask
    pinger.close()
    assert all(isinstance(end, asyncio.CancelledError) for end in await asyncio.gather(*pings, return_exceptions=True))


@dataclass(frozen=True)
class Mangling:
    """What comes before the true reply: part of a right message with a tail under a drawn head, and plain bytes."""

    right: Callable[[Request], bytes]
    kept: float
    tail: bytes
    kind: int
    code: int
    noise: bytes

    def __call__(self, request: Request) -> list[Answer]:
        right = self.right(request)
        body = right[: round(len(right) * self.kept)][4:] + self.tail
        return [Answer(icmp(self.kind, self.code, body)), Answer(self.noise), Answer(reply(request))]


# Drawn before the ping leaves: how often a request is sent again depends on the machine, what is drawn must not.
manglings = st.builds(
    Mangling,
    right=st.sampled_from([reply, unreachable, lambda request: request.message]),
    kept=st.floats(0, 1),
    tail=st.binary(max_size=40),
    kind=st.sampled_from([0, 3, 5, 11, 12, 13]),
    code=st.integers(0, 255),
    noise=st.binary(max_size=60),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mangling=manglings)
async def test_no_datagram_breaks_the_pinger(pinger: FleetPinger, responder: EchoResponder, mangling: Mangling) -> None:
    responder.behave = mangling
    answered = pinger.counts()["answered"]
    outcome, _ = await outcome_of(pinger)
    assert outcome in (Outcome.OK, Outcome.REFUSED)  # a quoted request that is the right one is a refusal
    responder.behave = lambda request: [Answer(reply(request))]
    assert (await outcome_of(pinger))[0] is Outcome.OK
    assert pinger.counts()["answered"] >= answered + 1


async def test_an_error_that_the_true_reply_follows_is_a_reply(pinger: FleetPinger, responder: EchoResponder) -> None:
    responder.behave = lambda request: [
        Answer(unreachable(request, kind=3, code=1), source="127.9.9.9"),
        Answer(reply(request), delay_s=0.1),
    ]
    assert (await outcome_of(pinger))[0] is Outcome.OK
    assert pinger.counts()["refused"] == 0
