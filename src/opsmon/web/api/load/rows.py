"""The rows of the load document: by kind of check, by site, the slowest checks of devices, the late ones.

Of devices nothing is counted for it: their last samples tell. May be made beside the loop; what changes meanwhile is
copied first.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nlargest
from operator import attrgetter

from opsmon.model.device import Check, Device, Inventory
from opsmon.model.name import CheckName, DeviceName
from opsmon.model.sample import Sample
from opsmon.probe.schedule.run_counts import RunCounts
from opsmon.web.api.load.port import LoadWindow
from opsmon.web.api.load.schemas import LateCheckDocument, LoadRowDocument, SlowCheckDocument

LATE_FROM_S = 1.0  # beyond the period, and of a run under way beyond its time-out as well
StageOf = Callable[[DeviceName, CheckName], str]
Latest = Mapping[DeviceName, Mapping[CheckName, Sample]]


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last sample of a check that the inventory has."""

    device: Device
    check: Check
    sample: Sample
    late_s: float

    @property
    def duration_s(self) -> float:
        return self.sample.duration_s

    @property
    def busy(self) -> float:
        return self.sample.duration_s / self.check.period_s

    @property
    def series(self) -> int:
        return sum(len(reading.values) for reading in self.sample.readings)


@dataclass(slots=True)
class FleetLoad:
    """One walk over the fleet: how many checks there are of each kind and at each site, and the last run of each."""

    by_kind: Counter[str] = field(default_factory=Counter)
    by_site: Counter[str] = field(default_factory=Counter)
    runs: list[LastRun] = field(default_factory=list)
    series: int = 0

    @property
    def checks(self) -> int:
        return self.by_kind.total()


def walk(inventory: Inventory, latest: Latest, now: datetime) -> FleetLoad:
    """A check that has not run yet is counted, and has no run."""
    found = FleetLoad()
    for device in inventory.devices.values():
        samples = dict(latest.get(device.name, {}))
        for check in device.checks:
            found.by_kind[check.kind] += 1
            found.by_site[device.site] += 1
            sample = samples.get(check.name)
            if sample is not None:
                late_s = (now - sample.started_at).total_seconds() - check.period_s
                run = LastRun(device, check, sample, late_s)
                found.runs.append(run)
                found.series += run.series
    return found


def kind_rows(window: LoadWindow, fleet: FleetLoad) -> list[LoadRowDocument]:
    """By kind of check, the busiest first."""
    names = {*fleet.by_kind, *(kind for kind, counts in window.kinds.items() if counts.runs)}
    cpu = {name: share * window.cpu_ratio for name, share in window.cpu_parts.items()}
    rows = [
        _row(name, "", fleet.by_kind[name], window.kinds.get(name, RunCounts()), window.lasted_s, cpu.get(name))
        for name in sorted(names)
    ]
    return sorted(rows, key=attrgetter("checks_per_s"), reverse=True)


def site_rows(window: LoadWindow, fleet: FleetLoad, inventory: Inventory) -> list[LoadRowDocument]:
    """By site, the busiest first."""
    rows = [
        _row(name, site.title, fleet.by_site[name], window.sites.get(name, RunCounts()), window.lasted_s, None)
        for name, site in inventory.sites.items()
    ]
    return sorted(rows, key=attrgetter("checks_per_s"), reverse=True)


def _row(
    name: str, title: str, checks: int, counts: RunCounts, lasted_s: float, cpu_ratio: float | None
) -> LoadRowDocument:
    seconds = lasted_s or 1.0
    return LoadRowDocument(
        name=name,
        title=title,
        checks=checks,
        checks_per_s=counts.runs / seconds,
        runs=counts.runs,
        outcomes=counts.outcomes,
        skipped=counts.skipped,
        mean_s=counts.mean_duration_s,
        p99_s=counts.duration_s(0.99),
        busy=counts.duration_sum_s / seconds,
        late_p50_s=counts.lateness_s(0.5),
        late_p99_s=counts.lateness_s(0.99),
        cpu_ratio=cpu_ratio,
    )


def slow_rows(runs: Iterable[LastRun], limit: int) -> list[SlowCheckDocument]:
    """The longest, the busiest and those that brought most numbers, each of them once, the longest first."""
    kept = list(runs)
    chosen = {
        (run.device.name, run.check.name): run
        for key in ("duration_s", "busy", "series")
        for run in nlargest(limit, kept, key=attrgetter(key))
    }
    return [_slow_row(run) for run in sorted(chosen.values(), key=attrgetter("duration_s"), reverse=True)]


def _slow_row(run: LastRun) -> SlowCheckDocument:
    return SlowCheckDocument(
        device=run.device.name,
        title=run.device.title,
        site=run.device.site,
        check=run.check.name,
        outcome=run.sample.outcome,
        duration_s=run.duration_s,
        timeout_s=run.check.timeout_s,
        period_s=run.check.period_s,
        busy=run.busy,
        series=run.series,
        at=run.sample.at,
    )


def late_rows(runs: Iterable[LastRun], stage_of: StageOf, limit: int) -> tuple[list[LateCheckDocument], int]:
    """Those that wait longest, and how many there are in all."""
    overdue = [(run, stage_of(run.device.name, run.check.name)) for run in runs if run.late_s > LATE_FROM_S]
    late = [(run, stage) for run, stage in overdue if stage != "running" or run.late_s > _may_take_s(run)]
    return [_late_row(run, stage) for run, stage in nlargest(limit, late, key=lambda one: one[0].late_s)], len(late)


def _may_take_s(run: LastRun) -> float:
    return LATE_FROM_S + run.check.timeout_s


def _late_row(run: LastRun, stage: str) -> LateCheckDocument:
    return LateCheckDocument(
        device=run.device.name,
        title=run.device.title,
        site=run.device.site,
        check=run.check.name,
        late_s=run.late_s,
        stage=stage,
        last_outcome=run.sample.outcome,
        last_at=run.sample.at,
    )
