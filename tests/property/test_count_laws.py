"""Laws of the counts of runs: what is added can be told apart again, and a share lies where it must."""

import math
from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsmon.model.sample import Outcome
from opsmon.probe.schedule.run_counts import DURATION_BOUNDS_S, LATENESS_BOUNDS_S, RunCounts, quantile, total_of

RUNS = st.lists(st.tuples(st.sampled_from(list(Outcome)), st.floats(0, 400), st.floats(0, 400)), max_size=60)
SHARES = st.floats(0.001, 1.0)


def counted(runs: list[tuple[Outcome, float, float]]) -> RunCounts:
    counts = RunCounts()
    for outcome, duration_s, late_s in runs:
        counts.note_lateness(late_s)
        counts.note_run(outcome, duration_s)
    return counts


@given(RUNS, RUNS)
def test_a_window_is_what_was_counted_since(
    before: list[tuple[Outcome, float, float]], since: list[tuple[Outcome, float, float]]
) -> None:
    window = counted([*before, *since]) - counted(before)
    expected = counted(since)
    assert window.outcomes == expected.outcomes
    assert (window.durations, window.latenesses) == (expected.durations, expected.latenesses)
    assert window.duration_sum_s == pytest.approx(expected.duration_sum_s, abs=1e-6)
    assert window.lateness_sum_s == pytest.approx(expected.lateness_sum_s, abs=1e-6)
    assert total_of([counted(before), counted(since)]).outcomes == counted([*before, *since]).outcomes


@given(RUNS)
def test_every_run_is_in_one_bucket_and_in_one_outcome(runs: list[tuple[Outcome, float, float]]) -> None:
    counts = counted(runs)
    assert counts.runs == sum(counts.durations) == sum(counts.latenesses) == counts.started == len(runs)
    assert counts.skipped == 0


@given(st.lists(st.floats(0, 400), min_size=1, max_size=60), SHARES)
def test_a_share_lies_in_the_bucket_of_the_run_that_it_is_about(durations: list[float], share: float) -> None:
    """The bucket holds the true one; beyond the last bound that bound is told."""
    counts = counted([(Outcome.OK, duration, duration) for duration in durations])
    true_s = sorted(durations)[max(math.ceil(share * len(durations) - 1e-9), 1) - 1]
    for bounds, told_s in (
        (DURATION_BOUNDS_S, counts.duration_s(share)),
        (LATENESS_BOUNDS_S, counts.lateness_s(share)),
    ):
        place = bisect_left(bounds, true_s)
        assert told_s is not None
        assert (bounds[place - 1] if place else 0.0) <= told_s <= bounds[min(place, len(bounds) - 1)]


@given(SHARES)
def test_of_nothing_no_share_is_told(share: float) -> None:
    assert quantile(DURATION_BOUNDS_S, RunCounts().durations, share) is None
    assert RunCounts().mean_duration_s is None
