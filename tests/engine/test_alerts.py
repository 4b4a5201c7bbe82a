"""When an alert begins, goes on and ends."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from opsmon.contract.term import Target
from opsmon.engine.alerts import alerts_for
from opsmon.engine.effect import AlertKind, AlertStatus
from opsmon.engine.fold import fold_decided
from opsmon.engine.world import World, start_world
from opsmon.model.device import Kind
from opsmon.model.event import ClockChanged, ClockState, Event, IncidentClosed, IncidentOpened
from opsmon.model.incident import Severity
from opsmon.model.name import ClauseId, DeviceName, IncidentId
from tests.engine.scene import CONTRACT, SITE, START, rules_of

NAME = IncidentId("20260320-1")
RUNNING, AT_RISK, BREACHED = ClockState.RUNNING, ClockState.AT_RISK, ClockState.BREACHED
FIRING, RESOLVED = AlertStatus.FIRING, AlertStatus.RESOLVED


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


def opened() -> IncidentOpened:
    return IncidentOpened(
        START, NAME, "DeviceDown", "", DeviceName("mcu"), SITE, Kind.MCU, CONTRACT, "vc", Severity.ORDINARY, START, ""
    )


def clock(at: int, before: ClockState | None, after: ClockState, target: str = Target.ON_SITE) -> ClockChanged:
    clause = ClauseId("E2")
    return ClockChanged(
        minute(at), NAME, CONTRACT, clause, target, before, after, START, None, minute(9), None, None, False, ""
    )


class Telling:
    def __init__(self) -> None:
        self.world: World = start_world(rules_of(books={}), START)
        self.told: list[tuple[AlertKind, AlertStatus, datetime]] = []

    def tell(self, *events: Event) -> "Telling":
        for event in events:
            before, self.world = self.world, fold_decided(self.world, event)
            self.told += [(one.alert, one.status, one.starts_at) for one in alerts_for(before, self.world, event)]
        return self


def test_a_clock_that_goes_on_from_risk_to_breach_ends_one_alert_and_begins_another() -> None:
    telling = Telling().tell(opened(), clock(0, None, RUNNING), clock(3, RUNNING, AT_RISK), clock(9, AT_RISK, BREACHED))
    assert telling.told[1:] == [
        (AlertKind.AT_RISK, FIRING, minute(3)),
        (AlertKind.AT_RISK, RESOLVED, minute(3)),
        (AlertKind.BREACHED, FIRING, minute(9)),
    ]
    assert telling.world.notices[NAME] == 4


def test_a_clock_that_is_retimed_while_at_risk_goes_on_with_its_alert() -> None:
    telling = Telling().tell(
        opened(), clock(3, RUNNING, AT_RISK), clock(5, AT_RISK, AT_RISK), clock(6, AT_RISK, RUNNING)
    )
    assert telling.told[1:] == [(AlertKind.AT_RISK, FIRING, minute(3)), (AlertKind.AT_RISK, RESOLVED, minute(3))]


@pytest.mark.parametrize("end", [ClockState.MET, ClockState.MET_LATE, ClockState.CANCELLED])
def test_whatever_ends_a_clock_ends_its_alert(end: ClockState) -> None:
    telling = Telling().tell(opened(), clock(3, RUNNING, BREACHED), clock(5, BREACHED, end))
    assert telling.told[1:] == [(AlertKind.BREACHED, FIRING, minute(3)), (AlertKind.BREACHED, RESOLVED, minute(3))]


def test_a_clock_that_nobody_is_awaited_for_any_more_is_quiet_with_its_incident() -> None:
    closing = IncidentClosed(minute(10), NAME, "recovered")
    telling = Telling().tell(opened(), clock(9, RUNNING, BREACHED), closing, clock(11, BREACHED, ClockState.MET_LATE))
    assert telling.told[2:] == [(AlertKind.BREACHED, RESOLVED, minute(9)), (AlertKind.INCIDENT, RESOLVED, START)]


def test_a_paper_is_awaited_after_the_incident_is_over() -> None:
    report = clock(9, RUNNING, BREACHED, Target.REPORT)
    done = replace(clock(20, BREACHED, ClockState.MET_LATE, Target.REPORT))
    telling = Telling().tell(opened(), report, IncidentClosed(minute(10), NAME, "recovered"))
    assert telling.told[2:] == [(AlertKind.INCIDENT, RESOLVED, START)]
    telling.tell(done)
    assert telling.told[3:] == [(AlertKind.BREACHED, RESOLVED, minute(9))]
