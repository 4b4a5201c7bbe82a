"""Our notion of an engine's clock: RFC 3414, 2.2.3 and 3.2 (7b), edge by edge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsmon.protocol.snmp.v3.clock import WINDOW_S, EngineClock
from opsmon.protocol.snmp.v3.message import MAX_INT

INTS = st.integers(0, MAX_INT)


def proved(boots: int = 5, seconds: int = 1_000) -> EngineClock:
    clock = EngineClock()
    assert clock.take(boots, seconds, 0.0)
    return clock


@pytest.mark.parametrize(
    ("boots", "seconds", "at_s", "is_timely"),
    [
        (5, 1_000, 0.0, True),
        (5, 1_000 - WINDOW_S, 0.0, True),
        (5, 1_000 - WINDOW_S - 1, 0.0, False),
        (5, 1_000, WINDOW_S, True),
        (5, 1_000, WINDOW_S + 1.0, False),
        (5, MAX_INT, 0.0, True),  # a clock that runs faster than ours is followed
        (6, 0, 0.0, True),
        (4, 2_000, 0.0, False),
        (MAX_INT, 1_000, 0.0, False),
    ],
)
def test_what_is_timely(boots: int, seconds: int, at_s: float, is_timely: bool) -> None:
    assert proved().take(boots, seconds, at_s) is is_timely


def test_a_message_from_before_sets_nothing_back() -> None:
    clock = proved()
    clock.take(5, 990, 0.0)
    clock.take(4, 5_000, 0.0)
    assert clock.at(0.0) == (5, 1_000)


def test_what_is_not_proved_serves_for_asking_until_something_is() -> None:
    clock = EngineClock()
    clock.hint(MAX_INT, MAX_INT, 0.0)
    assert clock.at(5.0) == (MAX_INT, MAX_INT), "the last second has no next"
    assert clock.take(3, 10, 0.0), "a lie about the time holds for nothing"
    clock.hint(9, 9, 1.0)
    assert clock.at(2.0) == (3, 12)


def test_what_is_proved_to_be_fresh_may_set_the_clock_back() -> None:
    clock = proved()
    clock.set(1, 7, 0.0)
    assert clock.take(1, 8, 1.0)
    assert not clock.is_spent


@given(INTS, INTS, st.lists(st.tuples(INTS, INTS, st.floats(0, 1_000)), max_size=10))
def test_boots_never_go_back_and_time_only_by_what_the_agent_proved(
    boots: int, seconds: int, more: list[tuple[int, int, float]]
) -> None:
    clock, now_s, latest = proved(min(boots, MAX_INT - 1), seconds), 0.0, (min(boots, MAX_INT - 1), seconds)
    for said_boots, said_seconds, later_s in more:
        now_s += later_s
        timely = clock.take(said_boots, said_seconds, now_s)
        latest = max(latest, (said_boots, said_seconds))
        assert (clock.boots, clock.latest_seconds) == latest
        assert not timely or (said_boots == clock.boots < MAX_INT)
