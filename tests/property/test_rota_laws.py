"""Laws of a rota: no hole and no overlap, whatever the zone does to its clocks, and every turn is taken."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given, settings
from hypothesis import strategies as st

from opsmon.contract.calendar.calendar import ONE_DAY, Calendar
from opsmon.oncall.override import Overrides
from opsmon.oncall.roster import NO_OVERRIDES, Duty, Rota, next_handover, on_duty
from opsmon.oncall.shift import DutyShift
from tests.support.contract.rulebook import local
from tests.support.oncall.rotas import CALENDAR, EVERY_DAY, KEY, RESTS, VC, WORKDAYS, override, rota, shift

YEARS = range(2021, 2029)
DAYS = st.sampled_from([WORKDAYS, RESTS, KEY, EVERY_DAY])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001 - no zone yet


@st.composite
def shifts(draw: st.DrawFn) -> DutyShift:
    begin, length = draw(st.integers(0, 23)), draw(st.integers(1, 30))
    crew = st.sampled_from(["a", "b", "c d", "d e", "f"])
    return shift(
        draw(st.sampled_from(["one", "two", "three"])),
        draw(DAYS),
        begin,
        begin + length,
        *draw(st.lists(crew, min_size=1, max_size=3)),
        since=draw(st.dates(date(2026, 1, 1), date(2026, 12, 31))),
        turn=draw(st.integers(1, 3)),
    )


ROTAS = st.lists(shifts(), min_size=1, max_size=4).map(lambda some: rota(*some))


def walk(of: Rota, start: datetime, end: datetime) -> list[Duty]:
    """Every duty from `start` on, from hand-over to hand-over."""
    found, at = [], start
    while at < end:
        duty = on_duty(of, NO_OVERRIDES, at)
        found.append(duty)
        assert duty.until == next_handover(of, at)
        if duty.until is None:
            break
        at = duty.until
    return found


def test_a_complete_rota_has_no_hole_and_no_overlap_for_400_days() -> None:
    start = local("2026-11-28 12:00:00")
    duties = walk(VC, start, start + timedelta(days=400))
    assert all(duty.posts for duty in duties)
    assert all(one.until == after.since for one, after in pairwise(duties))


@settings(max_examples=30, deadline=None)
@given(ROTAS, MOMENTS)
def test_time_is_cut_without_hole_or_overlap(of: Rota, start: datetime) -> None:
    duties = walk(of, start, start + timedelta(days=40))
    assert all(one.until == after.since for one, after in pairwise(duties))
    assert all((one.posts, one.doubts) != (after.posts, after.doubts) for one, after in pairwise(duties))


@settings(max_examples=30, deadline=None)
@given(ROTAS, MOMENTS)
def test_the_shift_that_holds_covers_the_moment_and_none_above_it_does(of: Rota, at: datetime) -> None:
    """Asked again in the plain way, of a year that is announced: is there a shift of this file that begins on a day it
    takes, and covers the moment by the wall clock?"""
    wall = at.astimezone(CALENDAR.zone).replace(tzinfo=None)
    if wall.year != 2026 or wall > datetime(2026, 12, 28):  # noqa: DTZ001 - no zone yet
        return
    plain = [
        (one.name, day)
        for one in of.shifts
        for day in (wall.date(), wall.date() - ONE_DAY, wall.date() - 2 * ONE_DAY)
        if one.on.takes(CALENDAR, day)
        and one.begin_s <= (wall - datetime.combine(day, time())).total_seconds() < one.end_s
    ]
    duty = on_duty(of, NO_OVERRIDES, at)
    assert [(post.shift, post.day) for post in duty.posts] == plain[:1]


@cache
def zones_that_change() -> tuple[str, ...]:
    """Every zone whose clocks are set in the years that are looked at."""
    return tuple(name for name in sorted(available_timezones()) if changes_of(name))


@cache
def changes_of(name: str) -> tuple[date, ...]:
    """The days (UTC) on which the clocks of a zone are set."""
    zone, found = ZoneInfo(name), []
    day, before = date(YEARS[0], 1, 1), None
    while day.year in YEARS:
        offset = datetime.combine(day, time(), UTC).astimezone(zone).utcoffset()
        if before not in (None, offset):
            found.append(day)
        day, before = day + ONE_DAY, offset
    return tuple(found)


def test_no_zone_has_a_hole_or_a_second_hand_over_where_its_clocks_are_set() -> None:
    """Three shifts a day, their bounds at the times at which clocks are set: each begins once on each day that there
    is, in its order, none is left out and none comes twice."""
    zones = zones_that_change()
    assert len(zones) > 100
    for name in zones:
        three = [
            shift("a", EVERY_DAY, 0, 2.5, "a"),
            shift("b", EVERY_DAY, 2.5, 23.5, "b"),
            shift("c", EVERY_DAY, 23.5, 24, "c"),
        ]
        of = rota(*three, calendar=Calendar(ZoneInfo(name), announced=frozenset(YEARS)))
        for day in changes_of(name)[-2:]:
            start = datetime.combine(day - 3 * ONE_DAY, time(), UTC)
            duties = walk(of, start, start + timedelta(days=6))
            assert all(duty.posts for duty in duties), (name, day)
            begun = [(duty.day, duty.shift) for duty in duties]
            assert begun == sorted(set(begun)), (name, day)
            assert {shift for _, shift in begun} == {"a", "b", "c"}, (name, day)
            assert len(begun) >= 3 * 5, (name, day)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcdefh"), st.sampled_from("abcdefh")), max_size=6))
def test_swaps_never_double_anybody_and_touch_one_shift(swaps: list[tuple[str, str]]) -> None:
    held = Overrides.of(override("2026-11-04", out, into, name=f"o{n}") for n, (out, into) in enumerate(swaps))
    people = on_duty(VC, held, local("2026-11-04 10:00:00")).people
    assert len(people) == len(set(people))
    for other in ("2026-11-03 10:00:00", "2026-11-04 20:00:00", "2026-11-05 10:00:00"):
        assert on_duty(VC, held, local(other)) == on_duty(VC, NO_OVERRIDES, local(other))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 4), st.integers(1, 5))
def test_every_crew_has_as_many_shifts_as_the_others(turn: int, crews: int) -> None:
    of = rota(
        shift("duty", WORKDAYS, 9, 33, *(f"p{n}" for n in range(crews)), turn=turn),
        shift("else", EVERY_DAY, 0, 24, "x"),
    )
    seen: list[str] = []
    at = local("2026-11-02 09:00:00")
    while len(seen) < 2 * turn * crews and at < local("2026-12-28 09:00:00"):
        duty = on_duty(of, NO_OVERRIDES, at)
        seen += [duty.people[0]] if duty.shift == "duty" else []
        at += timedelta(days=1)
    expected = [f"p{number // turn % crews}" for number in range(len(seen))]
    assert seen == expected
