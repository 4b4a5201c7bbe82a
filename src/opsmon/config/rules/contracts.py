"""The shape of one file of rules/contracts and how it becomes a frozen `Contract`.

Sections: who and how long (`contract` … `services`), when (`hours`, `periods`), what runs as a clock (`clauses`), and
`obligations`, `budgets`, `penalties`. A name that nothing defines, hours that overlap and an id used twice are errors
at their line.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from decimal import Decimal
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, field_validator

from opsmon.config.rules.budgets import BudgetSpec
from opsmon.config.rules.calendars import CalendarBook
from opsmon.config.rules.clauses import ClauseSpec, IncidentSelectorSpec, Names, refuse, resolve_clause
from opsmon.config.rules.field import DateField, HoursField, TextField, as_list, parse_date, parse_hours, text_of
from opsmon.config.rules.obligations import ObligationSpec
from opsmon.config.rules.penalties import PenaltySpec
from opsmon.config.settings import Timezone
from opsmon.contract.calendar.calendar import ONE_DAY, Calendar
from opsmon.contract.calendar.schedule import AroundPeriods
from opsmon.contract.calendar.window import HoursOn, Window
from opsmon.contract.calendar.working_time import WORKING_TIME
from opsmon.contract.clock.case import Estimates
from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.money.penalty import PenaltyRule
from opsmon.contract.obligation import Obligation
from opsmon.contract.term import Clause, Contract, Service, Term
from opsmon.errors import ConfigError, Problem
from opsmon.model.name import ContractId
from opsmon.spec import OrOne, Seconds, Spec, wrong
from opsmon.text.bilingual import Sentence, Text
from opsmon.text.near_miss import meant, shown

Hours = Annotated[HoursOn, Field(strict=False)]


class TermSpec(Spec):
    """From the first day to the last, both whole. `goes_on`: past its end until a successor is recorded."""

    from_: DateField | None = Field(default=None, alias="from")
    """The first day."""
    to: DateField | None = None
    """The last day, which is whole."""
    goes_on: bool = False
    """Whether it goes on past its end until a successor is recorded."""
    succeeded_on: DateField | None = None
    """The day on which the successor's term began."""
    note: TextField = ""
    """A remark."""

    def resolve(self, zone: tzinfo) -> Term:
        start = _midnight(self.from_, zone) if self.from_ else None
        end = _midnight(self.to, zone, days=1) if self.to else None
        if start is not None and end is not None and start >= end:
            refuse("term", "the term ends before it begins")
        succeeded = _midnight(self.succeeded_on, zone) if self.succeeded_on else None
        return Term(start, end, self.goes_on, succeeded)


def _midnight(text: str, zone: tzinfo, *, days: int = 0) -> datetime:
    return datetime.combine(parse_date(text) + days * ONE_DAY, time(), zone).astimezone(UTC)


class ServiceSpec(Spec):
    """One service (lot); its own term and amount where the paper gives them."""

    title: TextField
    """What people call it."""
    term: TermSpec | None = None
    """Its own term, where the paper gives one."""
    amount_cny: int | None = Field(default=None, ge=0)
    """Its own amount in whole yuan, where the paper gives one."""
    scope: TextField = ""
    """What it covers, in words."""


class HoursSpec(Spec):
    """Named hours: stretches of a day on some days, joined with the whole of some key periods."""

    title: TextField
    """What people call them."""
    on: Hours = HoursOn.WORKDAYS
    """On which days."""
    hours: Annotated[list[HoursField], BeforeValidator(as_list), OrOne()] = Field(default=[])
    """Stretches of the day, such as 09:00-18:00; over midnight takes two."""
    and_inside: list[str] = Field(default=[])
    """Key periods that count whole, too."""

    @field_validator("hours")
    @classmethod
    def _apart(cls, written: list[str]) -> list[str]:
        spans = sorted(parse_hours(one) for one in written)
        for (_, end), (start, _) in pairwise(spans):
            if start < end:
                raise wrong(
                    Sentence("hours that overlap", "时段重叠"), Sentence("join them into one stretch", "请合并为一段")
                )
        return written

    def resolve(self, name: str) -> Window:
        spans = tuple(sorted(parse_hours(one) for one in self.hours))
        return Window(name, text_of(self.title), self.on, spans, tuple(self.and_inside))


