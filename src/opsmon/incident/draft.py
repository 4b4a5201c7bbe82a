"""Incidents while they are decided on: what is written down is folded in at once, so that the next step sees it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from opsmon.incident.incident import Incident
from opsmon.incident.incidents import Incidents, apply
from opsmon.model.device import Device, Inventory
from opsmon.model.event import (
    Change,
    ChildAttached,
    ChildDetached,
    ConditionRaised,
    DeviceStateChanged,
    FactAdded,
    FaultSeen,
    IncidentClosed,
    IncidentOpened,
    RecoverySeen,
    RecoveryWithdrawn,
    Transition,
)
from opsmon.model.incident import MONITORING, Ending, Fact, FactType, Severity
from opsmon.model.name import DeviceName, IncidentId
from opsmon.state.condition.rules import Rulebook

MAX_LEFT_S = 1e6  # more is no time that runs out, but a device that does not know
GRAVITY = tuple(Severity)  # the gravest last
# What people told of a part holds of the whole; that the part was resolved or excluded does not.
CARRIED = frozenset(FactType) - {
    FactType.DETECTED,
    FactType.RESOLVED,
    FactType.EXCLUDED,
    FactType.INCLUDED,
    FactType.WITHDRAWN,
}
NOT_TAKEN_OVER = frozenset({FactType.DETECTED, FactType.RESOLVED})  # by an incident that another one goes on in


@dataclass(frozen=True, slots=True)
class Setting:
    """What people wrote that the room needs. `zone` is the zone whose days number the incidents."""

    inventory: Inventory
    rulebook: Rulebook
    hold_down: timedelta
    zone: tzinfo


class Drafted(NamedTuple):
    """An event that was decided, and all incidents after it."""

    event: Change | Transition
    incidents: Incidents


class Draft:
    """The incidents under decision at `now`, and what was decided so far, in order. It lives inside one decision."""

    __slots__ = ("drafted", "incidents", "now", "setting")

    def __init__(self, incidents: Incidents, setting: Setting, now: datetime) -> None:
        self.incidents = incidents
        self.setting = setting
        self.now = now
        self.drafted: list[Drafted] = []

    def write(self, event: Change | Transition) -> None:
        self.incidents = apply(self.incidents, event)
        self.drafted.append(Drafted(event, self.incidents))

    def open_state(
        self, device: Device, last: DeviceStateChanged, continues: Incident | None = None
    ) -> Incident | None:
        """An incident for the state that the device is in; None where the rules call it no fault.

        It takes over the start and the facts of the one that it `continues`: the same fault, found to be another one.
        """
        condition = self.setting.rulebook.state_condition(device, last.after)
        if condition is None:
            return None
        since = last.since if continues is None else min(last.since, continues.starts_at)
        opened = self._opening(device, condition.name, condition.severity, since, last.reason)
        incident = self._open(replace(opened, state=last.after))
        return incident if continues is None else self._take_over(incident, continues)

    def see_worse(self, incident: Incident, device: Device, last: DeviceStateChanged) -> Incident:
        """What a person reported turned out to be worse: it stays the person's incident."""
        condition = self.setting.rulebook.state_condition(device, last.after)
        if condition is not None:
            opened = self._opening(device, condition.name, condition.severity, last.since, last.reason)
            self.write(_seen(incident, replace(opened, state=last.after)))
        return self.incidents.by_id[incident.id]

    def _take_over(self, incident: Incident, old: Incident) -> Incident:
        """Adds what stands of the old incident: it is the same fault. That it was resolved does not hold."""
        known = {(fact.type, fact.at) for fact in incident.standing}
        for fact in old.standing:
            if fact.type not in NOT_TAKEN_OVER and (fact.type, fact.at) not in known:
                self.write(FactAdded(self.now, incident.id, fact))
        return self.incidents.by_id[incident.id]

    def open_condition(self, device: Device, raised: ConditionRaised) -> Incident:
        opened = self._opening(device, raised.condition, raised.severity, raised.since, raised.detail)
        return self._open(
            replace(opened, subject=raised.subject, value=raised.value, gives_way_at=self._gives_way_at(raised))
        )

    def _opening(
        self, device: Device, condition: str, severity: Severity, since: datetime, detail: str
    ) -> IncidentOpened:
        return IncidentOpened(
            at=self.now,
            incident=self._next_id(),
            condition=condition,
            subject="",
            device=device.name,
            site=device.site,
            kind=device.kind,
            contract=device.contract,
            service=device.service,
            severity=severity,
            starts_at=min(since, self.now),
            detail=detail,
            labels=device.labels,
        )

    def _open(self, opened: IncidentOpened) -> Incident:
        """Writes it down, with the first failed observation as its first fact. What a person has reported of the device
        already is the same incident."""
        reported = self.incidents.reports_of(opened.device)
        if reported:
            self.write(_seen(reported[0], opened))
        else:
            self.write(opened)
        name = reported[0].id if reported else opened.incident
        detected = Fact(FactType.DETECTED, opened.starts_at, MONITORING, opened.detail)
        self.write(FactAdded(self.now, name, detected))
        return self.incidents.by_id[name]

    def open_reported(self, opened: IncidentOpened, reported: Fact) -> None:
        """An incident that a person reports, with the report as its first fact."""
        name = self._next_id()
        self.write(replace(opened, incident=name))
        self.write(FactAdded(self.now, name, reported))

    def _gives_way_at(self, raised: ConditionRaised) -> datetime | None:
        """When something gives way, if the condition's value is the time that is left until then."""
        if self.setting.rulebook.gives_way(raised.condition) is None:
            return None
        if raised.value is None or not 0 <= raised.value < MAX_LEFT_S:
            return None
        return self.now + timedelta(seconds=raised.value)

    def _next_id(self) -> IncidentId:
        day = self.now.astimezone(self.setting.zone).strftime("%Y%m%d")
        return IncidentId(f"{day}-{self.incidents.numbers.get(day, 0) + 1}")

    def attach(self, incident: IncidentId, device: DeviceName) -> None:
        """Makes the device a child of the incident, and of no other."""
        if self.incidents.parent_incident.get(device) == incident:
            return
        self.detach(device)
        self.write(ChildAttached(self.now, incident, device))

    def detach(self, device: DeviceName) -> None:
        parent = self.incidents.parent_incident.get(device)
        if parent is not None:
            self.write(ChildDetached(self.now, parent, device))

    def see_recovery(self, incident: Incident, since: datetime) -> None:
        """Begins the hold-down, unless it runs already. A recovery is never older than the fault."""
        if incident.hold_until is None:
            since = max(incident.starts_at, min(since, self.now))
            self.write(RecoverySeen(self.now, incident.id, since, self.now + self.setting.hold_down))

    def withdraw_recovery(self, incident: Incident, reason: str) -> None:
        if incident.hold_until is not None:
            self.write(RecoveryWithdrawn(self.now, incident.id, reason))

    def withdraw(self, incident: Incident, reason: str, ended: Ending = Ending.WITHDRAWN) -> None:
        """Closes an incident that turned out to be none, or that nothing can see the end of."""
        self.write(IncidentClosed(self.now, incident.id, reason, withdrawn=True, ended=ended))

    def pass_on(self, incident: Incident, reason: str, into: IncidentId) -> None:
        """Closes an incident that goes on as another one, which took over everything."""
        ended = Ending.PASSED_ON
        self.write(IncidentClosed(self.now, incident.id, reason, withdrawn=True, merged_into=into, ended=ended))

    def merge(self, incident: Incident, reason: str, into: IncidentId) -> None:
        """Closes an incident that turned out to be a part of another one, which takes over what people told of it."""
        known = {(fact.type, fact.at) for fact in self.incidents.by_id[into].standing}
        for fact in incident.standing:
            if fact.type in CARRIED and fact.by != MONITORING and (fact.type, fact.at) not in known:
                note = f"{fact.note} ({incident.id})".strip()
                about = fact.about or (incident.condition if fact.type is FactType.REPORTED else "")
                self.write(FactAdded(self.now, into, replace(fact, note=note, about=about)))
        closed = IncidentClosed(self.now, incident.id, reason, withdrawn=True, merged_into=into, ended=Ending.MERGED)
        self.write(closed)


def _seen(incident: Incident, opened: IncidentOpened) -> FaultSeen:
    """The fault that monitoring sees is the one that a person reported. What a person said of its severity holds."""
    given = incident.severity_given
    return FaultSeen(
        at=opened.at,
        incident=incident.id,
        condition=opened.condition,
        subject=opened.subject,
        severity=incident.severity if given else max(incident.severity, opened.severity, key=GRAVITY.index),
        since=opened.starts_at,
        detail=opened.detail,
        state=opened.state,
        value=opened.value,
        gives_way_at=opened.gives_way_at,
    )
