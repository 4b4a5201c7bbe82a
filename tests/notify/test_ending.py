"""What is said of an alert that is over: why, and "recovered" of nothing that did not recover."""

import json
from dataclasses import replace

import pytest

from opsmon.engine.effect import AlertKind, AlertStatus
from opsmon.model.incident import Ending
from opsmon.model.name import IncidentId
from opsmon.notify.kind.alertmanager import annotations_of, payload_of
from opsmon.notify.words.voice import RenderContext
from tests.support.notify.alerts import AT_RISK, BREACHED, EN, INCIDENT, RECOVERED, START, ZH

RECOVERY_WORDS = ("recover", "恢复", "is back", "answers again")
OVER = replace(INCIDENT, merged_into=IncidentId("20261120-7"), close_reason="no rule watches it any more")
OTHERS = [ending for ending in Ending if ending is not Ending.RECOVERED]


@pytest.mark.parametrize("voice", [ZH, EN], ids=["zh", "en"])
@pytest.mark.parametrize("ending", OTHERS)
def test_only_what_recovered_is_told_as_a_recovery(ending: Ending, voice: RenderContext) -> None:
    for notify in (RECOVERED, AT_RISK, BREACHED):
        over = replace(notify, status=AlertStatus.RESOLVED, incident=OVER, ended=ending)
        annotations = annotations_of(over, voice)
        assert annotations["ended"] == ending.value
        assert not any(word in annotations["summary"].lower() for word in RECOVERY_WORDS)


def test_each_ending_has_words_of_its_own() -> None:
    for voice in (ZH, EN):
        for kind in AlertKind:
            notify = replace(RECOVERED, alert=kind, incident=OVER, clock=AT_RISK.clock if kind != "incident" else None)
            told = {annotations_of(replace(notify, ended=ending), voice)["summary"] for ending in Ending}
            assert len(told) == len(Ending)


def test_the_end_says_what_became_of_the_fault() -> None:
    told = {ending: annotations_of(replace(RECOVERED, incident=OVER, ended=ending), EN)["summary"] for ending in Ending}
    assert "as a part of incident 20261120-7" in told[Ending.MERGED]
    assert "the device left the inventory" in told[Ending.LEFT_INVENTORY]
    assert "no rule watches it any more" in told[Ending.WITHDRAWN]
    assert told[Ending.RECOVERED].startswith("[Recovered] ")


def test_a_firing_alert_has_no_end() -> None:
    body = json.loads(payload_of(replace(RECOVERED, status=AlertStatus.FIRING, ended=None), "oncall", EN))
    assert "ended" not in body["commonAnnotations"]


def test_the_words_for_a_clock_that_runs_out_do_not_say_that_it_is_safe() -> None:
    passed = replace(AT_RISK, status=AlertStatus.RESOLVED, ended=Ending.PASSED_ON, ends_at=START)
    assert annotations_of(passed, EN)["summary"].startswith("[Target breached now] ")
    assert "不再" not in annotations_of(passed, ZH)["summary"]
