"""Who is on duty, asked 10,000 times of a rota that is known, and lint of ten rotas: `python -m benchmarks.oncall`.

The bars: 50 µs an answer after the first, and one second for 400 days of ten rotas with all of their findings.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from benchmarks.clocks import book
from opsmon.contract.calendar.calendar import HOLIDAYS, DayKind
from opsmon.model.name import PersonId, RotaName
from opsmon.oncall.lint.lint import lint_on_call
from opsmon.oncall.oncall_rules import OnCallRules
from opsmon.oncall.override import Overrides
from opsmon.oncall.roster import Rota, on_duty
from opsmon.oncall.shift import Crew, DutyShift, ShiftDays

ASKED, ROTAS = 10_000, 10
ANSWER_BAR_S, LINT_BAR_S = 50e-6, 1.0
NOW = datetime(2026, 11, 28, 2, tzinfo=UTC)
SINCE = date(2026, 11, 2)


def rota(number: int) -> Rota:
    """The shifts of contract E's staffing, with people of its own."""
    crews = tuple(tuple(PersonId(f"p{number}-{crew}-{one}") for one in range(2)) for crew in range(3))
    worked = frozenset({DayKind.WORKDAY, DayKind.MAKE_UP})
    days = (
        ("key", ShiftDays(periods=(HOLIDAYS, "events")), 9, 33),
        ("day", ShiftDays(worked), 9, 18),
        ("night", ShiftDays(worked), 18, 33),
        ("rest", ShiftDays(frozenset(DayKind) - worked), 9, 33),
    )
    shifts = tuple(_shift(name, on, begin, end, crews) for name, on, begin, end in days)
    return Rota(RotaName(f"rota-{number}"), book().calendar, shifts)


def _shift(name: str, on: ShiftDays, begin_h: int, end_h: int, crews: tuple[Crew, ...]) -> DutyShift:
    return DutyShift(name, on, begin_h * 3600, end_h * 3600, crews, need=2, since=SINCE)


def cpu_s(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def main() -> None:
    one, moments = rota(0), [NOW + timedelta(minutes=37 * number) for number in range(ASKED)]
    for at in moments:
        on_duty(one, Overrides(), at)
    answer_s = cpu_s(lambda: [on_duty(one, Overrides(), at) for at in moments]) / ASKED
    print(f"on_duty, known days: {answer_s * 1e6:.1f} µs (bar {ANSWER_BAR_S * 1e6:.0f} µs)")
    for told, now in (("a year not announced ahead", NOW), ("days that are announced", NOW - timedelta(days=330))):
        rules = OnCallRules(rotas={each.name: replace(each) for each in map(rota, range(ROTAS))})
        days = timedelta(days=400 if now == NOW else 330)
        lint_s = cpu_s(lambda: lint_on_call(rules, {}, Overrides(), now, days))  # noqa: B023 - called at once
        print(f"lint of {days.days} days of {ROTAS} rotas, {told}: {lint_s:.2f} s of CPU (bar {LINT_BAR_S:.0f} s)")


if __name__ == "__main__":
    main()
