"""Who is on duty: by the day a shift begins on, by turns that took place, with swaps, in a year not announced."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from opsmon.contract.calendar.calendar import Calendar, PeriodSet, Season
from opsmon.model.name import OverrideId
from opsmon.oncall.override import Overrides
from opsmon.oncall.roster import NO_OVERRIDES, Rota, next_handover, on_duty, post_of
from opsmon.oncall.shift import ShiftDays
from opsmon.text.bilingual import Text
from tests.support.contract.rulebook import local
from tests.support.oncall.rotas import CALENDAR, EVERY_DAY, VC, VC_SHIFTS, WORKDAYS, override, people, rota, shift


def shift_at(at: str, of: Rota = VC) -> str:
    return on_duty(of, NO_OVERRIDES, local(at)).shift


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-02 09:00:00", "day"),
        ("2026-11-02 08:59:59", "rest"),  # of Sunday, until Monday morning
        ("2026-11-02 17:59:59", "day"),
        ("2026-11-02 18:00:00", "night"),
        ("2026-11-03 08:59:59", "night"),
        ("2026-11-06 23:00:00", "night"),  # Friday's night lasts into Saturday
        ("2026-11-07 08:59:59", "night"),
        ("2026-11-07 09:00:00", "rest"),
        ("2026-09-20 10:00:00", "day"),  # a Sunday worked for the National Day
        ("2026-09-20 20:00:00", "night"),
        ("2026-09-30 20:00:00", "night"),  # the night before a holiday is a workday's night
        ("2026-10-01 08:59:59", "night"),
        ("2026-10-01 09:00:00", "key"),
        ("2026-10-03 12:00:00", "key"),  # the weekend days of a holiday are it, too
        ("2026-10-07 23:59:59", "key"),
        ("2026-10-08 08:59:59", "key"),
        ("2026-10-08 09:00:00", "day"),
        ("2026-10-10 10:00:00", "day"),  # a Saturday worked for it
    ],
)
def test_a_shift_belongs_to_the_day_it_begins_on(at: str, expected: str) -> None:
    assert shift_at(at) == expected


def test_a_duty_says_from_when_until_when_and_how_many_there_must_be() -> None:
    duty = on_duty(VC, NO_OVERRIDES, local("2026-11-08 03:00:00"))
    assert (duty.since, duty.until) == (local("2026-11-07 09:00:00"), local("2026-11-08 09:00:00"))
    assert (duty.day, duty.posts[0].need, duty.doubts) == (date(2026, 11, 7), 2, ())
    assert next_handover(VC, local("2026-11-08 03:00:00")) == duty.until


def test_crews_take_turns_in_shifts_that_took_place() -> None:
    nights = [people(on_duty(VC, NO_OVERRIDES, local(f"2026-11-{day:02} 20:00:00"))) for day in (2, 3, 4, 5, 6, 9)]
    assert nights == ["d e", "f g", "a b", "d e", "f g", "a b"]  # no turn is lost to the weekend
    rests = [people(on_duty(VC, NO_OVERRIDES, local(f"2026-11-{day:02} 12:00:00"))) for day in (7, 8, 14, 15)]
    assert rests == ["d e", "c f", "d e", "c f"]


def test_a_shift_that_another_covers_wholly_took_no_turn() -> None:
    event = rota(
        shift("guard", ShiftDays(weekdays=frozenset({1})), 0, 24, "x"), shift("duty", EVERY_DAY, 0, 24, "a", "b")
    )
    days = [people(on_duty(event, NO_OVERRIDES, local(f"2026-11-{day:02} 12:00:00"))) for day in range(2, 7)]
    assert days == ["a", "x", "b", "a", "b"]  # Tuesday is the guard's


def test_a_crew_keeps_as_many_shifts_as_its_turn_is_long() -> None:
    weekly = rota(shift("duty", EVERY_DAY, 9, 33, "a", "b", turn=7))
    days = [people(on_duty(weekly, NO_OVERRIDES, local(f"2026-11-{day:02} 12:00:00"))) for day in (2, 3, 8, 9, 16)]
    assert days == ["a", "a", "a", "b", "a"]


def test_before_the_day_since_turns_are_counted_backwards() -> None:
    weekly = rota(shift("duty", EVERY_DAY, 0, 24, "a", "b", "c"))
    days = [people(on_duty(weekly, NO_OVERRIDES, local(f"2026-{day} 12:00:00"))) for day in ("10-30", "10-31", "11-01")]
    assert days == ["a", "b", "c"]


def test_the_first_shift_of_the_file_that_covers_a_moment_holds_and_the_one_below_goes_on_after_it() -> None:
    nested = rota(shift("lunch", WORKDAYS, 12, 13, "b"), shift("day", WORKDAYS, 9, 18, "a"))
    assert [shift_at(f"2026-11-02 {hour}:30:00", nested) for hour in (11, 12, 13)] == ["day", "lunch", "day"]
    duty = on_duty(nested, NO_OVERRIDES, local("2026-11-02 14:00:00"))
    assert (duty.since, duty.until) == (local("2026-11-02 13:00:00"), local("2026-11-02 18:00:00"))


def test_a_hole_is_a_duty_of_nobody_that_ends() -> None:
    office = rota(shift("day", WORKDAYS, 9, 18, "a"))
    duty = on_duty(office, NO_OVERRIDES, local("2026-11-06 20:00:00"))
    assert (duty.posts, duty.people, duty.shift, duty.day) == ((), (), "", None)
    assert (duty.since, duty.until) == (local("2026-11-06 18:00:00"), local("2026-11-09 09:00:00"))


def test_a_rota_with_no_shift_for_a_year_has_no_hand_over() -> None:
    assert next_handover(rota(), local("2026-11-06 20:00:00")) is None


def test_a_swap_changes_one_shift_of_one_day() -> None:
    swaps = Overrides.of([override("2026-11-02", "a", "h")])
    assert people(on_duty(VC, swaps, local("2026-11-02 10:00:00"))) == "h b c"
    assert people(on_duty(VC, swaps, local("2026-11-03 10:00:00"))) == "a b c"
    assert people(on_duty(VC, swaps, local("2026-11-02 20:00:00"))) == "d e"


def test_a_swap_follows_a_night_over_midnight() -> None:
    swaps = Overrides.of([override("2026-11-02", "d", "h", of="night")])
    assert people(on_duty(VC, swaps, local("2026-11-03 08:00:00"))) == "h e"


def test_somebody_may_be_added_and_somebody_may_be_away() -> None:
    more = Overrides.of([override("2026-11-02", None, "h"), override("2026-11-02", "b", None, name="o2")])
    assert people(on_duty(VC, more, local("2026-11-02 10:00:00"))) == "a c h"
    assert people(on_duty(VC, more.without(OverrideId("o2")), local("2026-11-02 10:00:00"))) == "a b c h"


def test_swaps_of_one_shift_apply_in_the_order_in_which_they_were_set() -> None:
    chain = Overrides.of([override("2026-11-02", "a", "g"), override("2026-11-02", "g", "h", name="o2")])
    duty = on_duty(VC, chain, local("2026-11-02 10:00:00"))
    assert people(duty) == "h b c"
    assert [one.id for one in duty.posts[0].overrides] == ["o1", "o2"]


def test_nobody_is_there_twice() -> None:
    twice = Overrides.of([override("2026-11-02", "a", "b")])
    assert people(on_duty(VC, twice, local("2026-11-02 10:00:00"))) == "b c"


def test_setting_an_override_again_moves_it() -> None:
    moved = Overrides.of([override("2026-11-02", "a", "h"), override("2026-11-03", "a", "h")])
    assert people(on_duty(VC, moved, local("2026-11-02 10:00:00"))) == "a b c"
    assert people(on_duty(VC, moved, local("2026-11-03 10:00:00"))) == "h b c"


def test_a_shift_can_be_asked_for_by_its_day() -> None:
    found = post_of(VC, NO_OVERRIDES, "night", date(2026, 11, 3))
    assert found is not None
    assert found.people == ("f", "g")
    assert post_of(VC, NO_OVERRIDES, "day", date(2026, 11, 7)) is None  # a Saturday
    assert post_of(VC, NO_OVERRIDES, "day", date(2026, 10, 1)) is None
    assert post_of(VC, NO_OVERRIDES, "evening", date(2026, 11, 3)) is None


def test_in_a_year_that_is_not_announced_both_readings_are_told() -> None:
    duty = on_duty(VC, NO_OVERRIDES, local("2027-06-16 10:00:00"))  # a Wednesday
    assert [post.shift for post in duty.posts] == ["day", "key"]
    assert duty.shift == "day"
    assert set(duty.people) >= {"a", "b", "c"}
    assert duty.doubts[0] == Text("the holidays of 2027 are not announced", "2027年节假日安排尚未公布")
    assert duty.is_provisional


def test_what_the_law_fixes_to_a_date_is_certain() -> None:
    duty = on_duty(VC, NO_OVERRIDES, local("2027-10-01 10:00:00"))
    assert [post.shift for post in duty.posts] == ["key"]


def test_readings_that_name_the_same_people_leave_no_doubt() -> None:
    same = rota(shift("day", WORKDAYS, 0, 24, "a b"), shift("rest", EVERY_DAY, 0, 24, "a b"))
    duty = on_duty(same, NO_OVERRIDES, local("2027-06-16 10:00:00"))
    assert (people(duty), duty.doubts) == ("a b", ())


def test_a_turn_that_rests_on_days_in_doubt_says_so() -> None:
    days = rota(shift("work", WORKDAYS, 0, 24, "a", "b", since=date(2026, 11, 2)), shift("else", EVERY_DAY, 0, 24, "c"))
    assert on_duty(days, NO_OVERRIDES, local("2026-12-30 10:00:00")).doubts == ()
    assert on_duty(days, NO_OVERRIDES, local("2027-10-08 10:00:00")).doubts != ()
    alone = rota(shift("work", WORKDAYS, 0, 24, "a"), shift("else", EVERY_DAY, 0, 24, "a"))
    assert on_duty(alone, NO_OVERRIDES, local("2027-10-08 10:00:00")).doubts == ()


def test_a_day_on_which_a_key_period_may_fall_that_is_not_dated_has_both_readings() -> None:
    expected = Season((11, 10), (11, 20), Text("sessions"))
    sets = {**CALENDAR.sets, "sessions": PeriodSet("sessions", Text("sessions", "会议"), expected=expected)}
    calendar = Calendar(CALENDAR.zone, CALENDAR.marked, CALENDAR.announced, CALENDAR.law_days, sets)
    guarded = rota(shift("key", ShiftDays(periods=("sessions",)), 0, 24, "z"), *VC_SHIFTS, calendar=calendar)
    duty = on_duty(guarded, NO_OVERRIDES, local("2026-11-11 10:00:00"))
    assert people(duty) == "a b c z"
    assert duty.doubts == (Text("sessions of 2026 is not dated yet", "2026年会议日期尚未确定"),)
    assert on_duty(guarded, NO_OVERRIDES, local("2026-11-24 10:00:00")).doubts == ()


def test_a_time_that_is_left_out_is_the_moment_the_clock_was_set_forward() -> None:
    berlin = ZoneInfo("Europe/Berlin")  # 2026-03-29: 02:00 becomes 03:00
    calendar = Calendar(berlin, announced=frozenset({2026}))
    split = rota(shift("a", EVERY_DAY, 0, 2.5, "a"), shift("b", EVERY_DAY, 2.5, 24, "b"), calendar=calendar)
    assert next_handover(split, datetime(2026, 3, 29, 0, 30, tzinfo=berlin)) == datetime(2026, 3, 29, 3, tzinfo=berlin)


def test_of_a_time_that_comes_twice_the_first_is_meant() -> None:
    berlin = ZoneInfo("Europe/Berlin")  # 2026-10-25: 03:00 becomes 02:00
    calendar = Calendar(berlin, announced=frozenset({2026}))
    split = rota(shift("a", EVERY_DAY, 0, 2.5, "a"), shift("b", EVERY_DAY, 2.5, 24, "b"), calendar=calendar)
    handed_over = next_handover(split, datetime(2026, 10, 25, 0, 30, tzinfo=berlin))
    assert handed_over == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    again = datetime(2026, 10, 25, 2, 10, tzinfo=berlin, fold=1)
    assert on_duty(split, NO_OVERRIDES, again).shift == "b"


def test_what_is_remembered_of_days_changes_no_answer() -> None:
    fresh = [on_duty(replace(VC), NO_OVERRIDES, local("2026-11-08 03:00:00") + timedelta(days=n)) for n in range(40)]
    assert [on_duty(VC, NO_OVERRIDES, local("2026-11-08 03:00:00") + timedelta(days=n)) for n in range(40)] == fresh


def test_yesterdays_shift_gives_way_to_one_of_today_that_stands_above_it_and_to_its_own_next() -> None:
    long_night = rota(shift("day", EVERY_DAY, 9, 18, "a"), shift("night", EVERY_DAY, 18, 35, "b"))
    assert shift_at("2026-11-03 10:00:00", long_night) == "day"
    over_itself = rota(shift("all", EVERY_DAY, 9, 35, "a", "b"))
    assert on_duty(over_itself, NO_OVERRIDES, local("2026-11-03 10:00:00")).day == date(2026, 11, 3)
