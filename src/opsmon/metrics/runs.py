"""How many checks ran, how they ended, how long they took and how late they began: by kind of check, and by site.

By device nothing is told here: a fleet of ten thousand would be as many series.
"""

from collections.abc import Iterable, Mapping
from itertools import accumulate

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, SummaryMetricFamily

from opsmon.probe.schedule.counters import ProbeTally
from opsmon.probe.schedule.run_counts import DURATION_BOUNDS_S, LATENESS_BOUNDS_S, RunCounts

Buckets = list[tuple[str, float]]


def run_metrics(tally: ProbeTally) -> Iterable[Metric]:
    """Read at each scrape."""
    yield from _of_kinds(tally.by_kind())
    yield from _of_sites(tally.by_site())


def _of_kinds(kinds: Mapping[str, RunCounts]) -> Iterable[Metric]:
    ran = {kind: counts for kind, counts in sorted(kinds.items()) if counts.runs}
    yield _done("opsmon_probes", "Checks done.", "check", ran)
    took = HistogramMetricFamily("opsmon_probe_duration_seconds", "How long checks took.", labels=["check"])
    for kind, counts in ran.items():
        took.add_metric([kind], _cumulative(DURATION_BOUNDS_S, counts.durations), counts.duration_sum_s)
    yield took
    text = "How far behind their due time checks began; up to 0.1 s is the scheduler's step."
    late = HistogramMetricFamily("opsmon_probe_lateness_seconds", text, labels=["check"])
    for kind, counts in sorted(kinds.items()):
        if counts.started:
            late.add_metric([kind], _cumulative(LATENESS_BOUNDS_S, counts.latenesses), counts.lateness_sum_s)
    yield late


def _of_sites(sites: Mapping[str, RunCounts]) -> Iterable[Metric]:
    yield _done("opsmon_site_probes", "Checks done of the devices of a site.", "site", dict(sorted(sites.items())))
    took = SummaryMetricFamily(
        "opsmon_site_probe_duration_seconds", "How long checks of the devices of a site took.", labels=["site"]
    )
    late = SummaryMetricFamily(
        "opsmon_site_probe_lateness_seconds",
        "How far behind their due time checks of the devices of a site began.",
        labels=["site"],
    )
    for site, counts in sorted(sites.items()):
        took.add_metric([site], counts.runs, counts.duration_sum_s)
        late.add_metric([site], counts.started, counts.lateness_sum_s)
    yield from (took, late)


def _done(name: str, text: str, label: str, counted: Mapping[str, RunCounts]) -> Metric:
    """What never happened has no line."""
    family = CounterMetricFamily(name, text, labels=[label, "outcome"])
    for value, counts in counted.items():
        for outcome, count in sorted(counts.outcomes.items()):
            if count:
                family.add_metric([value, outcome.value], count)
    return family


def _cumulative(bounds: tuple[float, ...], buckets: tuple[int, ...]) -> Buckets:
    """As a histogram wants it: each bucket holds those before it."""
    names = [*map(str, bounds), "+Inf"]
    return list(zip(names, map(float, accumulate(buckets)), strict=True))
