"""What every fuzz target asserts of what a stranger sends: an answer or the error made for it, no freeze, no secret.

`make test` draws a few settled examples and looks at no clock; `make fuzz` draws many new ones and measures the CPU
time of the thread: nothing may hold the loop for longer than FREEZE_S, whatever came.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Generator, Iterable
from contextlib import suppress
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st

from opsmon.clock import WallClock
from opsmon.errors import ProbeError
from opsmon.model.device import Device
from opsmon.model.sample import Outcome
from opsmon.probe.context import CheckResult, ProbeContext
from opsmon.probe.kind.spec import CheckSpec
from opsmon.probe.registry import KINDS
from opsmon.protocol.resolver import Resolver
from tests.support.drawing import FUZZ_EXAMPLES
from tests.support.probe.context import NoDriver, device_with

FREEZE_S = 0.05
TRIES = (
    3  # a collection of garbage, or a module that is imported at its first use, is no freeze: it does not come again
)
PATIENCE_S = 20.0
IS_FUZZING = not settings.default.derandomize if settings.default else False
T = TypeVar("T")


def examples(settled: int, fuzzed: int = FUZZ_EXAMPLES) -> settings:
    """How many of a target: few in `make test`, and never the few alone in `make fuzz`."""
    return settings(max_examples=fuzzed if IS_FUZZING else settled, deadline=None)


def quickly(work: Callable[[], T]) -> T:
    """What the work gives; in `make fuzz` it must not freeze."""
    took_s = []
    for _ in range(TRIES if IS_FUZZING else 1):
        began_s = time.thread_time()
        result = work()
        took_s.append(time.thread_time() - began_s)
        if took_s[-1] < FREEZE_S:
            break
    assert not IS_FUZZING or min(took_s) < FREEZE_S, f"froze for {min(took_s):.3f} s"
    return result


class _Stepped:
    """An awaitable that notes the longest stretch of CPU between two turns of the loop."""

    def __init__(self, work: Coroutine[Any, Any, Any]) -> None:
        self._work, self.longest_s = work, 0.0

    def __await__(self) -> Generator[Any, Any, Any]:
        steps = self._work.__await__()
        sent: Any = None
        failure: BaseException | None = None
        while True:
            began_s = time.thread_time()
            try:
                waits_for = steps.throw(failure) if failure is not None else steps.send(sent)
            except StopIteration as end:
                return end.value
            finally:
                self.longest_s = max(self.longest_s, time.thread_time() - began_s)
            sent = failure = None
            try:
                sent = yield waits_for
            except BaseException as error:  # noqa: BLE001 - a cancellation too is for the work
                failure = error


def quickly_awaited(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """The same for a coroutine on a loop of its own: no stretch between two turns may freeze it."""

    async def work() -> tuple[T, float]:
        stepped = _Stepped(make())
        async with asyncio.timeout(PATIENCE_S):
            return await stepped, stepped.longest_s

    took_s = []
    for _ in range(TRIES if IS_FUZZING else 1):
        result, longest_s = asyncio.run(work())
        took_s.append(longest_s)
        if longest_s < FREEZE_S:
            break
    assert not IS_FUZZING or min(took_s) < FREEZE_S, f"froze for {min(took_s):.3f} s"
    return result


def stream_of(pieces: Iterable[bytes], limit: int) -> asyncio.StreamReader:
    """What has come of a connection that is closed."""
    reader = asyncio.StreamReader(limit=limit)
    for piece in pieces:
        reader.feed_data(piece)
    reader.feed_eof()
    return reader


def new_context() -> ProbeContext:
    clock = WallClock()
    return ProbeContext(clock=clock, pinger=NoDriver(), snmp=NoDriver(), resolver=Resolver(clock))


async def found_by(device: Device) -> CheckResult | ProbeError:
    """What the device's one check finds, or the error that it may raise. Everything else is a fault of ours."""
    check = device.checks[0]
    try:
        async with asyncio.timeout(check.timeout_s):
            return await KINDS[check.kind].find(device, check, new_context())
    except ProbeError as error:
        return error
    except TimeoutError:
        return ProbeError(Outcome.TIMEOUT, "")


def check_of(kind: str, spec: CheckSpec) -> Device:
    return device_with(kind, spec, timeout_s=0.5)


def texts_of(found: CheckResult | ProbeError) -> list[str]:
    """Everything of a finding that people, labels and logs get to see."""
    if isinstance(found, ProbeError):
        return [found.detail]
    labels = [text for reading in found.readings for key in reading.block.keys for _, text in key.labels]
    who = found.identity
    names = [who.vendor, who.model, who.serial, who.software] if who is not None else []
    return [found.detail, *found.facts.values(), *labels, *names]


LONGEST_SHOWN = 5_000


def assert_fit_to_show(found: CheckResult | ProbeError, *secrets: str) -> None:
    """Short, printable, and none of the secrets in it."""
    for text in texts_of(found):
        assert len(text) <= LONGEST_SHOWN
        assert text.isprintable(), text
        assert not any(secret in text for secret in secrets)


@st.composite
def mutated(draw: st.DrawFn, octets: bytes) -> bytes:
    """Octets a little damaged: some changed, a piece cut out, doubled or pumped, junk put in, the end cut off."""
    damaged = bytearray(octets)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(damaged)))
        how = draw(st.sampled_from(["set", "cut", "double", "junk", "pump", "end"]))
        size = draw(st.integers(1, 12))
        if how == "set":
            damaged[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
        elif how == "cut":
            del damaged[at : at + size]
        elif how == "double":
            damaged[at:at] = damaged[max(0, at - size) : at]
        elif how == "junk":
            damaged[at:at] = draw(st.binary(max_size=12) | st.sampled_from(JUNK))
        elif how == "pump":
            damaged[at:at] = bytes(damaged[max(0, at - size) : at]) * draw(st.sampled_from([10, 1_000, 20_000]))
            del damaged[300_000:]
        else:
            del damaged[at:]
    return bytes(damaged)


JUNK = [b"\r\n", b"\n", b"\0", b" " * 5_000, b"\xff" * 100, b"\x1b[31m", "\u202e".encode(), b"9" * 5_000, b":", b'"']


def every(errors: type[Exception] | tuple[type[Exception], ...]) -> suppress:
    """The documented errors of a parser, which are an answer too."""
    return suppress(*(errors if isinstance(errors, tuple) else (errors,)))
