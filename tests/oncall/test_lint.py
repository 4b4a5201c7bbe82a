"""What lint finds, each with its place; and nothing where there is nothing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from opsmon.contract.term import IncidentSelector
from opsmon.model.name import ChannelName, PersonId, PlanName
from opsmon.oncall.lint.finding import LintFinding
from opsmon.oncall.lint.lint import lint_on_call
from opsmon.oncall.oncall_rules import Leave, OnCallRules, Person, Reach, ReachOf
from opsmon.oncall.override import Overrides
from opsmon.oncall.plan import EscalationPlan, EscalationStep, PersonTarget, PlanMatch, RotaTarget
from opsmon.oncall.roster import LeaveLimits, Rota
from opsmon.text.bilingual import Text
from tests.support.contract.rulebook import local, stock_books
from tests.support.oncall.rotas import EVERY_DAY, VC, WORKDAYS, override, rota, shift

NOW = local("2026-11-02 10:00")
SPAN = timedelta(days=59)  # what is announced of the time ahead
ROBOT, MAIL = ChannelName("robot"), ChannelName("mail")
EVERYBODY = frozenset(PersonId(name) for name in "abcdefgh")


def rules(*rotas: Rota, plans: tuple[EscalationPlan, ...] = (), leave: tuple[Leave, ...] = ()) -> OnCallRules:
    people = {one: Person(one, Text(one)) for one in EVERYBODY}
    channels = {
        ROBOT: Reach(ROBOT, "wecom", ReachOf.GROUP, EVERYBODY),
        MAIL: Reach(MAIL, "mail", ReachOf.PERSON, frozenset({PersonId("a")})),
    }
    return OnCallRules(people, channels, {one.name: one for one in rotas}, {plan.name: plan for plan in plans}, leave)


def found(
    given: OnCallRules, overrides: Overrides | None = None, span: timedelta = SPAN
) -> Mapping[str, list[LintFinding]]:
    listed: dict[str, list[LintFinding]] = {}
    for one in lint_on_call(given, stock_books(), overrides or Overrides(), NOW, span):
        listed.setdefault(one.rule, []).append(one)
    return listed


def plan(
    *steps: tuple[str, ChannelName, timedelta | None], match: PlanMatch | None = None, name: str = "all"
) -> EscalationPlan:
    told = tuple(EscalationStep((PersonTarget(PersonId(who)),), (by,), wait) for who, by, wait in steps)
    return EscalationPlan(PlanName(name), match or PlanMatch(), told)


def test_a_sound_rota_and_plan_have_no_findings() -> None:
    assert found(rules(VC, plans=(plan(("a", ROBOT, None)),))) == {}


def test_holes_are_told_with_their_times_and_key_periods_and_many_are_counted() -> None:
    office = replace(rota(shift("day", WORKDAYS, 9, 18, "a b")), contract=None)
    gaps = found(rules(office))["gap"]
    assert gaps[0].text.en == "nobody is on duty from 2026-11-02 18:00:00 to 2026-11-03 09:00:00"
    assert gaps[0].text.zh == "2026-11-02 18:00:00 至 2026-11-03 09:00:00 无人值班"
    assert (len(gaps), gaps[0].key) == (6, "rotas.vc.shifts")
    assert gaps[-1].text.en.startswith("and ")


def test_a_hole_in_a_key_period_says_in_which() -> None:
    office = replace(
        rota(shift("day", WORKDAYS, 0, 24, "a b", since=date(2026, 9, 1))), contract=next(iter(stock_books()))
    )
    office = replace(office, contract=next(name for name in stock_books() if name == "xicheng-vc-2025"))
    listed = lint_on_call(rules(office), stock_books(), Overrides(), local("2026-09-28 10:00"), timedelta(days=5))
    assert any("in the key period statutory holidays" in one.text.en for one in listed)


def test_too_few_people_are_told_once_with_their_number_of_shifts() -> None:
    (few,) = found(rules(rota(shift("all", EVERY_DAY, 0, 24, "a", need=2))), span=timedelta(days=10))["too_few"]
    assert few.key == "rotas.vc.shifts.0"
    assert few.text.en == "1 instead of 2 on duty in all (a), first on 2026-11-02, 11 in all"


def test_a_person_who_is_out_makes_it_too_few() -> None:
    away = Overrides.of([override("2026-11-04", "a", None)])
    (few,) = found(rules(VC), away)["too_few"]
    assert "2 instead of 3 on duty in day (b, c), first on 2026-11-04, 1 in all" in few.text.en


def test_a_person_in_two_rotas_at_one_time() -> None:
    other = rota(shift("all", EVERY_DAY, 0, 24, "a"), name="net")
    pairs = found(rules(VC, other))["twice_at_once"]
    assert pairs[0].text.en.startswith("a is on duty twice at once: ")
    assert {one.key for one in pairs} <= {"rotas.vc.shifts", "rotas.net.shifts"}
    apart = rota(shift("all", EVERY_DAY, 0, 24, "h"), name="net")
    assert "twice_at_once" not in found(rules(VC, apart))


def test_leave_is_held_against_duties_and_limits() -> None:
    limited = replace(VC, leave=LeaveLimits(days_a_year=3, people_at_once=1))
    week = Leave(PersonId("a"), date(2026, 11, 9), date(2026, 11, 13))
    same = Leave(PersonId("b"), date(2026, 11, 13), date(2026, 11, 13))
    past = Leave(PersonId("c"), date(2026, 10, 9), date(2026, 10, 30))
    listed = found(rules(limited, leave=(week, same, past)))
    assert [one.key for one in listed["on_leave"]] == ["leave.0", "leave.1"]
    assert "2026-11-09, 2026-11-10, 2026-11-11" in listed["on_leave"][0].text.en
    assert [one.text.en for one in listed["leave_days"]] == ["a takes 5 workdays of leave in 2026, 3 are allowed"]
    assert [one.text.en for one in listed["leave_at_once"]] == ["2 people are on leave on 2026-11-13, 1 may be at once"]


def test_a_swap_takes_somebody_off_his_leave() -> None:
    leave = Leave(PersonId("c"), date(2026, 11, 9), date(2026, 11, 9))
    swapped = Overrides.of([override("2026-11-09", "c", "h")])
    assert "on_leave" in found(rules(VC, leave=(leave,)))
    assert "on_leave" not in found(rules(VC, leave=(leave,)), swapped)


def test_a_swap_that_changes_nobody_any_more() -> None:
    idle = Overrides.of([override("2026-11-09", "h", "g")])
    (one,) = found(rules(VC), idle)["idle_override"]
    assert one.hint.en == "`opsmon oncall override end o1`"


def test_people_whom_no_channel_of_a_step_reaches() -> None:
    told = replace(plan(("b", MAIL, None)), steps=(EscalationStep((RotaTarget(VC.name),), (MAIL,)),))
    (one,) = found(rules(VC, plans=(told,)))["unreachable"]
    assert (one.key, one.text.en) == ("plans.all.steps.0.by", "no channel of mail reaches b, c, d, e, f, g, h")


@pytest.mark.parametrize(("wait_s", "is_slow"), [(179, False), (180, True), (None, False)])
def test_a_plan_slower_than_the_shortest_acknowledge_limit(wait_s: int | None, is_slow: bool) -> None:
    """E1 wants an acknowledgement in three minutes."""
    match = PlanMatch(contracts=frozenset(name for name in stock_books() if name == "xicheng-vc-2025"))
    wait = None if wait_s is None else timedelta(seconds=wait_s)
    slow = found(rules(VC, plans=(plan(("a", ROBOT, wait), ("b", ROBOT, None), match=match),)))
    assert ("too_slow" in slow) is is_slow
    if is_slow:
        (one,) = slow["too_slow"]
        assert one.text.en == "the next step comes after 3m, and xicheng-vc-2025 wants an acknowledgement in 3m"
        assert one.key == "plans.all.steps.0.wait"


def test_the_last_plan_has_to_take_all_and_none_before_it_may() -> None:
    some = PlanMatch(scope=IncidentSelector(services=frozenset({"vc"})))
    steps = ("a", ROBOT, None)
    assert found(rules(VC, plans=(plan(steps, match=some),)))["not_for_all"][0].key == "plans.all.match"
    hidden = found(rules(VC, plans=(plan(steps), plan(steps, match=some, name="vc"), plan(steps, name="end"))))
    assert hidden["never_reached"][0].key == "plans.vc"
    assert "not_for_all" not in hidden
