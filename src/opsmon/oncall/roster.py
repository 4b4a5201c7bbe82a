"""Who is on duty: one answer for pages, commands, the console, the calendar file and the paper.

Promises: a shift belongs to the day on which it begins; turns are counted in shifts that took place; where the
calendar does not know a day yet, everybody who may be on duty is named and the doubt is told. Refuses: to know the
present time, or to guess in silence.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import NamedTuple, TypeVar

from opsmon.contract.calendar.calendar import ONE_DAY, Calendar
from opsmon.contract.calendar.window import MAX_CLOSURE_DAYS
from opsmon.model.name import ContractId, PersonId, RotaName
from opsmon.oncall.day_slices import DayReadings, Slice, days_back, readings_of, slices_of
from opsmon.oncall.override import Override, Overrides
from opsmon.oncall.shift import DutyShift
from opsmon.text.bilingual import NO_WORDS, Text

Key = TypeVar("Key")
Kept = TypeVar("Kept")
MAX_KEPT = 4_000  # worked out once and kept: as often as people look, the same days are asked for


@dataclass(frozen=True, slots=True)
class Post:
    """One shift of one day, with the people who are there. `overrides` are those that have changed who that is."""

    shift: str
    day: date
    people: tuple[PersonId, ...]
    need: int
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is on duty from `since` to before `until` (None: further away than a year).

    `posts` is empty where nobody is, and has several entries where the calendar is in doubt about who it will be: what
    the calendar says today comes first, and `doubts` says why it may be another.
    """

    rota: RotaName
    posts: tuple[Post, ...]
    since: datetime | None
    until: datetime | None
    doubts: tuple[Text, ...] = ()

    @property
    def people(self) -> tuple[PersonId, ...]:
        """Everybody who is, or may be, on duty."""
        return tuple(dict.fromkeys(person for post in self.posts for person in post.people))

    @property
    def shift(self) -> str:
        """The shift by the calendar of today, "" where there is none."""
        return self.posts[0].shift if self.posts else ""

    @property
    def day(self) -> date | None:
        """The local day on which that shift began."""
        return self.posts[0].day if self.posts else None

    @property
    def is_provisional(self) -> bool:
        return bool(self.doubts)


class Stretch(NamedTuple):
    """A part of one local day through which the same people are on duty, with the doubts about that."""

    begin: datetime
    end: datetime
    posts: tuple[Post, ...]
    doubts: tuple[Text, ...]

    def goes_on(self, other: "Stretch") -> bool:
        """The other, before or after it, is no other duty."""
        return self.posts == other.posts and self.doubts == other.doubts


@dataclass(slots=True)
class RotaMemory:
    """What was worked out of single days. It follows from the rota alone, so that it may be forgotten at any time."""

    readings: dict[date, DayReadings] = field(default_factory=dict)
    slices: dict[date, tuple[Slice, ...]] = field(default_factory=dict)
    doubts: dict[date, tuple[Text, ...]] = field(default_factory=dict)
    posts: dict[tuple[int, date], Post] = field(default_factory=dict)
    stretches: dict[date, tuple[Stretch, ...]] = field(default_factory=dict)
    duties: dict[date, tuple[Duty, ...]] = field(default_factory=dict)
    turns: dict[tuple[int, int], list["Turns"]] = field(default_factory=dict)
    begun: dict[date, "BegunShifts"] = field(default_factory=dict)
    doubts_around: dict[date, tuple[Text, ...]] = field(default_factory=dict)
    days_back: int | None = None


class Turns(NamedTuple):
    """How many shifts took place since the first day of a rota; `in_doubt` where one of the days is."""

    taken_place: int = 0
    in_doubt: bool = False


class BegunShifts(NamedTuple):
    """The places of the shifts that take place from a day on, and of those of which that is in doubt."""

    certain: frozenset[int]
    in_doubt: frozenset[int]


@dataclass(frozen=True, slots=True)
class LeaveLimits:
    """How many workdays of leave a person of the rota may take in a calendar year, and how many people at once."""

    days_a_year: int | None = None
    people_at_once: int | None = None


