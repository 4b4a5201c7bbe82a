"""Incidents while they are decided on: what is written down is folded in at once, so that the next step sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from opsmon.incident.incident import Incident
from opsmon.incident.incidents import Incidents, apply
from opsmon.model.device import Device, Inventory
from opsmon.model.event import (
    Change,
    ChildAttached,
    ChildDetached,
    FactAdded,
    IncidentClosed,
    IncidentOpened,
    RecoverySeen,
    RecoveryWithdrawn,
)
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import DeviceName, IncidentId

MONITORING = "monitoring"


@dataclass(frozen=True, slots=True)
class Setting:
    """What people wrote that the room needs. `zone` is the zone whose days number the incidents; `children` are the
    devices that name another one as a parent."""

    inventory: Inventory
    hold_down: timedelta
    zone: tzinfo
    children: Mapping[DeviceName, tuple[DeviceName, ...]]


def plan_setting(inventory: Inventory, hold_down: timedelta, zone: tzinfo) -> Setting:
    """Derives once what every decision needs."""
    children: dict[DeviceName, list[DeviceName]] = {}
    for device in inventory.devices.values():
        for parent in device.parents:
            children.setdefault(parent, []).append(device.name)
    return Setting(inventory, hold_down, zone, {parent: tuple(names) for parent, names in children.items()})


class Draft:
    """The incidents under decision at `now`, and the changes decided so far. It lives inside one decision."""

    __slots__ = ("changes", "incidents", "now", "setting")

    def __init__(self, incidents: Incidents, setting: Setting, now: datetime) -> None:
        self.incidents = incidents
        self.setting = setting
        self.now = now
        self.changes: list[Change] = []

    def write(self, change: Change) -> None:
        self.incidents = apply(self.incidents, change)
        self.changes.append(change)

    def open(
        self, device: Device, condition: str, subject: str, severity: Severity, since: datetime, detail: str
    ) -> Incident:
        """A new incident, with the first failed observation as its first fact."""
        incident, starts_at = self._next_id(), min(since, self.now)
        self.write(
            IncidentOpened(
                at=self.now,
                incident=incident,
                condition=condition,
                subject=subject,
                device=device.name,
                site=device.site,
                kind=device.kind,
                contract=device.contract,
                service=device.service,
                severity=severity,
                starts_at=starts_at,
                detail=detail,
                labels=device.labels,
            )
        )
        self.write(FactAdded(self.now, incident, Fact(FactType.DETECTED, starts_at, MONITORING, detail)))
        return self.incidents.by_id[incident]

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

    def withdraw(self, incident: Incident, reason: str, merged_into: IncidentId | None = None) -> None:
        """Closes an incident that turned out to be none of its own."""
        self.write(IncidentClosed(self.now, incident.id, reason, withdrawn=True, merged_into=merged_into))
