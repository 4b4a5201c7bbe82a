"""Alerts in Alertmanager's webhook format, against golden files that people can read."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opsmon.engine.effect import AlertKind, AlertStatus, Notify
from opsmon.model.incident import MONITORING, Ending, Fact, FactType, HeldBy, Severity
from opsmon.model.name import ClauseId, DeviceName
from opsmon.notify.kind.alertmanager import ZERO_TIME, annotations_of, fingerprint_of, labels_of, payload_of
from opsmon.notify.words.voice import RenderContext
from tests.support.notify.alerts import (
    AT_RISK,
    BREACHED,
    CLOCK,
    DOWN,
    EN,
    INCIDENT,
    PLAIN,
    RECOVERED,
    RUNTIME_SHORT,
    START,
    ZH,
    under,
)

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(
    ("name", "notify", "voice"),
    [
        ("incident-firing", DOWN, ZH),
        ("incident-resolved", RECOVERED, ZH),
        ("clock-at-risk", AT_RISK, ZH),
        ("clock-breached", BREACHED, EN),
        ("condition-firing", RUNTIME_SHORT, ZH),
        ("condition-firing-en", RUNTIME_SHORT, EN),
    ],
)
def test_payloads_are_the_golden_ones(name: str, notify: Notify, voice: RenderContext) -> None:
    expected = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    assert json.loads(payload_of(notify, "oncall", voice)) == expected


def test_without_words_for_a_condition_its_name_is_told() -> None:
    body = json.loads(payload_of(replace(DOWN, incident=under(condition="Odd")), "oncall", PLAIN))
    assert body["commonAnnotations"]["summary"] == (
        "[Fault] erlong-hall: mcu-1 Odd, since 2026-11-20 02:00:00, 2 devices behind it"
        "; clause E2 on site, due 2026-11-20 02:03:00 (2m53s left)"
    )


def alert(notify: Notify) -> dict[str, Any]:
    (only,) = json.loads(payload_of(notify, "oncall", ZH))["alerts"]
    assert isinstance(only, dict)
    return only


def test_an_alert_keeps_its_face_from_firing_to_resolved() -> None:
    changed = replace(
        INCIDENT, severity=Severity.EMERGENCY, affected=frozenset(), diagnosis=("hop 3 is silent",), hold_until=START
    )
    firing, resolved = alert(DOWN), alert(replace(RECOVERED, incident=changed))
    for key in ("labels", "fingerprint", "startsAt", "generatorURL"):
        assert firing[key] == resolved[key]
    assert firing["endsAt"] == ZERO_TIME
    assert resolved["endsAt"] == "2026-11-20T02:59:00Z"


def test_every_alert_of_an_incident_has_a_fingerprint_of_its_own() -> None:
    other_clause = replace(AT_RISK, clock=replace(CLOCK, clause=ClauseId("E8")))
    other_port = replace(DOWN, incident=under(condition="InterfaceDown", subject="ifName=GE0/0/1"))
    notifies = [DOWN, AT_RISK, BREACHED, other_clause, other_port]
    assert len({alert(notify)["fingerprint"] for notify in notifies}) == len(notifies)


def test_what_the_inventory_calls_a_label_cannot_take_the_place_of_ours() -> None:
    incident = under(labels={"alertname": "x", "device": "y", "severity": "z", "1st": "one", "空": "v"})
    labels = labels_of(replace(DOWN, incident=incident))
    assert (labels["alertname"], labels["device"], labels["severity"]) == ("DeviceDown", "mcu-1", "ordinary")
    assert labels["_1st"] == "one"


def test_an_incident_without_a_contract_has_no_empty_labels() -> None:
    labels = labels_of(replace(DOWN, incident=under(contract=None, service=None)))
    assert "contract" not in labels
    assert "" not in labels.values()


def test_text_that_is_no_utf8_and_text_without_end_are_sent_all_the_same() -> None:
    incident = replace(INCIDENT, detail="\udcff", diagnosis=("x" * 1_000_000,))
    body = payload_of(replace(DOWN, incident=incident), "oncall", ZH)
    assert len(body.encode("utf-8")) < 40_000


def test_the_fingerprint_is_that_of_alertmanager() -> None:
    """FNV-1a over `name, 0xff, value, 0xff` in the order of the names; the empty set is the offset itself."""
    assert fingerprint_of({}) == "cbf29ce484222325"
    assert fingerprint_of({"b": "2", "a": "1"}) == fingerprint_of({"a": "1", "b": "2"})
    assert fingerprint_of({"a": "12"}) != fingerprint_of({"a1": "2"})


def test_labels_never_change_though_people_judge_what_the_incident_is() -> None:
    judged = replace(INCIDENT, severity=Severity.EMERGENCY, service="other", own_labels={"venue": "bureau"})
    assert labels_of(replace(DOWN, incident=judged)) == labels_of(DOWN)


@pytest.mark.parametrize(
    ("contradicted", "words"),
    [
        (True, "; somebody said that it is resolved, monitoring still sees it"),
        (False, "; monitoring sees no fault any more, it is over when a person says so"),
    ],
)
def test_what_people_and_monitoring_do_not_agree_on_is_said_in_the_first_line(contradicted: bool, words: str) -> None:
    detected = Fact(FactType.DETECTED, START, MONITORING)
    resolved = Fact(FactType.RESOLVED, START, "a", contradicted=True)
    facts = (detected, resolved) if contradicted else (detected,)
    incident = replace(INCIDENT, facts=facts, is_watched=contradicted)
    alert = Notify(START, AlertKind.INCIDENT, AlertStatus.FIRING, incident, None, 2, START)
    summary = json.loads(payload_of(alert, "oncall", EN))["alerts"][0]["annotations"]["summary"]
    assert summary.endswith(words)


def test_an_incident_of_no_device_has_no_empty_labels() -> None:
    labels = labels_of(replace(DOWN, incident=under(device=DeviceName(""), kind=None)))
    assert not {"device", "kind"} & labels.keys()


HELD = replace(INCIDENT, facts=(Fact(FactType.ACKNOWLEDGED, START + timedelta(seconds=65), "李"),))
LI = HeldBy("李", START + timedelta(seconds=65))
GIVEN_BACK = replace(HELD, facts=(*HELD.facts, Fact(FactType.WITHDRAWN, START, "李", "other one", withdraws=1)))


@pytest.mark.parametrize(
    ("notify", "zh", "en"),
    [
        (DOWN, ("会议控制器（mcu-1）", "第 E2 条要求 2026-11-20 10:03:00 前到场（剩 2分53秒）"),
         ("会议控制器 (mcu-1)", "clause E2 on site, due 2026-11-20 10:03:00 (2m53s left)")),
        (replace(DOWN, incident=HELD, held=LI, is_taken_on=True), ("[已确认]", "李 已于 2026-11-20 10:01:05 确认"),
         ("[Acknowledged]", "acknowledged by 李 at 2026-11-20 10:01:05")),
        (replace(DOWN, incident=HELD), ("李 接单后无进展，目前无人负责",), ("李 acknowledged it, nobody has it now",)),
        (replace(DOWN, incident=GIVEN_BACK), ("[故障]", "目前无人负责"), ("[Fault]", "nobody has taken it on")),
        (replace(AT_RISK, incident=HELD, held=LI), ("剩 1分", "李 已于"), ("(1m left)", "acknowledged by 李")),
        (replace(BREACHED, at=START + timedelta(seconds=194)), ("[已超时]", "超时 14秒"),
         ("[Target breached]", "(14s over)")),
        (replace(RECOVERED, ended=Ending.MAINTENANCE), ("[转入维护]", "窗口结束时故障仍在会再次通知"),
         ("[Under maintenance]", "its contract clocks go on")),
    ],
)  # fmt: skip
def test_one_line_says_until_when_and_who_is_at_it(notify: Notify, zh: tuple[str, ...], en: tuple[str, ...]) -> None:
    for voice, wanted in ((ZH, zh), (EN, en)):
        summary = annotations_of(notify, voice)["summary"]
        assert all(words in summary for words in wanted), summary


def test_a_message_says_in_its_annotations_until_when_and_who_is_at_it() -> None:
    told = annotations_of(replace(DOWN, incident=HELD, held=LI), ZH)
    assert (told["due_at"], told["clause"], told["time_left"]) == ("2026-11-20T02:03:00Z", "E2", "剩 2分53秒")
    assert (told["device_title"], told["site_title"]) == ("会议控制器", "二龙路主会场")
    assert (told["acknowledged_by"], told["acknowledged_at"]) == ("李", "2026-11-20T02:01:05Z")
    assert "acknowledged_by" not in annotations_of(DOWN, ZH)