class PeriodsSpec(Spec):
    """A named union of key periods that the calendars define."""

    title: TextField
    """What people call them."""
    sets: list[str] = Field(min_length=1)
    """The sets of key periods, by their names in rules/calendars."""


class EstimatesSpec(Spec):
    """How long the steps usually take; a clock is at risk when the steps that are left do not fit any more."""

    acknowledge: Seconds | None = None
    """How long an acknowledgement usually takes."""
    travel: Seconds | None = None
    """How long the way to the site usually takes."""
    repair: Seconds | None = None
    """How long a repair usually takes."""

    def resolve(self) -> Estimates:
        return Estimates(_length(self.acknowledge), _length(self.travel), _length(self.repair))


def _length(seconds: float | None) -> timedelta | None:
    return timedelta(seconds=seconds) if seconds is not None else None


class ContractSpec(Spec):
    """One contract, one file."""

    contract: str
    """The contract's id, which inventories write under `contract:`; unique over the root."""
    title: TextField
    """What people call it."""
    parties: TextField = ""
    """Who made it."""
    timezone: Timezone | None = None
    """In which its hours and days are counted; that of opsmon.yaml unless told."""
    term: TermSpec = TermSpec()
    """Its first and last day."""
    amount_cny: int | None = Field(default=None, ge=0)
    """Its amount in whole yuan."""
    payment: TextField = ""
    """How it is paid, in words."""
    facts: list[TextField] = Field(default=[])
    """What else people should know."""
    services: dict[str, ServiceSpec] = Field(min_length=1)
    """Its services (lots), by the name that inventories write under `service:`."""
    labels: dict[str, list[str]] = Field(default={})
    """The values that a label may have."""
    hours: dict[str, HoursSpec] = Field(default={})
    """Named hours, in which time may run."""
    working_hours: str | None = None
    """The hours in which people are warned of papers; 09:00-18:00 on workdays unless told."""
    estimates: EstimatesSpec = EstimatesSpec()
    """How long the steps usually take."""
    periods: dict[str, PeriodsSpec] = Field(default={})
    """Named unions of sets of key periods."""
    scopes: dict[str, IncidentSelectorSpec] = Field(default={})
    """Named selectors of incidents, for `applies:`."""
    clauses: list[ClauseSpec] = Field(default=[])
    """Rows that run as clocks of an incident."""
    obligations: list[ObligationSpec] = Field(default=[])
    """Rows that are no clock of an incident: papers, patrols, staff rules."""
    budgets: list[BudgetSpec] = Field(default=[])
    """So many faults a month."""
    penalties: list[PenaltySpec] = Field(default=[])
    """What breaches cost."""

    def resolve(self, calendars: CalendarBook) -> ContractRules:
        """The contract with its calendar. Raises ConfigError with every mistake, by dotted key."""
        if self.timezone is not None:
            calendars = replace(calendars, zone=ZoneInfo(self.timezone))
        calendar = calendars.for_contract(self.contract)
        names = Names(self.services, self._windows(calendar), self.scopes, self.labels, calendar)
        working = names.runs(self.working_hours, "working_hours") if self.working_hours is not None else None
        term = self.term.resolve(calendars.zone)
        contract = Contract(
            id=ContractId(self.contract),
            title=text_of(self.title),
            zone=calendars.zone,
            services={name: self._service(name, term, calendars.zone) for name in self.services},
            clauses=_clauses(self.clauses, names),
            amount_cny=_money(self.amount_cny),
            term=term,
            estimates=self.estimates.resolve(),
            labels={key: frozenset(values) for key, values in self.labels.items()},
            working=working or WORKING_TIME,
        )
        budgets = tuple(one.resolve(names, f"budgets.{index}") for index, one in enumerate(self.budgets))
        periods = {name: tuple(one.sets) for name, one in self.periods.items()}
        return ContractRules(contract, calendar, budgets, self._penalties(), self._obligations(calendar), periods)

    def _obligations(self, calendar: Calendar) -> tuple[Obligation, ...]:
        rows = enumerate(self.obligations)
        return tuple(one.resolve(self.services, calendar, f"obligations.{index}") for index, one in rows)

    def _penalties(self) -> tuple[PenaltyRule, ...]:
        known = [one.id for one in self._rows()]
        amount, services = _money(self.amount_cny), list(self.services)
        rules = enumerate(self.penalties)
        return tuple(one.resolve(amount, known, services, f"penalties.{index}") for index, one in rules)

    def _rows(self) -> list[ClauseSpec | BudgetSpec | ObligationSpec]:
        """Everything of the file that has an id, which a penalty may name."""
        return [*self.clauses, *self.budgets, *self.obligations]

    def doubts(self, book: ContractRules) -> tuple[Text, ...]:
        """What is not announced or not dated yet of the days that the contract's terms cover."""
        found: dict[Text, None] = {}
        for term in {service.term for service in book.contract.services.values()}:
            if term.start is None or term.end is None:
                continue
            first, last = (book.calendar.local_date(at) for at in (term.start, term.end - ONE_DAY))
            found.update(dict.fromkeys(book.calendar.doubts(first, last)))
            named = [self._windows(book.calendar)[name] for name in (*self.periods, *self.hours)]
            for window in (*named, *_occasions_of(book)):
                found.update(dict.fromkeys(window.doubts(book.calendar, first, last)))
        return tuple(found)

    def _service(self, name: str, term: Term, zone: tzinfo) -> Service:
        spec = self.services[name]
        own = spec.term.resolve(zone) if spec.term is not None else term
        return Service(name, text_of(spec.title), own, _money(spec.amount_cny))

    def _windows(self, calendar: Calendar) -> Mapping[str, Window]:
        windows = {name: Window(name, one.title, periods=(name,)) for name, one in calendar.sets.items()}
        for name, periods in self.periods.items():
            _check_sets(periods.sets, calendar, f"periods.{name}.sets")
            windows[name] = Window(name, text_of(periods.title), periods=tuple(periods.sets))
        for name, hours in self.hours.items():
            if name in windows:
                refuse(f"hours.{name}", f"{shown(name)} is the name of key periods already")
            windows[name] = self._hours(name, hours, calendar)
        return windows

    def _hours(self, name: str, spec: HoursSpec, calendar: Calendar) -> Window:
        sets: list[str] = []
        for one in spec.and_inside:
            sets.extend(self.periods[one].sets if one in self.periods else [one])
        _check_sets(sets, calendar, f"hours.{name}.and_inside")
        resolved = spec.resolve(name)
        return Window(name, resolved.title, resolved.on, resolved.hours, tuple(sets))


