"""A change from its announcement to its end: `begin` captures before, `end` after, and binds both to the order.

An order does not begin while one of its devices cannot be captured: there would be nothing to go back to. It does not
end for a device that cannot be captured afterwards; the same command again tries the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from opsmon.backup.archiver import RunContext
from opsmon.backup.change.order import Copy, Order, OrderBook, check_name, with_copies
from opsmon.backup.lock import run_lock
from opsmon.backup.outcome import Occasion, Result
from opsmon.backup.repository.repository import Repository
from opsmon.backup.run import BackupConfig, RetryRounds, Run, Tell
from opsmon.backup.status import BackupStatuses
from opsmon.clock import Clock
from opsmon.errors import BackupError
from opsmon.model.device import Device
from opsmon.model.name import DeviceName
from opsmon.text.bilingual import Sentence


@dataclass(frozen=True, slots=True)
class OrderResult:
    """What a command did to an order: the order now (None where it was not begun), the captures, the difference."""

    order: Order | None
    results: tuple[Result, ...]
    diff: str = ""


class Changes:
    """The orders of one root."""

    def __init__(self, room: BackupConfig, clock: Clock) -> None:
        self._room, self._clock = room, clock

    def begin(self, name: str, devices: Sequence[Device], by: str, why: str, tell: Tell) -> OrderResult:
        """Captures each device and opens the order. Raises BackupError where it is open already or was ended."""
        check_name(name)
        with run_lock(self._room.root):
            known = self._load(name)
            if known is not None:
                raise BackupError(
                    Sentence(
                        f"change {name} was {'begun' if known.is_open else 'ended'} already",
                        f"变更单 {name} 已{'登记' if known.is_open else '结束'}",
                    )
                )
            results = self._capture(Occasion.BEFORE, name, by, devices, tell)
            if not all(result.ok for result in results):
                return OrderResult(None, tuple(results))
            order = Order(name, by, why, self._clock.now(), tuple(device.name for device in devices))
            return OrderResult(self._write(with_copies(order, "before", self._copies(results))), tuple(results))

    def end(self, name: str, devices: Sequence[Device], tell: Tell) -> OrderResult:
        """Captures what is left of the order's devices, and closes it when all are there. Raises BackupError."""
        with run_lock(self._room.root):
            order = self._load(name)
            if order is None:
                raise BackupError(Sentence(f"no change {name} was begun", f"没有登记过变更单 {name}"))
            if not order.is_open:
                raise BackupError(Sentence(f"change {name} was ended already", f"变更单 {name} 已结束"))
            results = self._capture(Occasion.AFTER, name, order.by, devices, tell)
            good = [result for result in results if result.ok]
            order = with_copies(order, "after", self._copies(good))
            if set(order.after) >= set(order.devices):
                order = replace(order, ended_at=self._clock.now())
            return self._ended(order, results)

    def left(self, name: str) -> tuple[DeviceName, ...]:
        """The devices of an open order that have no copy from after the change."""
        order = self._load(name)
        return tuple(device for device in order.devices if device not in order.after) if order else ()

    def _load(self, name: str) -> Order | None:
        repository = Repository(self._room.repository)
        try:
            return OrderBook(repository).load(name)
        finally:
            repository.close()

    def _capture(self, occasion: Occasion, name: str, by: str, devices: Sequence[Device], tell: Tell) -> list[Result]:
        circumstance = RunContext(occasion, f"{occasion} a change", name, by)
        return Run(self._room, circumstance, self._clock).run_locked(devices, tell, RetryRounds())

    def _copies(self, results: Sequence[Result]) -> dict[DeviceName, Copy]:
        standings = BackupStatuses(self._room.root)
        return {
            result.device: Copy(standings.load(result.device, result.site).path, result.commit, result.at)
            for result in results
        }

    def _write(self, order: Order, diff: str | None = None) -> Order:
        repository = Repository(self._room.repository, self._room.head_of_journal)
        try:
            OrderBook(repository).write(order, self._clock.now(), diff=diff)
            repository.finish()
        finally:
            repository.close()
        return order

    def _ended(self, order: Order, results: list[Result]) -> OrderResult:
        repository = Repository(self._room.repository)
        try:
            diff = OrderBook(repository).diff_of(order)
        finally:
            repository.close()
        return OrderResult(self._write(order, diff), tuple(results), diff)
