"""The rows of the load document: by kind of check, by site, the slowest checks of devices, the late ones.

Of devices nothing is counted for it: their last samples tell. May be made beside the loop; what changes meanwhile is
copied first.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nlargest
from operator import attrgetter
from typing import NamedTuple

from opsmon.model.device import Check, Device, Inventory
from opsmon.model.name import CheckName, DeviceName
from opsmon.model.sample import Sample
from opsmon.probe.schedule.run_counts import RunCounts
from opsmon.web.api.load.port import LoadWindow
from opsmon.web.api.load.schemas import LateCheckDocument, LoadRowDocument, SlowCheckDocument

LATE_FROM_S = 1.0  # beyond the period, and of a run under way beyond its time-out as well
StageOf = Callable[[DeviceName, CheckName], str]
Latest = Mapping[DeviceName, Mapping[CheckName, Sample]]


class LastRun(NamedTuple):
    """The last sample of a check that the inventory has; `series` is how many numbers it brought."""

    device: Device
    check: Check
    sample: Sample
    series: int
    late_s: float


@dataclass(slots=True)
class FleetLoad:
    """One walk over the fleet: how many checks there are of each kind and at each site, and the last run of each."""

    by_kind: Counter[str] = field(default_factory=Counter)
    by_site: Counter[str] = field(default_factory=Counter)
    runs: list[LastRun] = field(default_factory=list)

    @property
    def checks(self) -> int:
        return self.by_kind.total()

    @property
    def series(self) -> int:
        return sum(run.series for run in self.runs)


def walk(inventory: Inventory, latest: Latest, now: datetime) -> FleetLoad:
    """A check that has not run yet is counted, and has no run."""
    kinds, sites, runs = Counter[str](), Counter[str](), list[LastRun]()
    nothing: Mapping[CheckName, Sample] = {}
    for device in inventory.devices.values():
        samples = latest.get(device.name, nothing)
        sites[device.site] += len(device.checks)
        for check in device.checks:
            kinds[check.kind] += 1
            sample = samples.get(check.name)
            if sample is not None:
                series = 0
                for reading in sample.readings:
                    series += len(reading.values)
                late_s = (now - sample.started_at).total_seconds() - check.period_s
                runs.append(LastRun(device, check, sample, series, late_s))
    return FleetLoad(kinds, sites, runs)


def kind_rows(window: LoadWindow, fleet: FleetLoad) -> list[LoadRowDocument]:
    """By kind of check, the busiest first."""
    names = {*fleet.by_kind, *(kind for kind, counts in window.kinds.items() if counts.runs)}
    cpu = {name: share * window.cpu_ratio for name, share in window.cpu_parts.items()}
    rows = [
        _row(name, "", fleet.by_kind[name], window.kinds.get(name, RunCounts()), window, cpu.get(name))
        for name in sorted(names)
    ]
    return sorted(rows, key=attrgetter("checks_per_s"), reverse=True)


def site_rows(window: LoadWindow, fleet: FleetLoad, inventory: Inventory) -> list[LoadRowDocument]:
    """By site, the busiest first."""
    rows = [
        _row(name, site.title, fleet.by_site[name], window.sites.get(name, RunCounts()), window, None)
        for name, site in inventory.sites.items()
    ]
    return sorted(rows, key=attrgetter("checks_per_s"), reverse=True)


def _row(
    name: str, title: str, checks: int, counts: RunCounts, window: LoadWindow, cpu_ratio: float | None
) -> LoadRowDocument:
    seconds = window.lasted_s or 1.0
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
        late_p50_s=window.lateness_s(counts, 0.5),
        late_p99_s=window.lateness_s(counts, 0.99),
        cpu_ratio=cpu_ratio,
    )


_ORDERS: tuple[Callable[[LastRun], float], ...] = (
    lambda run: run.sample.duration_s,
    lambda run: run.sample.duration_s / run.check.period_s,
    lambda run: run.series,
)


def slow_rows(runs: Sequence[LastRun], limit: int) -> list[SlowCheckDocument]:
    """The longest, the busiest and those that brought most numbers, each of them once, the longest first."""
    chosen = {(run.device.name, run.check.name): run for order in _ORDERS for run in nlargest(limit, runs, key=order)}
    return [_slow_row(run) for run in sorted(chosen.values(), key=_ORDERS[0], reverse=True)]


def _slow_row(run: LastRun) -> SlowCheckDocument:
    return SlowCheckDocument(
        device=run.device.name,
        title=run.device.title,
        site=run.device.site,
        check=run.check.name,
        outcome=run.sample.outcome,
        duration_s=run.sample.duration_s,
        timeout_s=run.check.timeout_s,
        period_s=run.check.period_s,
        busy=run.sample.duration_s / run.check.period_s,
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
