"""Tells people what the daemon cannot see: that it is blind, and which checks cannot be made.

Blindness is told once when it begins and once when it ends, in the log, as a metric and to every receiver. A check that
cannot be made (a name that nobody knows, a key file that is missing) is told in the log and counted; Prometheus has
an alert that names it.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from opsmon.clock import Clock
from opsmon.model.device import Inventory
from opsmon.model.sample import Sample
from opsmon.notify.kind.own_alert import OwnAlert
from opsmon.probe.schedule.run_check import excuse
from opsmon.probe.sight import Sight
from opsmon.text.bilingual import Text
from opsmon.text.count import counted
from opsmon.text.vocabulary import LOCAL_CAUSES, named

LOOK_EVERY_S = 1.0
NAMED_AT_ONCE = 10
log = logging.getLogger(__name__)
_OWN_FAULT = Text("its own fault", "本机故障")
_BLIND = {
    "en": "[opsmon cannot measure] {count} devices cannot be measured: {cause}. No device is blamed for it",
    "zh": "[opsmon 无法检测] {count} 台设备无法检测：{cause}。不归咎于任何设备",
}
_SEES = {
    "en": "[opsmon measures again] devices are being measured again ({cause})",
    "zh": "[opsmon 恢复检测] 设备检测已恢复（{cause}）",
}

Tell = Callable[[OwnAlert], Awaitable[None]]


class SelfWatch:
    """`judge` sees every sample before it is decided; `run` tells until it is cancelled."""

    def __init__(self, clock: Clock, tell: Tell, language: str) -> None:
        self._clock, self._tell, self._language = clock, tell, language
        self._blind: OwnAlert | None = None
        self.sight = Sight()

    def load(self, inventory: Inventory) -> None:
        """These devices are watched from now on."""
        self.sight.keep_only(inventory.devices)

    def judge(self, sample: Sample) -> Sample:
        """The sample itself, or excused where this machine is blind."""
        self.sight.note(sample, self._clock.monotonic())
        if self.sight.excuses(sample):
            return excuse(sample, "this machine can reach nobody")
        return sample

    def is_blind(self) -> int:
        """For the metric: 1 or 0."""
        return int(self.sight.is_blind)

    def unmeasured(self) -> Mapping[str, int]:
        """For the metric: how many checks cannot be made, by the check's name."""
        return Counter(str(one.check) for one in self.sight.told())

    async def run(self) -> None:
        """Looks once a second."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Tells what has changed since the last look."""
        if self.sight.is_blind and self._blind is None:
            await self._tell_blind()
        elif not self.sight.is_blind and self._blind is not None:
            await self._tell_sight()
        due = self.sight.due(self._clock.monotonic())
        for one in due[:NAMED_AT_ONCE]:
            log.warning(
                "the check %s of %s cannot run; it is not being monitored: %s", one.check, one.device, one.detail
            )
        if len(due) > NAMED_AT_ONCE:
            more = counted(len(due) - NAMED_AT_ONCE, "more checks")
            log.warning("and %s cannot run: see opsmon_checks_unmeasured", more)

    def _cause(self, language: str) -> str:
        cause = self.sight.cause
        return _OWN_FAULT.in_(language) if cause is None else named(LOCAL_CAUSES, cause, language)

    async def _tell_blind(self) -> None:
        cause = self._cause(self._language)
        summary = _BLIND[self._language].format(count=self.sight.faulty, cause=cause)
        self._blind = OwnAlert("OpsmonBlind", self._clock.now(), summary)
        log.error("%s", _BLIND["en"].format(count=self.sight.faulty, cause=self._cause("en")))
        await self._tell(self._blind)

    async def _tell_sight(self) -> None:
        assert self._blind is not None  # noqa: S101 - the caller looked
        lasted_s = (self._clock.now() - self._blind.starts_at).total_seconds()
        log.warning("monitoring works again after %.0f s", lasted_s)
        summary = _SEES[self._language].format(cause=f"{lasted_s:.0f} s")
        ended, self._blind = replace(self._blind, summary=summary, ends_at=self._clock.now()), None
        await self._tell(ended)
