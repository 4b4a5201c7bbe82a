"""Laws of notifications: whatever people and devices wrote, a body can be sent, read and told apart from others."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from opsmon.engine.effect import AlertKind, AlertStatus, Notify
from opsmon.incident.incident import Incident
from opsmon.model.device import Kind
from opsmon.model.event import ClockChanged, ClockState, DeviceState, IncidentOpened
from opsmon.model.incident import Severity
from opsmon.model.name import ClauseId, ContractId, DeviceName, IncidentId, SiteName
from opsmon.notify.kind.alertmanager import ZERO_TIME, labels_of, payload_of
from opsmon.notify.lane.retry import MAX_WAIT_S, Circuit, retry_wait_s
from opsmon.notify.words.voice import RenderContext
from tests.support.web.scene import loaded_root

texts = st.text(st.characters(codec=None), max_size=20)  # lone surrogates too: device names may come from anywhere
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
RULEBOOK = loaded_root().conditions
CONDITIONS = [*(rule.name for rule in RULEBOOK.rules), *(rule.name for rule in RULEBOOK.states)]
openings = st.builds(
    IncidentOpened,
    at=moments,
    incident=texts.map(IncidentId),
    condition=st.one_of(texts, st.sampled_from(CONDITIONS)),
    subject=texts,
    device=texts.map(DeviceName),
    site=texts.map(SiteName),
    kind=st.one_of(st.none(), st.sampled_from(Kind)),
    contract=st.one_of(st.none(), texts.map(ContractId)),
    service=st.one_of(st.none(), texts),
    severity=st.sampled_from(Severity),
    starts_at=moments,
    detail=texts,
    labels=st.dictionaries(texts, texts, max_size=3),
    state=st.one_of(st.none(), st.sampled_from(DeviceState)),
    value=st.one_of(st.none(), st.floats()),
)
incidents = st.builds(
    Incident,
    opening=openings,
    severity=st.sampled_from(Severity),
    service=st.one_of(st.none(), texts),
    detail=texts,
    state=st.one_of(st.none(), st.sampled_from(DeviceState)),
    value=st.one_of(st.none(), st.floats()),
    affected=st.frozensets(texts.map(DeviceName), max_size=3),
    diagnosis=st.lists(texts, max_size=2).map(tuple),
)
clocks = st.builds(
    ClockChanged,
    at=moments,
    incident=texts.map(IncidentId),
    contract=texts.map(ContractId),
    clause=texts.map(ClauseId),
    target=texts,
    before=st.one_of(st.none(), st.sampled_from(ClockState)),
    after=st.sampled_from(ClockState),
    starts_at=moments,
    at_risk_at=st.one_of(st.none(), moments),
    due_at=st.one_of(st.none(), moments),
    strict_due_at=st.one_of(st.none(), moments),
    met_at=st.one_of(st.none(), moments),
    provisional=st.booleans(),
    reason=texts,
)


@st.composite
def notifies(draw: st.DrawFn) -> Notify:
    kind = draw(st.sampled_from(AlertKind))
    status = draw(st.sampled_from(AlertStatus))
    clock = None if kind is AlertKind.INCIDENT else draw(clocks)
    ends_at = draw(st.one_of(st.none(), moments)) if status is AlertStatus.RESOLVED else None
    return Notify(draw(moments), kind, status, draw(incidents), clock, draw(st.integers(1, 99)), draw(moments), ends_at)


voices = st.builds(
    RenderContext,
    language=st.sampled_from(["zh", "en"]),
    timezone=st.sampled_from([ZoneInfo("UTC"), ZoneInfo("Asia/Shanghai")]),
    console_url=texts,
    rulebook=st.just(RULEBOOK),
)


@settings(max_examples=50)
@given(notifies(), voices)
def test_a_body_is_always_json_that_can_be_sent(notify: Notify, voice: RenderContext) -> None:
    raw = payload_of(notify, "oncall", voice).encode("utf-8")
    (alert,) = json.loads(raw)["alerts"]
    assert (alert["endsAt"] == ZERO_TIME) == (notify.status is AlertStatus.FIRING)
    assert all(re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", name) for name in alert["labels"])
    assert all(alert["labels"].values())
    assert re.fullmatch(r"[0-9a-f]{16}", alert["fingerprint"])


@settings(max_examples=50)
@given(notifies(), voices, voices)
def test_labels_do_not_change_with_what_happens_to_the_incident(
    notify: Notify, voice: RenderContext, other: RenderContext
) -> None:
    incident = notify.incident
    later = replace(
        notify,
        at=notify.at + timedelta(hours=1),
        status=AlertStatus.RESOLVED,
        sequence=notify.sequence + 1,
        incident=replace(incident, severity=Severity.EMERGENCY, children=frozenset(), diagnosis=("x",), detail="y"),
    )
    before, after = (
        json.loads(payload_of(one, "oncall", by))["alerts"][0] for one, by in ((notify, voice), (later, other))
    )
    for key in ("labels", "fingerprint", "startsAt"):
        assert before[key] == after[key]


@settings(max_examples=50)
@given(notifies(), notifies())
def test_alerts_with_other_labels_have_other_group_keys_or_the_same_group(one: Notify, other: Notify) -> None:
    keys = [json.loads(payload_of(notify, "oncall", RenderContext()))["groupKey"] for notify in (one, other)]
    grouped = [
        {name: labels_of(notify).get(name) for name in ("alertname", "incident", "clause", "target")}
        for notify in (one, other)
    ]
    assert (keys[0] == keys[1]) == (grouped[0] == grouped[1])


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_no_retry_waits_longer_than_a_minute_nor_comes_at_once(attempts: int, jitter: float) -> None:
    assert 0.5 <= retry_wait_s(attempts, jitter) <= MAX_WAIT_S


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 100)), max_size=50), st.floats(0, 1))
def test_a_circuit_is_never_shut_for_longer_than_half_a_minute(
    history: list[tuple[bool, float]], jitter: float
) -> None:
    circuit, now_s = Circuit(), 0.0
    for failed, passed_s in history:
        now_s += passed_s
        if failed:
            circuit.failed(now_s, jitter)
        else:
            circuit.succeeded()
            assert circuit.wait_s(now_s) == 0.0
        assert 0.0 <= circuit.wait_s(now_s) <= 30.0
        assert circuit.wait_s(now_s + 30.0) == 0.0
