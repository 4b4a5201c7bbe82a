"""What past incidents of a site say of how long people take."""

from datetime import timedelta

from opsmon.contract.clock.case import Estimates
from opsmon.contract.clock.estimate import MIN_INCIDENTS, estimates_from
from opsmon.model.incident import Fact, FactType
from tests.support.contract.rulebook import facts, local


def past(minutes: int, *, travelled: bool = True) -> tuple[Fact, ...]:
    """An incident that was acknowledged after 2 minutes; whoever went took so many minutes and repaired for 30."""
    story = [("detected", "2026-11-20 10:00:00"), ("acknowledged", "2026-11-20 10:02:00")]
    if travelled:
        there = 2 + minutes
        story += [("on_site", f"2026-11-20 10:{there:02}:00"), ("resolved", f"2026-11-20 10:{there + 30:02}:00")]
    return facts(*story)


def test_the_median_of_what_was_reported_is_what_a_step_usually_takes() -> None:
    known = estimates_from([past(10), past(12), past(25), past(11), past(13)])
    assert known == Estimates(timedelta(minutes=2), timedelta(minutes=12), timedelta(minutes=30))


def test_too_few_nights_prove_nothing_and_a_step_that_nobody_reported_says_nothing() -> None:
    assert estimates_from([past(10)] * (MIN_INCIDENTS - 1)) == Estimates()
    known = estimates_from([past(0, travelled=False)] * MIN_INCIDENTS)
    assert known == Estimates(acknowledge=timedelta(minutes=2))
    backwards = facts(("on_site", "2026-11-20 09:00:00"), ("detected", "2026-11-20 10:00:00"))
    assert estimates_from([backwards] * MIN_INCIDENTS) == Estimates()


def test_only_the_latest_count() -> None:
    old, new = [past(25)] * 30, [past(5)] * 20
    assert estimates_from(old + new).travel == timedelta(minutes=5)


def test_a_withdrawn_step_says_nothing() -> None:
    wrong = Fact(FactType.WITHDRAWN, local("2026-11-20 12:00:00"), "lead", "another device", withdraws=3)
    assert estimates_from([(*past(10), wrong)] * MIN_INCIDENTS) == Estimates(acknowledge=timedelta(minutes=2))
