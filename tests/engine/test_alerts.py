"""When an alert begins, goes on and ends."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from opsmon.contract.term import Target
from opsmon.engine.alerts.notify import AlertEvent, alerts_of
from opsmon.engine.effect import AlertKind, AlertStatus
from opsmon.engine.fold import fold_decided
from opsmon.engine.world import World, start_world
from opsmon.model.device import Kind
from opsmon.model.event import ClockChanged, ClockState, FactAdded, IncidentClosed, IncidentOpened
from opsmon.model.incident import Ending, Fact, FactType, Severity
from opsmon.model.name import ClauseId, DeviceName, IncidentId
from tests.support.engine.scene import CONTRACT, SITE, START, rules_of

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

    def tell(self, *events: AlertEvent) -> "Telling":
        for event in events:
            before, (self.world, changes) = self.world, fold_decided(self.world, event)
            alerts = alerts_of(before, self.world, event, changes)
            self.told += [(one.alert, one.status, one.starts_at) for one in alerts]
        return self


def test_a_clock_that_goes_on_from_risk_to_breach_ends_one_alert_and_begins_another() -> None:
    telling = Telling().tell(opened(), clock(0, None, RUNNING), clock(3, RUNNING, AT_RISK), clock(9, AT_RISK, BREACHED))
    assert telling.told[1:] == [
        (AlertKind.AT_RISK, FIRING, minute(3)),
        (AlertKind.AT_RISK, RESOLVED, minute(3)),
        (AlertKind.BREACHED, FIRING, minute(9)),
    ]
    assert telling.world.alerts_sent[NAME] == 4


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


def endings(*events: AlertEvent) -> list[tuple[AlertKind, Ending | None]]:
    world: World = start_world(rules_of(books={}), START)
    found = []
    for event in events:
        before, (world, changes) = world, fold_decided(world, event)
        alerts = alerts_of(before, world, event, changes)
        found += [(one.alert, one.ended) for one in alerts if one.status is RESOLVED]
    return found


class TestWhyAnAlertIsOver:
    @pytest.mark.parametrize(
        ("end", "ended"),
        [
            (ClockState.MET, Ending.MET),
            (ClockState.MET_LATE, Ending.MET),
            (ClockState.CANCELLED, Ending.WITHDRAWN),
            (ClockState.RUNNING, Ending.WITHDRAWN),
        ],
    )
    def test_a_clock_at_risk_ends_as_it_is_settled(self, end: ClockState, ended: Ending) -> None:
        assert endings(opened(), clock(3, RUNNING, AT_RISK), clock(5, AT_RISK, end)) == [(AlertKind.AT_RISK, ended)]

    def test_a_clock_that_is_breached_passes_its_alert_on(self) -> None:
        told = endings(opened(), clock(3, RUNNING, AT_RISK), clock(9, AT_RISK, BREACHED))
        assert told == [(AlertKind.AT_RISK, Ending.PASSED_ON)]

    def test_a_clock_that_is_excluded_says_so(self) -> None:
        excluded = FactAdded(minute(4), NAME, Fact(FactType.EXCLUDED, minute(4), "李", "停电"))
        told = endings(opened(), clock(3, RUNNING, BREACHED), excluded, clock(5, BREACHED, ClockState.CANCELLED))
        assert told == [(AlertKind.BREACHED, Ending.EXCLUDED)]

    @pytest.mark.parametrize("ended", list(Ending))
    def test_what_is_quiet_with_its_incident_ends_as_that_does(self, ended: Ending) -> None:
        told = endings(opened(), clock(9, RUNNING, BREACHED), IncidentClosed(minute(10), NAME, "over", ended=ended))
        assert told == [(AlertKind.BREACHED, ended), (AlertKind.INCIDENT, ended)]

    def test_an_older_journal_says_why_by_its_other_fields(self) -> None:
        merged = IncidentClosed(minute(1), NAME, "", withdrawn=True, merged_into=IncidentId("20260320-2"))
        assert merged.ending is Ending.MERGED
        assert IncidentClosed(minute(1), NAME, "", withdrawn=True).ending is Ending.LEFT_INVENTORY
        assert IncidentClosed(minute(1), NAME, "").ending is Ending.RECOVERED
