"""A loop that knows how much CPU its longest turn took: for protocols, whose callbacks nobody awaits."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from tests.support.fuzz.rig import FREEZE_S, IS_FUZZING, PATIENCE_S, TRIES

T = TypeVar("T")


class MeasuredLoop(asyncio.SelectorEventLoop):
    """Waiting costs no CPU, so that a turn is what its callbacks took; those of the far end count with ours."""

    longest_s = 0.0

    def _run_once(self) -> None:
        began_s = time.thread_time()
        super()._run_once()  # type: ignore[misc]  # typeshed leaves it out
        self.longest_s = max(self.longest_s, time.thread_time() - began_s)


def complained_of(make: Callable[[], Coroutine[Any, Any, T]]) -> tuple[T, list[dict[str, Any]]]:
    """The result, and what was raised in callbacks; in `make fuzz` no turn may freeze the loop."""
    took_s = []
    for _ in range(TRIES if IS_FUZZING else 1):
        complaints: list[dict[str, Any]] = []

        async def work(complaints: list[dict[str, Any]] = complaints) -> T:
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda _, context: complaints.append(context))
            async with asyncio.timeout(PATIENCE_S):
                return await make()

        with asyncio.Runner(loop_factory=MeasuredLoop) as runner:
            result = runner.run(work())
            loop = runner.get_loop()
        assert isinstance(loop, MeasuredLoop)
        took_s.append(loop.longest_s)
        if took_s[-1] < FREEZE_S:
            break
    assert not IS_FUZZING or min(took_s) < FREEZE_S, f"froze for {min(took_s):.3f} s"
    return result, complaints
