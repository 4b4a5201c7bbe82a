"""The speed of an interface from the two objects that tell it, as devices fill them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsmon.state.condition.speed import ALL_ONES, link_speed, speeds_contradict


@pytest.mark.parametrize(
    ("high", "plain", "speed"),
    [
        (1000.0, 1e9, 1e9),  # as RFC 2863 has it
        (10_000.0, ALL_ONES, 1e10),  # ifSpeed is at its end
        (0.0, 1e8, 1e8),
        (None, 1e8, 1e8),
        (100.0, None, 1e8),
        (100.0, 0.0, 1e8),
        (0.0, 64_000.0, 64_000.0),  # a slow line, which rounds to 0
        (2.0, 1_544_000.0, 1_544_000.0),  # T1: the finer one
        (1e8, 1e8, 1e8),  # ifHighSpeed in bit/s
        (1e5, 1e8, 1e8),  # in kbit/s
        (10_000.0, 1_410_065_408.0, 1e10),  # ifSpeed overflowed
        (40_000.0, 1e7, 4e10),  # ifSpeed left at a default
        (ALL_ONES, 1e9, 1e9),
        (ALL_ONES, ALL_ONES, None),
        (0.0, ALL_ONES, None),
        (0.0, 0.0, None),
        (None, None, None),
    ],
)
def test_the_speed_is_what_can_be_meant(high: float | None, plain: float | None, speed: float | None) -> None:
    assert link_speed(high, plain) == speed


@pytest.mark.parametrize(
    ("high", "plain", "told"),
    [(1000.0, 1e9, False), (1e8, 1e8, True), (40_000.0, 1e7, True), (0.0, 1e8, False), (10_000.0, ALL_ONES, False)],
)
def test_speeds_that_contradict_each_other_are_told(high: float, plain: float, told: bool) -> None:
    assert speeds_contradict(high, plain) is told


@given(st.integers(1, 2**32 - 2))
def test_an_agent_that_keeps_to_the_standard_is_believed_to_the_bit(bits: int) -> None:
    high = float((bits + 500_000) // 1_000_000)
    assert link_speed(high, float(bits)) == bits
    assert not speeds_contradict(high, float(bits))
