"""One incident: a root cause, what it takes along, and every fact that was reported about it.

An incident never forgets and never edits: facts are appended in the order in which they were told, and what it says of
itself goes by those that stand. The labels and the severity that its alerts carry are those of its opening for as long
as it lives; what people found out later (`service`, `severity`, `own_labels`) is what its contract sees.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from opsmon.model.device import Kind
from opsmon.model.event import DeviceState, IncidentOpened, ScopeJudged
from opsmon.model.incident import Ending, Fact, FactType, Severity, exclusion_of, standing_facts
from opsmon.model.name import ContractId, DeviceName, IncidentId, SiteName

# How much earlier a person may have reported an outage than monitoring saw it: people round the time of a call, and a
# check that runs every ten minutes is slower than they are.
REPORT_GRACE = timedelta(minutes=15)
# A device in one of these states is not there.
OUTAGE_STATES = frozenset({DeviceState.DOWN, DeviceState.FLAPPING})


class Phase(StrEnum):
    """How far an incident has come."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    WORKED = "worked"
    RECOVERING = "recovering"  # the fault is gone and the hold-down runs
    CLOSED = "closed"


WORK_FACTS = frozenset(
    {
        FactType.REMOTE_STARTED,
        FactType.REMOTE_FAILED,
        FactType.ON_SITE,
        FactType.SPARE_NEEDED,
        FactType.SPARE_INSTALLED,
        FactType.FALLBACK_AGREED,
    }
)


@dataclass(frozen=True, slots=True)
class Incident:
    """One root cause, from the first failed observation (`starts_at`) to the close.

    `opening` is the event that opened it, with the name that its device has now; what it said and nothing changes is
    read there. `severity` and `service` may be changed by a named human; `alert_severity` and `alert_service` are those
    of the opening. `labels` are those of the device, `own_labels` those that people gave to this incident. `children`
    are affected now, `affected` were at any time. `recovered_at` and `hold_until` are set while a recovery is being
    believed. `state` is the state of the whole device that is the fault, None where a condition of it is; then `value`
    is what was measured when it was opened, if that is a number.

    `reported_by` is the person who opened it, "" where monitoring did. `is_watched`: monitoring saw the fault and will
    see its end; else it is over when a person says so. `seen_condition` and `seen_subject` are monitoring's names for
    the fault of an incident that a person opened. `judgements` are what people found out about its scope, in order.
    """

    opening: IncidentOpened
    severity: Severity
    service: str | None
    detail: str
    own_labels: Mapping[str, str] = field(default_factory=dict)
    state: DeviceState | None = None
    value: float | None = None
    gives_way_at: datetime | None = None
    facts: tuple[Fact, ...] = ()
    children: frozenset[DeviceName] = frozenset()
    affected: frozenset[DeviceName] = frozenset()
    recovered_at: datetime | None = None
    hold_until: datetime | None = None
    closed_at: datetime | None = None
    close_reason: str = ""
    withdrawn: bool = False
    merged_into: IncidentId | None = None
    ended: Ending | None = None
    diagnosis: tuple[str, ...] = ()
    is_watched: bool = True
    unseen_since: datetime | None = None
    seen_condition: str = ""
    seen_subject: str = ""
    severity_given: bool = False
    judgements: tuple[ScopeJudged, ...] = ()

    @classmethod
    def opened(cls, opening: IncidentOpened) -> "Incident":
        """The incident that begins with the event."""
        return cls(
            opening=opening,
            severity=opening.severity,
            service=opening.service,
            detail=opening.detail,
            own_labels=opening.own_labels,
            state=opening.state,
            value=opening.value,
            gives_way_at=opening.gives_way_at,
            is_watched=not opening.by,
            severity_given=opening.severity_given,
        )

    @property
    def id(self) -> IncidentId:
        return self.opening.incident

    @property
    def condition(self) -> str:
        return self.opening.condition

    @property
    def subject(self) -> str:
        return self.opening.subject

    @property
    def device(self) -> DeviceName:
        return self.opening.device

    @property
    def site(self) -> SiteName:
        return self.opening.site

    @property
    def kind(self) -> Kind | None:
        return self.opening.kind

    @property
    def contract(self) -> ContractId | None:
        return self.opening.contract

    @property
    def alert_severity(self) -> Severity:
        return self.opening.severity

    @property
    def alert_service(self) -> str | None:
        return self.opening.service

    @property
    def opened_at(self) -> datetime:
        return self.opening.at

    @property
    def starts_at(self) -> datetime:
        return self.opening.starts_at

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels of its device."""
        return self.opening.labels

    @property
    def reported_by(self) -> str:
        return self.opening.by

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def phase(self) -> Phase:
        """The furthest point reached; a recovery that is withdrawn leads back to what people have done."""
        if not self.is_open:
            return Phase.CLOSED
        if self.hold_until is not None:
            return Phase.RECOVERING
        told = {fact.type for fact in self.standing}
        if told & WORK_FACTS:
            return Phase.WORKED
        return Phase.ACKNOWLEDGED if FactType.ACKNOWLEDGED in told else Phase.OPEN

    @property
    def standing(self) -> tuple[Fact, ...]:
        """The facts that are not withdrawn, in the order in which they were told."""
        return standing_facts(self.facts)

    @property
    def scope_labels(self) -> Mapping[str, str]:
        """The labels by which clauses are chosen: the device's, and over them the incident's own."""
        return {**self.labels, **self.own_labels} if self.own_labels else self.labels

    @property
    def resolved_at(self) -> datetime | None:
        """When service was restored: the earliest time that anybody tells."""
        return min((fact.at for fact in self.standing if fact.type is FactType.RESOLVED), default=None)

    @property
    def is_seen(self) -> bool:
        """Whether monitoring sees the fault now."""
        return self.is_open and self.is_watched and self.hold_until is None and self.unseen_since is None

    def explains(self, condition: str, reported_at: datetime) -> bool:
        """Whether what monitoring sees can be all that a person reported then, so that its end is the end of both.

        It is the same by name, or the whole device was gone when the person called or soon after. A part of a
        device that fails is not known to be what the person meant, nor is an outage of a later hour.
        """
        if not self.is_watched:
            return False
        if condition.casefold() == (self.seen_condition or self.condition).casefold():
            return True
        seen = (fact.at for fact in self.standing if fact.type is FactType.DETECTED)
        since = min(seen, default=None)
        is_gone = self.state in OUTAGE_STATES
        return is_gone and since is not None and since <= reported_at + REPORT_GRACE

    @property
    def is_contradicted(self) -> bool:
        """Whether a person said that it is over, and monitoring sees that it is not."""
        return self.is_seen and any(fact.contradicted for fact in self.standing)

    @property
    def is_left_to_people(self) -> bool:
        """Whether people reported more than monitoring sees, and nobody has said that it is over."""
        if any(fact.type is FactType.RESOLVED for fact in self.standing):
            return False
        reports = (fact for fact in self.standing if fact.type is FactType.REPORTED)
        return any(not self.explains(fact.about or self.condition, fact.at) for fact in reports)

    @property
    def holder(self) -> Fact | None:
        """The acknowledgement of whoever has taken it on: the first, or the last by which somebody took it over; None
        where nobody has, or took that back."""
        told = [fact for fact in self.standing if fact.type is FactType.ACKNOWLEDGED]
        return next((fact for fact in reversed(told) if fact.takes_over), told[0] if told else None)

    @property
    def is_excluded(self) -> bool:
        """Whether it is, as a whole, not the contractor's responsibility."""
        return exclusion_of(self.facts) is not None
