"""A scheduler in virtual time, with checks that behave as a test tells them."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from opsmon.model.device import Check, Device, Kind
from opsmon.model.name import CheckName, DeviceName, SiteName
from opsmon.model.sample import Sample
from opsmon.probe.context import CheckResult, ProbeContext
from opsmon.probe.kind.spec import CheckSpec
from opsmon.probe.registry import ProbeKind, Run
from opsmon.probe.schedule.scheduler import WAKE_STEP_S, Scheduler
from opsmon.protocol.resolver import Resolver
from tests.support.probe.context import NoDriver
from tests.support.virtual_time import VirtualClock, run_virtually

Behave = Callable[[Device, Check], Awaitable[CheckResult]]
NoSettings = type(None)
STEP_S = WAKE_STEP_S + 1e-6


def device(name: str, *checks: Check, address: str = "192.0.2.1") -> Device:
    return Device(DeviceName(name), SiteName("site-1"), address, Kind.SWITCH, checks=checks or (check(),))


def check(name: str = "quick", period_s: float = 60.0, timeout_s: float = 5.0, kind: str = "") -> Check:
    return Check(CheckName(name), kind or name, period_s, timeout_s)


@dataclass
class Bench:
    """A scheduler over check kinds that behave as a test says, with everything that happened written down."""

    clock: VirtualClock
    quick: Behave
    heavy: Behave
    heavy_places: int = 200
    samples: list[Sample] = field(default_factory=list)
    began_s: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    at_once: Counter[str] = field(default_factory=Counter)
    most_at_once: Counter[str] = field(default_factory=Counter)
    scheduler: Scheduler = field(init=False)

    def __post_init__(self) -> None:
        context = ProbeContext(self.clock, NoDriver(), NoDriver(), Resolver(self.clock))
        self.scheduler = Scheduler(context, self.samples.extend, kinds=self.kinds(), heavy_places=self.heavy_places)

    def kinds(self) -> Mapping[str, ProbeKind[None]]:
        return {
            "quick": ProbeKind(CheckSpec, NoSettings, self.watched(self.quick), "", heavy=False),
            "heavy": ProbeKind(CheckSpec, NoSettings, self.watched(self.heavy), "", heavy=True),
        }

    def watched(self, behave: Behave) -> Run[None]:
        async def run(device: Device, check: Check, settings: None, context: ProbeContext) -> CheckResult:
            keys = (f"{device.name}/{check.name}", check.kind)
            self.began_s[keys[0]].append(self.clock.monotonic())
            for key in keys:
                self.at_once[key] += 1
                self.most_at_once[key] = max(self.most_at_once[key], self.at_once[key])
            try:
                return await behave(device, check)
            finally:
                self.at_once.subtract(keys)

        return run

    async def go_on(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def at_once(device: Device, check: Check) -> CheckResult:
    return CheckResult()


def taking(seconds: float) -> Behave:
    async def behave(device: Device, check: Check) -> CheckResult:
        await asyncio.sleep(seconds)
        return CheckResult()

    return behave


async def never(device: Device, check: Check) -> CheckResult:
    await asyncio.Event().wait()
    return CheckResult()


def schedule(
    story: Callable[[Bench], Awaitable[None]],
    *,
    quick: Behave = at_once,
    heavy: Behave = at_once,
    heavy_places: int = 200,
) -> Bench:
    """Runs a story beside a running scheduler and gives back what happened."""
    benches: list[Bench] = []

    async def whole(clock: VirtualClock) -> None:
        bench = Bench(clock, quick, heavy, heavy_places)
        benches.append(bench)
        running = asyncio.create_task(bench.scheduler.run())
        await story(bench)
        await bench.scheduler.drain(60.0)
        await running

    run_virtually(whole)
    return benches[0]
