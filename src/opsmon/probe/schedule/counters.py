"""What the scheduler counts of its own work, for the daemon's metrics."""

from collections import Counter

from opsmon.clock import Clock
from opsmon.model.sample import Outcome, Sample

LAG_WINDOW_S = 60.0


class ProbeTally:
    """Counters since the start; names follow the metrics `opsmon_probes_total`, `opsmon_probe_duration_seconds`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.runs: Counter[tuple[str, Outcome]] = Counter()  # by check kind and outcome
        self.duration_sum_s: Counter[str] = Counter()  # by check kind; the count is the sum of its runs
        self.skipped = 0  # runs that did not begin because the one before was not over
        self.excused = 0  # failures turned into LOCAL_FAULT because we were held up
        self.unwanted = 0  # samples of checks that a reload changed or took away meanwhile
        self.held_up = 0  # times that the loop was blocked, the machine asleep or the clock set
        self._window_began_s = clock.monotonic()
        self._worst_s, self._worst_before_s = 0.0, 0.0

    def own_faults(self) -> dict[str, int]:
        """How often the fault was ours, by what it was."""
        return {"skipped": self.skipped, "excused": self.excused, "unwanted": self.unwanted, "held_up": self.held_up}

    def note_run(self, kind: str, sample: Sample) -> None:
        self.runs[kind, sample.outcome] += 1
        self.duration_sum_s[kind] += sample.duration_s  # type: ignore[assignment]  # typeshed counts in int

    def note_lag(self, lag_s: float) -> None:
        self._turn_window()
        self._worst_s = max(self._worst_s, lag_s)

    def lag_s(self) -> float:
        """The longest that a run began behind its due time within the last one to two minutes."""
        self._turn_window()
        return max(self._worst_s, self._worst_before_s)

    def _turn_window(self) -> None:
        passed_s = self._clock.monotonic() - self._window_began_s
        if passed_s < LAG_WINDOW_S:
            return
        self._worst_before_s = self._worst_s if passed_s < 2 * LAG_WINDOW_S else 0.0
        self._worst_s = 0.0
        self._window_began_s += passed_s
