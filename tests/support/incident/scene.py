"""A small hall with a core switch, an access switch and what hangs on it, and the incident room told what happens."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from opsmon.incident.draft import Draft, Setting
from opsmon.incident.grouping import observe
from opsmon.incident.incident import Incident
from opsmon.incident.incidents import Incidents
from opsmon.incident.lifecycle import drop_removed_devices, end_hold_down, shift_hold_downs
from opsmon.model.device import Device, Inventory, Kind, Site
from opsmon.model.event import (
    Change,
    ConditionCleared,
    ConditionRaised,
    DeviceState,
    DeviceStateChanged,
    FactAdded,
    Transition,
)
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import ContractId, DeviceName, IncidentId, SiteName
from opsmon.state.condition.rules import Grade, Rulebook, StateRule, Wording

START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SITE = SiteName("hall")
WORDS = Wording("{device}", "{device}")
RULEBOOK = Rulebook(
    states=(
        StateRule("DeviceDown", frozenset({DeviceState.DOWN}), Grade(Severity.MAJOR), WORDS),
        StateRule("DeviceFlapping", frozenset({DeviceState.FLAPPING}), Grade(Severity.ORDINARY), WORDS),
        StateRule("DeviceDegraded", frozenset({DeviceState.DEGRADED}), Grade(Severity.ORDINARY), WORDS),
    )
)


def device(name: str, *parents: str, kind: Kind = Kind.SWITCH) -> Device:
    return Device(
        name=DeviceName(name),
        site=SITE,
        address="192.0.2.1",
        kind=kind,
        contract=ContractId("xicheng-vc-2025"),
        service="vc",
        parents=tuple(DeviceName(parent) for parent in parents),
        labels={"venue": "hall"},
    )


HALL = (
    device("core"),
    device("access", "core"),
    device("mcu", "access", kind=Kind.MCU),
    device("cam", "access", kind=Kind.CAMERA),
)


def setting(devices: Iterable[Device] = HALL) -> Setting:
    inventory = Inventory({SITE: Site(SITE)}, {one.name: one for one in devices})
    return Setting(inventory, RULEBOOK, timedelta(seconds=30), UTC)


class IncidentScene:
    """Tells the room of transitions at `now`, and lets time pass."""

    def __init__(self, devices: Iterable[Device] = HALL) -> None:
        self.setting = setting(devices)
        self.incidents = Incidents()
        self.now = START
        self.events: list[Change | Transition] = []

    def at(self, seconds: float) -> "IncidentScene":
        self.now = START + timedelta(seconds=seconds)
        return self

    def becomes(self, name: str, after: DeviceState, cause: str | None = None, since_s: float | None = None) -> None:
        before = self.incidents.state_of(DeviceName(name))
        since = self.now if since_s is None else START + timedelta(seconds=since_s)
        hidden_by = None if cause is None else DeviceName(cause)
        self.see(DeviceStateChanged(self.now, DeviceName(name), before, after, since, f"is {after}", hidden_by))

    def raised(self, name: str, condition: str, subject: str = "") -> None:
        self.see(
            ConditionRaised(self.now, DeviceName(name), condition, subject, self.now, Severity.EMERGENCY, 1.0, "bad")
        )

    def cleared(self, name: str, condition: str, subject: str = "") -> None:
        self.see(ConditionCleared(self.now, DeviceName(name), condition, subject, START))

    def tell_fact(self, incident: IncidentId, fact_type: FactType, by: str) -> None:
        draft = self.draft()
        draft.write(FactAdded(self.now, incident, Fact(fact_type, self.now, by)))
        self.take(draft)

    def see(self, transition: Transition) -> None:
        draft = self.draft()
        observe(draft, transition)
        self.take(draft)

    def wait(self) -> None:
        """Lets the room end the hold-downs that are over."""
        draft = self.draft()
        for incident in self.incidents.open_incidents():
            end_hold_down(draft, incident)
        self.take(draft)

    def clock_jumps(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        draft = self.draft()
        shift_hold_downs(draft, timedelta(seconds=seconds))
        self.take(draft)

    def reload(self, devices: Iterable[Device]) -> None:
        self.setting = setting(devices)
        draft = self.draft()
        drop_removed_devices(draft)
        self.take(draft)

    def draft(self) -> Draft:
        return Draft(self.incidents, self.setting, self.now)

    def take(self, draft: Draft) -> None:
        self.incidents = draft.incidents
        self.events += (one.event for one in draft.drafted)

    @property
    def open(self) -> list[Incident]:
        return list(self.incidents.open_incidents())

    def the_open(self) -> Incident:
        (incident,) = self.open
        return incident

    def story(self) -> list[str]:
        """What the room did, in short words."""
        told = {"DeviceStateChanged", "ConditionRaised", "ConditionUnseen", "ConditionCleared"}
        return [type(event).__name__ for event in self.events if type(event).__name__ not in told]