def _money(amount: int | None) -> Decimal | None:
    return Decimal(amount) if amount is not None else None


def _check_sets(sets: Iterable[str], calendar: Calendar, key: str) -> None:
    for name in sets:
        if name not in calendar.sets:
            refuse(key, f"no such key periods: {shown(name)}", meant(name, calendar.sets) or "see rules/calendars")


def _clauses(specs: list[ClauseSpec], names: Names) -> tuple[Clause, ...]:
    problems = list(_id_problems(specs))
    clauses = []
    for index, spec in enumerate(specs):
        try:
            clauses.append(resolve_clause(spec, names, f"clauses.{index}"))
        except ConfigError as error:
            problems.extend(error.problems)
    if problems:
        raise ConfigError(tuple(problems))
    return tuple(clauses)


def _id_problems(specs: list[ClauseSpec]) -> Iterator[Problem]:
    seen: list[str] = []
    for index, spec in enumerate(specs):
        if spec.id in seen:
            yield Problem(
                "",
                0,
                0,
                Sentence(f"a second clause {shown(spec.id)}", f"条款 {shown(spec.id)} 重复"),
                key=f"clauses.{index}.id",
            )
        for place, name in enumerate(spec.breach_of):
            if name not in seen:
                hint = meant(name, seen) or "a clause has to come before the one that its breach starts"
                yield Problem(
                    "",
                    0,
                    0,
                    Sentence(f"no such clause: {shown(name)}", f"没有条款 {shown(name)}"),
                    hint,
                    f"clauses.{index}.breach_of.{place}",
                )
        seen.append(spec.id)


def _occasions_of(book: ContractRules) -> list[Window]:
    """The key periods that obligations, and not only clocks, are due before or during."""
    schedules = [one for obligation in book.obligations for one in (*obligation.schedules, *obligation.warned)]
    return [
        Window("occasions", Text("occasions"), periods=one.sets)
        for one in schedules
        if isinstance(one, AroundPeriods) and one.sets
    ]
