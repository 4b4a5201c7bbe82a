"""What waits to be decided: samples, commands and reloads, bounded, so that a stalled store costs no memory.

While the loop keeps up every sample is decided, in order. When it does not, the samples of each check coalesce into the
newest and, where that one is good, the newest that is not: a failure is never lost, and no more than two of a check
wait. Commands beyond the bound are told at once to come again.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from opsmon.engine.input import Command, Reloaded
from opsmon.engine.port import Answer, Unavailable
from opsmon.model.name import CheckName, DeviceName
from opsmon.model.sample import Outcome, Sample
from opsmon.store.parcel import ParcelReceipt
from opsmon.text.bilingual import Sentence

MAX_SAMPLES = 20_000
MAX_COMMANDS = 500
TOO_MANY = Sentence("too many commands wait to be journaled", "等待写入日志的操作过多")


@dataclass(eq=False, slots=True)
class QueuedCommand:
    """A command or a reload that somebody waits for; `also` are decided right after it, and `receipt` is marked in the
    commit of what they lead to."""

    given: Command | Reloaded
    also: tuple[Command, ...] = ()
    receipt: ParcelReceipt | None = None
    answer: "asyncio.Future[Answer]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def is_wanted(self) -> bool:
        """Whether somebody still waits."""
        return not self.answer.done()

    def refuse_for_now(self, reason: Sentence) -> None:
        """Tells who waits to come again: it was not taken."""
        if self.is_wanted:
            self.answer.set_result(Unavailable(reason, taken=False))


class InputQueue:
    """One consumer waits on `wait`; producers never do. `coalesced` counts the samples that a newer one replaced."""

    def __init__(self, most_samples: int = MAX_SAMPLES, most_commands: int = MAX_COMMANDS) -> None:
        self._samples: deque[Sample] = deque()
        self._requests: deque[QueuedCommand] = deque()
        self._most_samples, self._most_commands = most_samples, most_commands
        self._coalesce_at = most_samples
        self._filled = asyncio.Event()
        self.coalesced = 0

    def __len__(self) -> int:
        return len(self._samples) + len(self._requests)

    def put_samples(self, samples: Sequence[Sample]) -> None:
        self._samples.extend(samples)
        if len(self._samples) > self._coalesce_at:
            self._coalesce()
        self._filled.set()

    def put_request(self, request: QueuedCommand) -> None:
        """Queues it, or answers at once that there are too many; a reload always finds a place."""
        if len(self._requests) >= self._most_commands and not isinstance(request.given, Reloaded):
            request.refuse_for_now(TOO_MANY)
            return
        self._requests.append(request)
        self._filled.set()

    def take(self, most: int) -> tuple[list[QueuedCommand], list[Sample]]:
        """Every request that is still wanted, and up to `most` samples, oldest first."""
        requests = [request for request in self._requests if request.is_wanted]
        self._requests.clear()
        samples = [self._samples.popleft() for _ in range(min(most, len(self._samples)))]
        self._coalesce_at = max(self._most_samples, len(self._samples))
        if not self._samples:
            self._filled.clear()
        return requests, samples

    async def wait(self, longest_s: float) -> None:
        """Returns when there is something, or after `longest_s`."""
        try:
            async with asyncio.timeout(longest_s):
                await self._filled.wait()
        except TimeoutError:
            return

    def wake(self) -> None:
        """Makes `wait` return though there may be nothing."""
        self._filled.set()

    def _coalesce(self) -> None:
        kept: dict[tuple[DeviceName, CheckName, bool], Sample] = {}
        for sample in self._samples:
            good = sample.outcome is Outcome.OK
            if not good:
                kept.pop((sample.device, sample.check, True), None)  # it is older than this failure
            kept.pop((sample.device, sample.check, good), None)
            kept[sample.device, sample.check, good] = sample
        self.coalesced += len(self._samples) - len(kept)
        self._samples = deque(kept.values())
        self._coalesce_at = max(self._most_samples, len(self._samples) * 2)
