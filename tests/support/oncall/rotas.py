"""The rota of contract E's staffing (E21), and words for the tests of duty."""

from collections.abc import Sequence
from datetime import date

from opsmon.contract.calendar.calendar import DAY_S, HOLIDAYS, Calendar, DayKind
from opsmon.model.name import OverrideId, PersonId, RotaName
from opsmon.oncall.override import Override
from opsmon.oncall.roster import Duty, Rota
from opsmon.oncall.shift import DutyShift, ShiftDays
from tests.support.contract.rulebook import book, local

WORKDAYS = ShiftDays(frozenset({DayKind.WORKDAY, DayKind.MAKE_UP}))
RESTS = ShiftDays(frozenset({DayKind.WEEKEND, DayKind.HOLIDAY, DayKind.CLOSURE}))
KEY = ShiftDays(periods=(HOLIDAYS, "events"))
EVERY_DAY = ShiftDays(weekdays=frozenset(range(7)))
CALENDAR = book("xicheng-vc-2025").calendar
HOUR = 3600


def crews(*names: str) -> tuple[tuple[PersonId, ...], ...]:
    """`crews("a b", "c")` are two crews, of a and b, and of c."""
    return tuple(tuple(PersonId(person) for person in each.split()) for each in names)


def shift(
    name: str,
    on: ShiftDays,
    begin: float,
    end: float,
    *each: str,
    since: date = date(2026, 11, 2),
    need: int = 2,
    turn: int = 1,
) -> DutyShift:
    """Hours by the wall clock; past 24 they are those of the next day."""
    return DutyShift(name, on, int(begin * HOUR), int(end * HOUR), crews(*each), need, since, turn)


def rota(*shifts: DutyShift, calendar: Calendar = CALENDAR, name: str = "vc") -> Rota:
    return Rota(RotaName(name), calendar, shifts)


VC_SHIFTS = (
    shift("key", KEY, 9, 33, "a b c d", "e f g h", need=4),
    shift("day", WORKDAYS, 9, 18, "a b c", need=3),
    shift("night", WORKDAYS, 18, 33, "d e", "f g", "a b"),
    shift("rest", RESTS, 9, 33, "d e", "c f"),
)
VC = rota(*VC_SHIFTS)
WHOLE_DAY = (0, DAY_S)


def override(
    day: str, out: str | None, stands_in: str | None, *, name: str = "o1", of: str = "day", rota: str = "vc"
) -> Override:
    person_out = None if out is None else PersonId(out)
    person_in = None if stands_in is None else PersonId(stands_in)
    at = local("2026-11-01 08:00")
    return Override(
        OverrideId(name), RotaName(rota), of, date.fromisoformat(day), person_out, person_in, at, "lead", "swapped"
    )


def people(duty: Duty) -> str:
    return " ".join(duty.people)


def shifts_of(duties: Sequence[Duty]) -> list[str]:
    return [duty.shift for duty in duties]
