"""Laws of counting time: elapsed time adds up, a later start is never due earlier, standing still never shortens."""

from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from opsmon.contract.calendar.calendar import DAY_S
from opsmon.contract.calendar.limit import Limit, Unit, due_of, half_of
from opsmon.contract.calendar.window import HoursOn, Window, add_open_time, open_time_between
from opsmon.contract.calendar.working_time import WORKING_TIME, warned_at
from opsmon.text.bilingual import Text
from tests.support.contract.rulebook import book

CALENDAR = book("baizhifang-2026").calendar
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
LENGTHS = st.timedeltas(timedelta(), timedelta(days=1))
SETS = ["holidays", "two-sessions", "events", "flood-season"]


@st.composite
def hours(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """Stretches of whole quarters of an hour, at least an hour of them: minutes a day would take years to fill."""
    edges = sorted(draw(st.sets(st.integers(0, 24), min_size=2, max_size=6)))
    shift = draw(st.sampled_from([0, 900, 1800]))
    return tuple(
        (first * 3600, min(last * 3600 + shift, DAY_S)) for first, last in zip(edges[::2], edges[1::2], strict=False)
    )


WINDOWS = st.builds(
    Window,
    st.just("some hours"),
    st.just(Text("some hours")),
    st.sampled_from(HoursOn),
    hours(),
    st.lists(st.sampled_from(SETS), unique=True, max_size=2).map(tuple),
)
LIMITS = st.builds(
    Limit,
    st.integers(1, 12),
    st.sampled_from(Unit),
    st.sampled_from([DAY_S, 18 * 3600]),
    st.booleans(),
)


@given(MOMENTS, LENGTHS, LENGTHS, WINDOWS)
def test_elapsed_time_adds_up(start: datetime, first: timedelta, second: timedelta, window: Window) -> None:
    between = add_open_time(CALENDAR, window, start, first)
    assert add_open_time(CALENDAR, window, between, second) == add_open_time(CALENDAR, window, start, first + second)


@given(MOMENTS, LENGTHS, WINDOWS)
def test_what_was_added_is_what_has_gone_by(start: datetime, length: timedelta, window: Window) -> None:
    end = add_open_time(CALENDAR, window, start, length)
    assert open_time_between(CALENDAR, window, start, end) == length


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=20)), LIMITS, st.none() | WINDOWS)
@example(
    datetime(2026, 9, 30, 8, 30, tzinfo=UTC), timedelta(hours=8), Limit(2, Unit.HOUR),
    Window("on-site", Text("on-site"), HoursOn.WORKDAYS, ((32400, 61200),), ("holidays",)),
)  # fmt: skip
def test_a_later_start_is_never_due_earlier(
    start: datetime, later: timedelta, limit: Limit, window: Window | None
) -> None:
    assert due_of(limit, start, CALENDAR, window) <= due_of(limit, start + later, CALENDAR, window)


@given(MOMENTS, st.sampled_from([Unit.MINUTE, Unit.HOUR]), st.integers(1, 40), WINDOWS)
def test_standing_still_never_shortens(start: datetime, unit: Unit, amount: int, window: Window) -> None:
    limit = Limit(amount, unit)
    assert due_of(limit, start, CALENDAR, window) >= due_of(limit, start, CALENDAR)


@given(MOMENTS, LIMITS, st.none() | WINDOWS)
def test_a_limit_ends_after_it_begins_and_half_of_it_lies_between(
    start: datetime, limit: Limit, window: Window | None
) -> None:
    due = due_of(limit, start, CALENDAR, window)
    assert start < due
    if limit.unit.is_elapsed:
        assert start <= half_of(limit, start, CALENDAR, window) <= due
    else:
        assert start <= warned_at(start, due, CALENDAR, WORKING_TIME) < due


@given(MOMENTS, LIMITS)
def test_a_limit_that_rolls_ends_on_a_workday(start: datetime, limit: Limit) -> None:
    last_instant = due_of(limit, start, CALENDAR) - timedelta(microseconds=1)
    if limit.unit is Unit.WORKDAY or (limit.unit.rolls and limit.rolls):
        assert CALENDAR.is_workday(CALENDAR.local_date(last_instant))


@given(MOMENTS, WINDOWS)
def test_a_moment_is_inside_or_outside_and_never_both(moment: datetime, window: Window) -> None:
    outside = Window(window.name, window.title, window.on, window.hours, window.periods, outside=True)
    assert window.holds_at(CALENDAR, moment) is not outside.holds_at(CALENDAR, moment)


@given(MOMENTS, LENGTHS, WINDOWS)
def test_inside_and_outside_share_the_time_between_them(start: datetime, length: timedelta, window: Window) -> None:
    outside = Window(window.name, window.title, window.on, window.hours, window.periods, outside=True)
    end = start + length
    inside = open_time_between(CALENDAR, window, start, end)
    assert inside + open_time_between(CALENDAR, outside, start, end) == length