@dataclass(frozen=True, slots=True)
class Rota:
    """Shifts in the order of precedence, by the days of `calendar`; `contract` is the one whose days these are."""

    name: RotaName
    calendar: Calendar = field(repr=False)
    shifts: tuple[DutyShift, ...]
    title: Text = NO_WORDS
    contract: ContractId | None = None
    leave: LeaveLimits = LeaveLimits()
    memory: RotaMemory = field(default_factory=RotaMemory, init=False, repr=False, compare=False)

    @property
    def people(self) -> frozenset[PersonId]:
        """Everybody in one of its crews."""
        return frozenset(person for shift in self.shifts for person in shift.people)

    def shift_title(self, name: str) -> Text:
        """What people call a shift; by its name where it has no title, or is none of this rota."""
        return next((one.title for one in self.shifts if one.name == name and one.title), Text(name))


NO_OVERRIDES = Overrides()


def on_duty(rota: Rota, overrides: Overrides, at: datetime) -> Duty:
    """Who is on duty at `at` (aware)."""
    duty = _planned_duty(rota, at)
    if not overrides.by_shift or not duty.posts:
        return duty
    return replace(duty, posts=tuple(_overridden(rota, post, overrides) for post in duty.posts))


def next_handover(rota: Rota, after: datetime) -> datetime | None:
    """The first moment after `after` at which another shift begins or one ends; None where none does for a year.

    Overrides move no hand-over: they name a shift, not hours.
    """
    return _planned_duty(rota, after).until


def post_of(rota: Rota, overrides: Overrides, shift: str, day: date) -> Post | None:
    """The shift called `shift` that begins on `day`, with who will be there; None where it does not take place."""
    number = next((n for n, one in enumerate(rota.shifts) if one.name == shift), None)
    if number is None or not any((number, day) in piece.readings for piece in _slices_around(rota, day)):
        return None
    return _overridden(rota, _post(rota, number, day), overrides)


def _overridden(rota: Rota, post: Post, overrides: Overrides) -> Post:
    key = rota.name, post.shift, post.day
    if key not in overrides.by_shift:
        return post
    return replace(post, people=overrides.applied(key, post.people), overrides=overrides.by_shift[key])


def _planned_duty(rota: Rota, at: datetime) -> Duty:
    at = at.astimezone(UTC)
    day = rota.calendar.local_date(at)
    while True:
        duties = _duties(rota, day)
        found = next((duty for duty, piece in zip(duties, _stretches(rota, day), strict=True) if at < piece.end), None)
        if found is not None:
            return found
        day += ONE_DAY  # of a midnight that comes twice the first has begun the day after


def _duties(rota: Rota, day: date) -> tuple[Duty, ...]:
    return _remembered(rota.memory.duties, day, lambda: tuple(_duty(rota, day, one) for one in _stretches(rota, day)))


def _duty(rota: Rota, day: date, piece: Stretch) -> Duty:
    return Duty(rota.name, piece.posts, _since(rota, day, piece), _until(rota, day, piece), piece.doubts)


def _since(rota: Rota, day: date, piece: Stretch) -> datetime | None:
    """When what holds in `piece` began to."""
    for number in range(MAX_CLOSURE_DAYS):
        for earlier in reversed(_stretches(rota, day - number * ONE_DAY)):
            if earlier.end <= piece.begin and not piece.goes_on(earlier):
                return earlier.end
    return None


def _until(rota: Rota, day: date, piece: Stretch) -> datetime | None:
    """When what holds in `piece` ends."""
    for number in range(MAX_CLOSURE_DAYS):
        for later in _stretches(rota, day + number * ONE_DAY):
            if later.begin >= piece.end and not piece.goes_on(later):
                return later.begin
    return None


def _stretches(rota: Rota, day: date) -> tuple[Stretch, ...]:
    known = rota.memory.stretches
    found = known.get(day)  # asked for far more often than worked out
    if found is None:
        found = _remembered(known, day, lambda: _joined([_stretch(rota, day, one) for one in _slices(rota, day)]))
    return found


def _joined(pieces: list[Stretch]) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    for piece in pieces:
        if found and found[-1].goes_on(piece):
            found[-1] = found[-1]._replace(end=piece.end)
        else:
            found.append(piece)
    return tuple(found)


def _stretch(rota: Rota, day: date, piece: Slice) -> Stretch:
    begun = [one for one in piece.readings if one is not None]
    posts: dict[tuple[PersonId, ...], Post] = {}
    for number, began_on in begun:
        post = _post(rota, number, began_on)
        posts.setdefault(post.people, post)
    if len(posts) == 1 and len(begun) == len(piece.readings):
        doubts = _doubts_of_turn(rota, *begun[0])
    else:
        doubts = _doubts(rota, day) if len(piece.readings) > 1 else ()
    return Stretch(piece.begin, piece.end, tuple(posts.values()), doubts)


