"""The facts of one incident, as the contract sees them, and which of them cannot be believed.

Promises: the order in which facts arrived does not matter, only the times that they carry; a fact that makes no sense
(an outcome before the incident began, a resolve with no start, an exclusion without a reason) is refused with a reason
and the rest goes on; nothing here raises.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from opsmon.model.device import Kind
from opsmon.model.duration import parse_duration_s
from opsmon.model.incident import Fact, FactType, Severity, standing_facts
from opsmon.model.name import ContractId, IncidentId

STARTS = frozenset({FactType.DETECTED, FactType.REPORTED, FactType.NOTIFIED})


@dataclass(frozen=True, slots=True)
class Estimates:
    """How long a step usually takes, from the rule, the site or the history of the site; None is not known."""

    acknowledge: timedelta | None = None
    travel: timedelta | None = None
    repair: timedelta | None = None

    def filled(self, other: "Estimates") -> "Estimates":
        """These, and where they do not know, the other ones."""
        return Estimates(
            self.acknowledge if self.acknowledge is not None else other.acknowledge,
            self.travel if self.travel is not None else other.travel,
            self.repair if self.repair is not None else other.repair,
        )


def estimates_of(labels: Mapping[str, str]) -> Estimates:
    """What a site says of itself by its labels `acknowledge_time`, `travel_time`, `repair_time` (`30m`); a label that
    is no length of time says nothing."""
    return Estimates(*(_length(labels.get(f"{step}_time")) for step in ("acknowledge", "travel", "repair")))


def _length(text: str | None) -> timedelta | None:
    try:
        return timedelta(seconds=parse_duration_s(text)) if text is not None else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Pressure:
    """A fact of the world that leaves less time than the contract: known since `since`, things give way at
    `gives_way_at` (a UPS is empty, a meeting begins). A clock due later is at risk at once."""

    since: datetime
    gives_way_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Case:
    """One incident under one contract.

    `kind` and `service` None are not known and agree with every selector. `supposed`: somebody asks what would be, so
    that an outcome needs no start before it.
    """

    incident: IncidentId
    contract: ContractId
    service: str | None
    kind: Kind | None
    severity: Severity
    labels: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()
    estimates: Estimates = field(default_factory=Estimates)
    pressures: tuple[Pressure, ...] = ()
    supposed: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A fact that was not believed, and why."""

    fact: Fact
    reason: str


@dataclass(frozen=True, slots=True)
class History:
    """The believed facts of a case by type, each in the order of time."""

    times: Mapping[FactType, tuple[datetime, ...]]
    refusals: tuple[Refusal, ...] = ()

    def first(self, type_: FactType) -> datetime | None:
        found = self.times.get(type_)
        return found[0] if found else None

    def first_of(self, types: tuple[FactType, ...]) -> tuple[datetime, FactType] | None:
        """The earliest fact of any of `types`; where two are at the same moment, the one listed first."""
        first: tuple[datetime, FactType] | None = None
        for type_ in types:
            at = self.first(type_)
            if at is not None and (first is None or at < first[0]):
                first = at, type_
        return first

    def first_from(self, type_: FactType, start: datetime) -> datetime | None:
        """The first fact of the type at `start` or later."""
        return next((at for at in self.times.get(type_, ()) if at >= start), None)

    @property
    def excluded_at(self) -> datetime | None:
        """Since when the incident is not the contractor's responsibility; None when it is."""
        excluded = self.times.get(FactType.EXCLUDED, ())
        included = self.times.get(FactType.INCLUDED, ())
        if not excluded or (included and included[-1] >= excluded[-1]):
            return None
        return next(at for at in excluded if not included or at > included[-1])


def history_of(facts: tuple[Fact, ...], *, supposed: bool = False) -> History:
    """Sorts the facts that stand by time and leaves out what cannot be believed."""
    facts = standing_facts(facts)
    begun = min((fact.at for fact in facts if fact.type in STARTS and fact.at.tzinfo is not None), default=None)
    times: dict[FactType, list[datetime]] = {}
    refusals: list[Refusal] = []
    for fact in facts:
        reason = _why_not(fact, begun) if not supposed or fact.at.tzinfo is None else ""
        if reason:
            refusals.append(Refusal(fact, reason))
        else:
            times.setdefault(fact.type, []).append(fact.at)
    refusals.sort(key=lambda one: (one.fact.at.isoformat(), one.fact.type, one.reason))
    return History({type_: tuple(sorted(at)) for type_, at in times.items()}, tuple(refusals))


def _why_not(fact: Fact, begun: datetime | None) -> str:
    if fact.at.tzinfo is None:
        return "its time has no offset from UTC"
    if fact.type in STARTS:
        return ""
    if begun is None:
        return f"{fact.type} with no start: nothing was detected, reported or notified"
    if fact.at < begun:
        return f"{fact.type} before its incident began"
    if fact.type in (FactType.EXCLUDED, FactType.INCLUDED) and not fact.note.strip():
        return f"{fact.type} without a reason"
    return ""
