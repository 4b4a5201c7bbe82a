"""Laws of the wheel: whatever is put in comes out once, not before its moment and soon after it."""

from hypothesis import given
from hypothesis import strategies as st

from opsmon.probe.schedule.wheel import Wheel

STEP_S = 0.1
SLACK_S = 1e-6  # what the wheel forgives of a moment's last digits
MOMENTS = st.floats(0, 1e6) | st.integers(0, 1_000).map(lambda tenths: tenths / 10)
WAITS = st.floats(0, 100) | st.integers(0, 50).map(lambda tenths: tenths / 10)


@given(st.lists(MOMENTS, min_size=1, max_size=30))
def test_whoever_asks_at_the_moments_it_tells_gets_each_entry_in_its_step(moments: list[float]) -> None:
    wheel = Wheel[int](STEP_S)
    for item, due_s in enumerate(moments):
        wheel.put(due_s, item)
    taken: list[int] = []
    while (next_s := wheel.next_s()) is not None:
        batch = wheel.take(next_s)
        assert batch, "it told of a batch that is not there"
        for due_s, item in batch:
            assert due_s == moments[item]
            assert due_s - SLACK_S <= next_s <= due_s + STEP_S + SLACK_S
            taken.append(item)
    assert sorted(taken) == list(range(len(moments)))


@given(st.lists(st.tuples(WAITS, st.lists(MOMENTS, max_size=5)), max_size=15))
def test_whoever_asks_at_any_time_gets_nothing_early_and_leaves_nothing_behind(
    turns: list[tuple[float, list[float]]],
) -> None:
    wheel, now_s = Wheel[float](STEP_S), 0.0
    waiting: list[float] = []
    for wait_s, moments in turns:
        now_s += wait_s
        for due_s in moments:
            wheel.put(due_s, due_s)
            waiting.append(due_s)
        for due_s, item in wheel.take(now_s):
            assert due_s == item <= now_s + SLACK_S
            waiting.remove(item)
        assert all(due_s >= now_s - STEP_S - SLACK_S for due_s in waiting)
