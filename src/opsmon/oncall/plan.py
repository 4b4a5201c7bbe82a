"""Plans: who is told of a fault, by which way, and how long the next step waits for an acknowledgement."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from opsmon.contract.calendar.calendar import ONE_DAY, Calendar
from opsmon.contract.calendar.window import MAX_CLOSURE_DAYS
from opsmon.contract.term import IncidentSelector
from opsmon.incident.incident import Incident
from opsmon.model.incident import Severity
from opsmon.model.name import ChannelName, ContractId, PersonId, PlanName, RotaName, SiteName
from opsmon.oncall.local_time import moment_of
from opsmon.oncall.shift import ShiftDays


@dataclass(frozen=True, slots=True)
class RotaTarget:
    """Whoever is on duty of the rota at the moment of the telling."""

    rota: RotaName


@dataclass(frozen=True, slots=True)
class PersonTarget:
    """One person, on duty or not."""

    person: PersonId


@dataclass(frozen=True, slots=True)
class HolderTarget:
    """Who has acknowledged the incident; nobody where nobody has."""


PageTarget = RotaTarget | PersonTarget | HolderTarget
CallPosition = tuple[int, int]  # step and round, from 1


@dataclass(frozen=True, slots=True)
class Telling:
    """Whom to tell, and the channels to try in order until one accepts."""

    tell: tuple[PageTarget, ...]
    by: tuple[ChannelName, ...]


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """A telling, and how long it waits for an acknowledgement before the next. `wait` None: shares out the shortest
    acknowledge limit of the incident's contract (`auto`)."""

    tell: tuple[PageTarget, ...]
    by: tuple[ChannelName, ...]
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """How long an acknowledgement, or a sign of work, keeps the page quiet."""

    acknowledged: timedelta = timedelta(minutes=15)
    worked: timedelta = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class Quiet:
    """On these days of `calendar` the first telling of a fault less severe than `below`, with no clock running, waits
    until `until_s` (seconds of the wall clock) of the next day that is none of them."""

    calendar: Calendar
    on: ShiftDays
    below: Severity
    until_s: int

    def ends_at(self, severity: Severity, at: datetime) -> datetime | None:
        """Until when a fault of `severity` that is told at `at` waits; None where it does not."""
        day = self.calendar.local_date(at)
        if not _is_below(severity, self.below) or not self.on.takes(self.calendar, day):
            return None
        last = day + MAX_CLOSURE_DAYS * ONE_DAY
        while day < last and self.on.takes(self.calendar, day):
            day += ONE_DAY
        return self._moment(day)

    def _moment(self, day: date) -> datetime:
        return moment_of(self.calendar.zone, day, self.until_s)


@dataclass(frozen=True, slots=True)
class PlanMatch:
    """Takes an incident when every field that is given agrees; none given takes all."""

    contracts: frozenset[ContractId] = frozenset()
    sites: frozenset[SiteName] = frozenset()
    conditions: frozenset[str] = frozenset()
    scope: IncidentSelector = field(default_factory=IncidentSelector)

    def takes(self, incident: Incident) -> bool:
        return (
            (not self.contracts or incident.contract in self.contracts)
            and (not self.sites or incident.site in self.sites)
            and (not self.conditions or incident.condition in self.conditions)
            and self.scope.takes(incident.service, incident.kind, incident.severity, incident.scope_labels)
        )

    @property
    def takes_all(self) -> bool:
        return self == PlanMatch()


@dataclass(frozen=True, slots=True)
class EscalationPlan:
    """`steps` in order, `rounds` times over. `at_risk` and `breached`: who is told besides when a clock comes to be so.

    `notice_counts`: the acceptance of a message by a channel that counts is the fact `notified`.
    """

    name: PlanName
    match: PlanMatch
    steps: tuple[EscalationStep, ...]
    rounds: int = 3
    at_risk: Telling | None = None
    breached: Telling | None = None
    hold: Hold = field(default_factory=Hold)
    notice_counts: bool = True
    quiet: Quiet | None = None

    def after(self, position: CallPosition) -> CallPosition | None:
        """The step that follows; None after the last of the last round."""
        step, round_ = position
        if step < len(self.steps):
            return step + 1, round_
        return (1, round_ + 1) if round_ < self.rounds else None


_ORDER = (Severity.ORDINARY, Severity.MAJOR, Severity.EMERGENCY)


def _is_below(severity: Severity, limit: Severity) -> bool:
    return _ORDER.index(severity) < _ORDER.index(limit)
