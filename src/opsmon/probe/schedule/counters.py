"""What the scheduler counts of its own work, for the daemon's metrics and for `opsmon top`.

Runs are counted by site and by kind of check, in one array each, so that a run is added once and every table is a sum.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping

from opsmon.clock import Clock
from opsmon.model.device import Device
from opsmon.model.name import DeviceName, SiteName
from opsmon.model.sample import Outcome, Sample
from opsmon.probe.schedule.run_counts import RunCounts, total_of

LAG_KEPT_S, LAG_WINDOW_S = 60.0, 5.0


class _OfSite(dict[str, RunCounts]):
    """The counts of a site by kind of check."""

    def __missing__(self, kind: str) -> RunCounts:
        counts = self[kind] = RunCounts()
        return counts


class ProbeTally:
    """Counters since the start. `follow` says which device is at which site."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sites: dict[SiteName, _OfSite] = {}
        self._of_device: Mapping[DeviceName, _OfSite] = {}
        self._elsewhere = _OfSite()  # of devices and sites that left
        self.excused = 0  # failures turned into LOCAL_FAULT because we were held up
        self.unwanted = 0  # samples of checks that a reload changed or took away meanwhile
        self.held_up = 0  # times that the loop was blocked, the machine asleep or the clock set
        self._window_began_s = clock.monotonic()
        self._worst_s = 0.0
        # Of each window its end and the worst in it.
        self._worst_before: deque[tuple[float, float]] = deque(maxlen=int(LAG_KEPT_S / LAG_WINDOW_S) + 1)

    def follow(self, devices: Iterable[Device]) -> None:
        """The fleet is this one from now on; what was counted at sites that left stays in the sums."""
        site_of = {device.name: device.site for device in devices}
        kept = set(site_of.values())
        for site in self._sites.keys() - kept:
            for kind, counts in self._sites.pop(site).items():
                self._elsewhere[kind] += counts
        self._of_device = {device: self._sites.setdefault(site, _OfSite()) for device, site in site_of.items()}

    def by_kind(self) -> dict[str, RunCounts]:
        """A copy of the counts of each kind of check, whatever the site."""
        parts: dict[str, list[RunCounts]] = {}
        for of_site in (*self._sites.copy().values(), self._elsewhere):
            for kind, counts in of_site.copy().items():
                parts.setdefault(kind, []).append(counts)
        return {kind: total_of(counts) for kind, counts in parts.items()}

    def by_site(self) -> dict[str, RunCounts]:
        """A copy of the counts of each site of the fleet, whatever the check."""
        return {site: total_of(of_site.copy().values()) for site, of_site in self._sites.copy().items()}

    @property
    def runs(self) -> Counter[tuple[str, Outcome]]:
        """By kind of check and outcome."""
        counts = self.by_kind().items()
        return Counter({(kind, outcome): n for kind, one in counts for outcome, n in one.outcomes.items() if n})

    @property
    def skipped(self) -> int:
        """Runs that did not begin because the one before was not over."""
        return total_of(self.by_kind().values()).skipped

    def own_faults(self) -> dict[str, int]:
        """How often the fault was ours, by what it was."""
        return {"skipped": self.skipped, "excused": self.excused, "unwanted": self.unwanted, "held_up": self.held_up}

    def note_run(self, kind: str, sample: Sample) -> None:
        self._of_device.get(sample.device, self._elsewhere)[kind].note_run(sample.outcome, sample.duration_s)

    def note_skipped(self, kind: str, device: DeviceName) -> None:
        self._of_device.get(device, self._elsewhere)[kind].note_skipped()

    def note_lag(self, kind: str, device: DeviceName, lag_s: float) -> None:
        """A run begins `lag_s` behind its due time."""
        self._of_device.get(device, self._elsewhere)[kind].note_lateness(lag_s)
        self._turn_window()
        if lag_s > self._worst_s:  # noqa: PLR1730 - `max` takes a tenth of a microsecond, at every run
            self._worst_s = lag_s

    def lag_s(self) -> float:
        """The longest that a run began behind its due time within the last minute."""
        self._turn_window()
        since_s = self._clock.monotonic() - LAG_KEPT_S
        return max(self._worst_s, *(worst for until_s, worst in self._worst_before.copy() if until_s >= since_s), 0.0)

    def _turn_window(self) -> None:
        now_s = self._clock.monotonic()
        if now_s - self._window_began_s < LAG_WINDOW_S:
            return
        self._worst_before.append((now_s, self._worst_s))
        self._worst_s, self._window_began_s = 0.0, now_s
