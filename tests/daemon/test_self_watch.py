"""What the daemon cannot see is told: once, to people, and with no device blamed."""

import json
import logging

import pytest

from opsmon.daemon.self_watch import NAMED_AT_ONCE, SelfWatch
from opsmon.model.sample import Outcome
from opsmon.notify.kind.own_alert import OwnAlert, own_payload
from tests.support.clock import HandClock
from tests.support.probe.sight_samples import NAMES, fault, sample


class Told:
    """Takes what the operators are told."""

    def __init__(self) -> None:
        self.alerts: list[OwnAlert] = []

    async def __call__(self, alert: OwnAlert) -> None:
        self.alerts.append(alert)


async def test_blindness_is_told_when_it_begins_and_when_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    told, clock = Told(), HandClock()
    watch = SelfWatch(clock, told, "en")
    for name in ("a", "b", "c"):
        assert watch.judge(fault(name)).outcome is Outcome.LOCAL_FAULT
    assert watch.is_blind() == 1
    excused = watch.judge(sample("d", Outcome.TIMEOUT))
    assert (excused.outcome, excused.detail) == (Outcome.LOCAL_FAULT, "this machine can reach nobody: words")
    await watch.look()
    await watch.look()
    clock.move(60)
    for name in ("a", "b", "c"):
        watch.judge(sample(name))
    await watch.look()
    await watch.look()
    assert [(alert.name, alert.status) for alert in told.alerts] == [
        ("OpsmonBlind", "firing"),
        ("OpsmonBlind", "resolved"),
    ]
    assert told.alerts[0].key == told.alerts[1].key
    assert "3 devices cannot be measured: no network. No device is blamed" in told.alerts[0].summary
    assert caplog.text.count("opsmon cannot measure") == 1
    assert "monitoring works again after 60 s" in caplog.text
    assert watch.is_blind() == 0


async def test_checks_that_cannot_be_made_are_named_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    clock = HandClock()
    watch = SelfWatch(clock, Told(), "zh")
    for number in range(100):
        watch.judge(sample(f"good-{number}"))
    watch.judge(fault("a", NAMES))
    for number in range(100):
        watch.judge(sample(f"good-{number}"))
    for number in range(NAMED_AT_ONCE + 5):
        watch.judge(fault(f"b{number}", NAMES))
    clock.move(60)
    with caplog.at_level(logging.WARNING):
        await watch.look()
        await watch.look()
    lines = [record.message for record in caplog.records]
    assert lines[0] == "the check icmp of a cannot run; it is not being monitored: words"
    assert lines[-1] == "and 6 more checks cannot run: see opsmon_checks_unmeasured"
    assert len(lines) == NAMED_AT_ONCE + 1
    assert watch.unmeasured() == {"icmp": NAMED_AT_ONCE + 6}


def test_what_is_told_is_an_alert_of_no_device() -> None:
    clock = HandClock()
    alert = OwnAlert("OpsmonBlind", clock.now(), "words")
    body = json.loads(own_payload(alert, "oncall", "http://127.0.0.1:9876"))
    (one,) = body["alerts"]
    assert (body["version"], body["receiver"], one["status"]) == ("4", "oncall", "firing")
    assert one["labels"] == {"alertname": "OpsmonBlind", "job": "opsmon", "severity": "major"}
    assert (one["startsAt"], one["endsAt"]) == ("2026-03-20T02:00:00Z", "0001-01-01T00:00:00Z")
