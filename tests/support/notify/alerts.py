"""Alerts of one incident from its fall to its end, and the contexts that they are rendered in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from opsmon.engine.effect import AlertKind, AlertStatus, Notify
from opsmon.incident.incident import Incident
from opsmon.model.device import Kind
from opsmon.model.event import ClockChanged, ClockState, DeviceState, IncidentOpened
from opsmon.model.incident import Ending, Severity
from opsmon.model.name import ClauseId, ContractId, DeviceName, IncidentId, SiteName
from opsmon.notify.words.voice import RenderContext
from tests.support.web.scene import loaded_root

START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ZH = RenderContext(
    "zh",
    ZoneInfo("Asia/Shanghai"),
    "http://127.0.0.1:9876",
    rulebook=loaded_root().conditions,
    limits={DeviceName("ups-1"): {"contract_on_site_limit": 1800.0}},
    sites={SiteName("erlong-hall"): "二龙路主会场"},
    titles={DeviceName("mcu-1"): "会议控制器"},
    behind={DeviceName("mcu-1"): 14},
)
EN = replace(ZH, language="en")
PLAIN = RenderContext()
OPENING = IncidentOpened(
    at=START + timedelta(seconds=7),
    incident=IncidentId("20261120-1"),
    condition="DeviceDown",
    subject="",
    device=DeviceName("mcu-1"),
    site=SiteName("erlong-hall"),
    kind=Kind.MCU,
    contract=ContractId("xicheng-vc-2025"),
    service="vc",
    state=DeviceState.DOWN,
    severity=Severity.ORDINARY,
    starts_at=START,
    detail="no answer to ping and SNMP",
    labels={"venue": "main-hall", "floor-no": "2"},
)
INCIDENT = replace(Incident.opened(OPENING), affected=frozenset({DeviceName("vc-2"), DeviceName("vc-1")}))


def under(**changes: Any) -> Incident:
    """The incident, had it been opened otherwise."""
    return replace(INCIDENT, opening=replace(OPENING, **changes))


CLOCK = ClockChanged(
    at=START + timedelta(minutes=2),
    incident=INCIDENT.id,
    contract=ContractId("xicheng-vc-2025"),
    clause=ClauseId("E2"),
    target="on_site",
    before=ClockState.RUNNING,
    after=ClockState.AT_RISK,
    starts_at=START,
    at_risk_at=START + timedelta(minutes=2),
    due_at=START + timedelta(minutes=3),
    strict_due_at=None,
    met_at=None,
    provisional=False,
    reason="3 min from the detection",
)
DOWN = Notify(INCIDENT.opened_at, AlertKind.INCIDENT, AlertStatus.FIRING, INCIDENT, None, 1, START, nearest=CLOCK)
RECOVERED = replace(
    DOWN,
    at=START + timedelta(hours=1),
    status=AlertStatus.RESOLVED,
    sequence=4,
    ends_at=START + timedelta(minutes=59),
    ended=Ending.RECOVERED,
)
RUNTIME_SHORT = replace(
    DOWN,
    incident=Incident.opened(
        replace(
            OPENING,
            condition="UpsRuntimeShort",
            device=DeviceName("ups-1"),
            kind=Kind.UPS,
            state=None,
            value=1500.0,
            detail="ups-1: the battery lasts 25 min, less than the contract's 30 min to be on site",
        )
    ),
)
AT_RISK = Notify(CLOCK.at, AlertKind.AT_RISK, AlertStatus.FIRING, INCIDENT, CLOCK, 2, CLOCK.at)
BREACHED = Notify(
    START + timedelta(minutes=3),
    AlertKind.BREACHED,
    AlertStatus.FIRING,
    INCIDENT,
    replace(CLOCK, after=ClockState.BREACHED),
    3,
    START + timedelta(minutes=3),
)
