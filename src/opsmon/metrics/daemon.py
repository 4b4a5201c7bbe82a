"""The daemon's own metrics, read from the world and from the counters of the rooms at the moment of the scrape.

Nothing here counts by itself: whoever does the work counts it. No incident id is ever a label.
"""

import platform
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from prometheus_client import CollectorRegistry, Metric, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from opsmon import __version__
from opsmon.clock import Clock
from opsmon.engine.budgets import uses_now
from opsmon.engine.port import DaemonPort
from opsmon.engine.world import World
from opsmon.errors import StoreError
from opsmon.metrics.clock_due import clocks_due, current_clocks
from opsmon.metrics.duty import obligation_tasks
from opsmon.metrics.runs import run_metrics
from opsmon.model.event import DeviceState
from opsmon.model.incident import Severity
from opsmon.probe.schedule.counters import ProbeTally
from opsmon.state import api as state_room


@dataclass
class ReloadRecord:
    """How the last loading of the configuration went; app.py writes it."""

    succeeded: bool = True
    succeeded_at_s: float = 0.0  # seconds since 1970


@dataclass(frozen=True, slots=True)
class Counts:
    """Where the rooms count their work; `notifications` by channel and result, `backlog` and `failing` by channel."""

    probes: ProbeTally
    reload: ReloadRecord
    notifications: Callable[[], Mapping[tuple[str, str], int]] = dict
    backlog: Callable[[], Mapping[str, int]] = dict
    failing: Callable[[], Mapping[str, int]] = dict
    more: tuple[Collector, ...] = field(default=())


