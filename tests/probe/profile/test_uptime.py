"""The uptime beyond the wrap of sysUpTime, and what is a restart and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsmon.probe.profile.uptime import WRAP_TICKS, Uptime, has_restarted, uptime_of

DAY_S = 86_400


@given(st.integers(0, 2**31 - 1), st.integers(-200, 200))
def test_the_engine_s_time_tells_how_often_it_wrapped(up_s: int, apart_s: int) -> None:
    engine_s = min(max(0, up_s + apart_s), 2**31 - 1)
    true = up_s * 100
    assert uptime_of(true % WRAP_TICKS, engine_s, 0.0, None).ticks == true


@pytest.mark.parametrize("engine_s", [None, 17, 300 * DAY_S])
def test_an_engine_s_time_that_does_not_fit_is_not_believed(engine_s: int | None) -> None:
    assert uptime_of(10 * DAY_S * 100, engine_s, 0.0, None).ticks == 10 * DAY_S * 100


@given(st.floats(1.0, 3600.0), st.integers(0, 4))
def test_a_wrap_that_was_seen_is_no_restart(passed_s: float, wraps_before: int) -> None:
    start = (wraps_before + 1) * WRAP_TICKS - 50
    before = Uptime(start, 1000.0)
    after = uptime_of(round(start + passed_s * 100) % WRAP_TICKS, None, 1000.0 + passed_s, before)
    assert not has_restarted(before, after)
    assert abs(after.ticks - (start + passed_s * 100)) <= 1


@given(st.floats(1.0, 7200.0), st.integers(100 * DAY_S, 490 * DAY_S), st.integers(0, 3600))
def test_a_restart_is_one(passed_s: float, up_s: int, new_s: int) -> None:
    before = Uptime(up_s * 100, 0.0)
    after = uptime_of(min(new_s, round(passed_s)) * 100, None, passed_s, before)
    assert has_restarted(before, after)
    assert after.is_young is (min(new_s, round(passed_s)) < 900)
