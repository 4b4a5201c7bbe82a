"""The facts of one incident, as the contract sees them, and which of them cannot be believed.

Promises: the order in which facts arrived does not matter, only the times that they carry; a fact that makes no sense
(an outcome before the incident began, a resolve with no start, an exclusion without a reason) is refused with a reason
and the rest goes on; nothing here raises.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from opsmon.model.device import Kind
from opsmon.model.duration import parse_duration_s
from opsmon.model.incident import EXCLUSIONS, STARTS, Fact, FactType, Severity, exclusion_of, standing_facts
from opsmon.model.name import ClauseId, ContractId, IncidentId
from opsmon.text.bilingual import NO_WORDS, Text


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
    reason: Text


@dataclass(frozen=True, slots=True)
class Finding:
    """What a named person found an incident to be, at `at`: None leaves as it is, an empty label takes one away."""

    at: datetime
    severity: Severity | None = None
    service: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    by: str = ""
    reason: str = ""


class IncidentScope(Protocol):
    """What a contract sees of an incident, by whatever room it is kept."""

    @property
    def id(self) -> IncidentId: ...
    @property
    def contract(self) -> ContractId | None: ...
    @property
    def service(self) -> str | None: ...
    @property
    def kind(self) -> Kind | None: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def scope_labels(self) -> Mapping[str, str]: ...
    @property
    def facts(self) -> tuple[Fact, ...]: ...
    @property
    def condition(self) -> str: ...
    @property
    def opened_at(self) -> datetime: ...
    @property
    def gives_way_at(self) -> datetime | None: ...


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
    hypothetical: bool = False

    @classmethod
    def of(cls, incident: IncidentScope, gives_way: Text = NO_WORDS) -> "Case":
        """The incident as its contract sees it; only asked for where it has one. `gives_way` says what gives way first,
        if something does."""
        assert incident.contract is not None  # noqa: S101
        at, name = incident.gives_way_at, incident.condition
        reason = gives_way or Text(f"{name} leaves less time", f"{name} 使可用时间缩短")
        return cls(
            incident=incident.id,
            contract=incident.contract,
            service=incident.service,
            kind=incident.kind,
            severity=incident.severity,
            labels=incident.scope_labels,
            facts=incident.facts,
            pressures=() if at is None else (Pressure(incident.opened_at, at, reason),),
        )


def found_to_be(case: Case, findings: Iterable[Finding]) -> Case:
    """The case as people found it to be, one finding after the other."""
    for one in findings:
        labels = {key: value for key, value in {**case.labels, **one.labels}.items() if value}
        severity, service = one.severity or case.severity, one.service or case.service
        case = replace(case, severity=severity, service=service, labels=labels)
    return case


@dataclass(frozen=True, slots=True)
class DisbelievedFact:
    """A fact that was not believed, and why."""

    fact: Fact
    reason: str


@dataclass(frozen=True, slots=True)
class History:
    """The believed facts of a case by type, each in the order of time.

    `own_messages` are the notices that opsmon itself tells of; they are not among the `notified` of people.
    `own_earliest` is when the first of those may have been taken already. `judgements` are the exclusions and
    inclusions.
    """

    times: Mapping[FactType, tuple[datetime, ...]]
    own_messages: tuple[datetime, ...] = ()
    own_earliest: datetime | None = None
    judgements: tuple[Fact, ...] = ()
    refusals: tuple[DisbelievedFact, ...] = ()

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
    def begun_at(self) -> datetime | None:
        """When the incident began: the first that was detected or told of, by people or by our own message."""
        first = self.first_of(tuple(STARTS))
        begun = [*self.own_messages[:1], *([first[0]] if first is not None else [])]
        return min(begun, default=None)

    def exclusion_of(self, clause: ClauseId, *, paper: bool) -> datetime | None:
        """The time of an exclusion that frees the clause. A paper is owed for an excluded fault, too, unless the
        exclusion names its clause."""
        if not self.judgements:
            return None
        judged = [fact for fact in self.judgements if fact.clauses or fact.type is FactType.INCLUDED or not paper]
        held = exclusion_of(judged, clause)
        return held.at if held is not None else None


def history_of(facts: tuple[Fact, ...], *, hypothetical: bool = False) -> History:
    """Sorts the facts that stand by time and leaves out what cannot be believed."""
    facts = standing_facts(facts)
    begun = min((fact.at for fact in facts if fact.type in STARTS and fact.at.tzinfo is not None), default=None)
    times: dict[FactType, list[datetime]] = {}
    own: list[Fact] = []
    judgements: list[Fact] = []
    refusals: list[DisbelievedFact] = []
    for fact in facts:
        reason = _why_not(fact, begun) if not hypothetical or fact.at.tzinfo is None else ""
        if reason:
            refusals.append(DisbelievedFact(fact, reason))
        elif fact.type is FactType.NOTIFIED and fact.is_own:
            own.append(fact)
        elif fact.type in EXCLUSIONS:
            judgements.append(fact)
        else:
            times.setdefault(fact.type, []).append(fact.at)
    refusals.sort(key=lambda one: (one.fact.at.isoformat(), one.fact.type, one.reason))
    in_order = {type_: tuple(sorted(at)) for type_, at in times.items()}
    earliest = min([fact.earliest or fact.at for fact in own], default=None)
    own_messages = tuple(sorted([fact.at for fact in own]))
    return History(in_order, own_messages, earliest, tuple(judgements), tuple(refusals))


def _why_not(fact: Fact, begun: datetime | None) -> str:
    if fact.at.tzinfo is None:
        return "its time has no offset from UTC"
    if fact.type in STARTS:
        return ""
    if begun is None:
        return f"{fact.type} with no start: nothing was detected, reported or notified"
    if fact.type in EXCLUSIONS:  # of the whole fault: their time is for the journal alone
        return "" if fact.note.strip() else f"{fact.type} without a reason"
    return f"{fact.type} before its incident began" if fact.at < begun else ""