class DaemonMetrics(Collector):
    """A collector with a registry of its own; `render` is safe in any thread."""

    def __init__(self, port: DaemonPort, clock: Clock, counts: Counts) -> None:
        self._port, self._clock, self._counts = port, clock, counts
        self._registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self._registry)
        for collector in (self, *counts.more):
            self._registry.register(collector)

    def render(self) -> bytes:
        """The page in the text format 0.0.4."""
        return generate_latest(self._registry)

    def collect(self) -> Iterable[Metric]:
        yield from (_build_info(), *self._reload())
        yield from self._fleet(self._port.world)
        yield from self._clocks(self._port.world)
        yield _calendar(self._port.world)
        yield from self._budgets(self._port.world)
        yield obligation_tasks(self._port.world)
        yield from self._probes(self._counts.probes)
        yield from self._notifications()

    def _reload(self) -> Iterable[Metric]:
        record = self._counts.reload
        yield _gauge("opsmon_config_last_reload_successful", "Whether the last reload was taken.", record.succeeded)
        name = "opsmon_config_last_reload_success_timestamp_seconds"
        yield _gauge(name, "When the configuration in use was loaded.", record.succeeded_at_s)
        name = "opsmon_ready"
        yield _gauge(name, "Whether checks are sent and the store can be written.", not self._port.not_ready)

    def _fleet(self, world: World) -> Iterable[Metric]:
        states = Counter(state_room.state_of(world.fleet, name) for name in world.rules.inventory.devices)
        devices = GaugeMetricFamily("opsmon_devices", "Devices in each state.", labels=["state"])
        for state in DeviceState:
            devices.add_metric([state.value], states[state])
        yield devices
        open_now = Counter(
            (incident.contract or "", incident.severity) for incident in world.incidents.open_incidents()
        )
        names = ["contract", "severity"]
        incidents = GaugeMetricFamily("opsmon_incidents_open", "Incidents that are open.", labels=names)
        for contract in sorted({"", *world.rules.contracts, *(contract for contract, _ in open_now)}):
            for severity in Severity:
                incidents.add_metric([contract, severity.value], open_now[contract, severity])
        yield incidents

    def _clocks(self, world: World) -> Iterable[Metric]:
        now, counts, least = self._clock.now(), Counter[tuple[str, str, str]](), dict[tuple[str, str], float]()
        for clock in current_clocks(world):
            counts[clock.contract, clock.clause, clock.after.value] += 1
            due_at = clock.effective_due_at
            if clock.after.is_open and due_at is not None:
                left = (due_at - now).total_seconds()
                key: tuple[str, str] = (clock.contract, clock.clause)
                least[key] = min(left, least.get(key, left))
        names = ["contract", "clause", "state"]
        clocks = GaugeMetricFamily("opsmon_clocks", "Contract clocks of open incidents.", labels=names)
        for labels, count in sorted(counts.items()):
            clocks.add_metric(labels, count)
        yield clocks
        text = "The least time left on any clock of the clause; negative when it is overdue."
        remaining = GaugeMetricFamily("opsmon_clock_remaining_seconds", text, labels=names[:2])
        for key, left in sorted(least.items()):
            remaining.add_metric(key, left)
        yield remaining
        yield clocks_due(self._port.world)

    def _budgets(self, world: World) -> Iterable[Metric]:
        """The judged reading alone; a milder one counts by device and is in the API."""
        names = ["contract", "clause"]
        used = GaugeMetricFamily("opsmon_fault_budget_used", "Faults of this calendar month that count.", labels=names)
        text = "Faults that the contract allows in a calendar month."
        limit = GaugeMetricFamily("opsmon_fault_budget_limit", text, labels=names)
        for contract, use in uses_now(world, self._clock.now()):
            if use.is_judged:
                used.add_metric([contract, use.clause], use.used)
                limit.add_metric([contract, use.clause], use.limit)
        yield from (used, limit)

    def _probes(self, tally: ProbeTally) -> Iterable[Metric]:
        yield from run_metrics(tally)
        text = "The longest that a check began behind its due time, within the last minute."
        yield _gauge("opsmon_probe_lag_seconds", text, tally.lag_s())
        text = "Checks that did not begin because the one before was not over."
        yield CounterMetricFamily("opsmon_probes_skipped", text, value=tally.skipped)
        text = "Checks that failed while the daemon itself was held up, and are held against no device."
        yield CounterMetricFamily("opsmon_probes_excused", text, value=tally.excused)

    def _notifications(self) -> Iterable[Metric]:
        text = "Attempts to deliver a notification; dead ones were refused for good."
        sent = CounterMetricFamily("opsmon_notifications", text, labels=["channel", "result"])
        for (channel, result), count in sorted(self._counts.notifications().items()):
            sent.add_metric([channel, result], count)
        yield sent
        with suppress(StoreError):  # a store that fails is told of by opsmon_ready; the rest of the page stays
            text = "Notifications that wait to be delivered."
            backlog = self._counts.backlog()
            yield _by_channel("opsmon_notifications_waiting", text, backlog)
            text = "Notifications that wait and have failed five times or more."
            yield _by_channel(
                "opsmon_notifications_failing", text, {**dict.fromkeys(backlog, 0), **self._counts.failing()}
            )


def _calendar(world: World) -> Metric:
    """Until when the holidays are announced: beyond it every result that rests on a workday is provisional."""
    name = "opsmon_calendar_announced_until_timestamp_seconds"
    known = GaugeMetricFamily(
        name, "Until when the holidays of a contract's calendar are announced.", labels=["contract"]
    )
    for contract, book in sorted(world.rules.contracts.items()):
        end = book.calendar.moment(date(book.calendar.first_unannounced, 1, 1))
        known.add_metric([contract], end.timestamp())
    return known


def _build_info() -> Metric:
    info = GaugeMetricFamily("opsmon_build_info", "Which opsmon this is; always 1.", labels=["version", "python"])
    info.add_metric([__version__, platform.python_version()], 1)
    return info


def _by_channel(name: str, text: str, rows: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=["channel"])
    for channel, count in sorted(rows.items()):
        family.add_metric([channel], count)
    return family


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=float(value))
