"""How late a ping was, from the times at which pings left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks._lateness import all_lateness_s, lateness_s, longest_gap_s, percentile


def test_a_ping_off_the_grid_of_its_device_is_late() -> None:
    assert lateness_s([100.0, 160.0, 221.5, 280.0], 60.0) == pytest.approx([0, 0, 1.5, 0])


def test_the_earliest_ping_tells_where_the_grid_lies() -> None:
    assert lateness_s([102.0, 160.0, 220.0], 60.0) == pytest.approx([2, 0, 0])


def test_a_ping_left_out_makes_none_late() -> None:
    assert lateness_s([100.0, 220.0], 60.0) == pytest.approx([0, 0])


@given(st.lists(st.floats(0, 20), min_size=2, max_size=20), st.floats(0, 1e9))
def test_what_each_ping_was_late_is_found_whenever_it_began(late: list[float], began_s: float) -> None:
    times = [began_s + 60 * turn + late_s for turn, late_s in enumerate(late)]
    assert lateness_s(times, 60.0) == pytest.approx([late_s - min(late) for late_s in late], abs=1e-5)


def test_a_device_asked_again_off_its_grid_is_left_out() -> None:
    times = {"127.0.0.1": [0.0, 61.0], "127.0.0.2": [0.0, 2.0, 60.0]}
    assert all_lateness_s(times, 60.0) == pytest.approx([0, 1])


def test_the_longest_gap() -> None:
    assert longest_gap_s([1.0, 2.0, 5.0, 5.5]) == 3.0
    assert longest_gap_s([1.0]) == 0.0


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile(range(100), 0.99) == 99
    assert percentile([4.0], 0.99) == 4.0
    assert percentile([], 0.99) == 0.0
