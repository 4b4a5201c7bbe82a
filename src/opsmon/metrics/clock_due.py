"""When the running contract clocks are due, and of which devices: what an alert of Prometheus has to name.

One series for each device, clause and state, the earliest due time of several; no incident is a label. The number of
series is bounded: beyond it only the most pressing are told, and `opsmon_clocks` counts all of them.
"""

from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from opsmon.engine.world import World
from opsmon.model.event import ClockChanged, ClockState

MAX_SERIES = 2_000
_LABELS = ("contract", "clause", "target", "site", "device", "state")


def current_clocks(world: World) -> Iterable[ClockChanged]:
    """Clocks of open incidents, and those that run on after their incident is over."""
    for incident, statuses in world.clock_statuses.items():
        is_open = world.incidents.by_id[incident].is_open
        for status in statuses.values():
            if status.last.after.is_open or (is_open and status.last.after is not ClockState.CANCELLED):
                yield status.last


def clocks_due(world: World) -> Metric:
    """The due times of clocks that are open, in seconds since 1970."""
    due_s: dict[tuple[str, ...], float] = {}
    for clock in current_clocks(world):
        due_at = clock.effective_due_at
        if not clock.after.is_open or due_at is None:
            continue
        incident = world.incidents.by_id[clock.incident]
        whose = (clock.contract, clock.clause, clock.target, incident.site, incident.device, clock.after.value)
        due_s[whose] = min(due_at.timestamp(), due_s.get(whose, due_at.timestamp()))
    text = "When a contract clock of a device is due; the most pressing where there are very many."
    family = GaugeMetricFamily("opsmon_clock_due_timestamp_seconds", text, labels=_LABELS)
    for labels, moment_s in sorted(due_s.items(), key=lambda item: item[1])[:MAX_SERIES]:
        family.add_metric(labels, moment_s)
    return family