def _post(rota: Rota, number: int, day: date) -> Post:
    return _remembered(rota.memory.posts, (number, day), lambda: _planned_post(rota, number, day))


def _planned_post(rota: Rota, number: int, day: date) -> Post:
    shift = rota.shifts[number]
    turns = _turns(rota, number, day).taken_place if len(shift.crews) > 1 else 0
    return Post(shift.name, day, shift.crew_of(turns), shift.need)


def _doubts(rota: Rota, day: date) -> tuple[Text, ...]:
    """Why it may change which shift holds on the day."""
    return _remembered(rota.memory.doubts_around, day, lambda: _doubts_around(rota, day))


def _doubts_around(rota: Rota, day: date) -> tuple[Text, ...]:
    of_days = [_doubts_of_day(rota, day - number * ONE_DAY) for number in range(_days_back(rota) + 1)]
    if all(one == of_days[0] for one in of_days):
        return of_days[0]
    return tuple(dict.fromkeys(doubt for one in of_days for doubt in one))


def _doubts_of_day(rota: Rota, day: date) -> tuple[Text, ...]:
    """Why it may change which shifts begin on the day."""
    found = (doubt for shift in rota.shifts for doubt in shift.on.doubts(rota.calendar, day))
    return _remembered(rota.memory.doubts, day, lambda: tuple(dict.fromkeys(found)))


def _doubts_of_turn(rota: Rota, number: int, day: date) -> tuple[Text, ...]:
    """Why it may change whose turn it is."""
    shift = rota.shifts[number]
    if len(shift.crews) == 1 or not _turns(rota, number, day).in_doubt:
        return ()
    return rota.calendar.doubts(min(shift.since, day), max(shift.since, day))


def _slices(rota: Rota, day: date) -> tuple[Slice, ...]:
    return _remembered(rota.memory.slices, day, lambda: _cut(rota, day))


def _cut(rota: Rota, day: date) -> tuple[Slice, ...]:
    days = (day - number * ONE_DAY for number in range(_days_back(rota), -1, -1))
    return slices_of(rota.calendar.zone, day, [_readings(rota, one) for one in days])


def _days_back(rota: Rota) -> int:
    found = rota.memory.days_back
    if found is None:
        found = rota.memory.days_back = days_back(rota.shifts)
    return found


def _readings(rota: Rota, day: date) -> DayReadings:
    return _remembered(rota.memory.readings, day, lambda: readings_of(rota.shifts, rota.calendar, day))


def _slices_around(rota: Rota, day: date) -> tuple[Slice, ...]:
    """The slices of every day on which a shift that begins on `day` may hold."""
    days = (day + number * ONE_DAY for number in range(_days_back(rota) + 1))
    return tuple(piece for one in days for piece in _slices(rota, one))


def _remembered(known: dict[Key, Kept], key: Key, work_out: Callable[[], Kept]) -> Kept:
    found = known.get(key)
    if found is None:
        if len(known) > MAX_KEPT:
            known.clear()
        found = known[key] = work_out()
    return found


def _turns(rota: Rota, number: int, day: date) -> Turns:
    """How many of the shift `number` took place from its `since` to before `day`; less than 0 for a day before it."""
    since = rota.shifts[number].since
    step = 1 if day >= since else -1
    known = rota.memory.turns.setdefault((number, step), [Turns()])
    wanted = abs((day - since).days)
    while len(known) <= wanted:
        passed = since + (len(known) - (1 if step > 0 else 0)) * step * ONE_DAY
        begun = _begun(rota, passed)
        in_doubt = known[-1].in_doubt or number in begun.in_doubt
        known.append(Turns(known[-1].taken_place + step * (number in begun.certain), in_doubt))
    return known[wanted]


def _begun(rota: Rota, day: date) -> BegunShifts:
    return _remembered(rota.memory.begun, day, lambda: _begun_on(rota, day))


def _begun_on(rota: Rota, day: date) -> BegunShifts:
    firsts = (piece.readings[0] for piece in _slices_around(rota, day))
    certain = frozenset(first[0] for first in firsts if first is not None and first[1] == day)
    readings = [frozenset(begun[0] for begun, _, _ in one) for one in _readings(rota, day)]
    return BegunShifts(certain, frozenset.union(*readings) - frozenset.intersection(*readings))
