"""What has happened in the scene that the pages show: a breach, one at risk, one acknowledged, one that recovers."""

from array import array
from dataclasses import replace
from datetime import timedelta

from opsmon.engine.input import AddFact, OpenIncident, RecordAccepted, Reloaded, SetOverride, SetSilence
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import CheckName, DeviceName, IncidentId, SilenceId, SiteName
from opsmon.model.page import SilenceSet
from opsmon.model.sample import Outcome, Reading, Sample
from tests.support.engine.paged import LI, MANAGER, ROBOT, VC, on_call
from tests.support.web.scene import PING, WebScene, everything_answers

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


def everything_happens(scene: WebScene) -> None:
    """Goes on for half an hour of the standing clock."""
    everything_answers(scene)
    dead = scene.dies("mcu-1")
    tell(scene, dead, FactType.REPORTED, "用户", timedelta(minutes=-25))
    scene.dies("ups-1")
    later = scene.dies("会议终端-1")
    tell(scene, later, FactType.ACKNOWLEDGED, "值班员")
    report(scene, HOSTILE, "core-1")
    scene.daemon.wait(40)


def all_of_it(scene: WebScene) -> None:
    """The same with people who are called, messages that arrive, a silence, a swap, and a fault in the root cause."""
    people_are_called(scene)
    everything_happens(scene)
    for one in scene.daemon.world.incidents.open_incidents():
        message_arrives(scene, one.id)
    silence(scene, device="ups-1")
    swap(scene)
    scene.miss("core-1")
    scene.daemon.wait(60)


def people_are_called(scene: WebScene) -> None:
    """From now on a rota of two is on call, with a lead and a manager behind it."""
    scene.daemon.take(Reloaded(replace(scene.daemon.world.rules, oncall=on_call())))


def message_arrives(scene: WebScene, incident: str) -> None:
    """The robot takes the last message about an incident."""
    page, now = scene.daemon.world.paging.pages[IncidentId(incident)], scene.clock.now()
    call = page.calls[-1]
    delivery = f"{incident}-{call.sequence}-{ROBOT}"
    scene.daemon.take(RecordAccepted(IncidentId(incident), call.sequence, ROBOT, delivery, call.people, now, now))


def silence(scene: WebScene, hours: float = 2, **fields: str) -> SilenceId:
    """A manager silences what agrees."""
    asked = SetSilence(fields, scene.clock.now() + timedelta(hours=hours), "经理", "更换主板")
    return next(event.silence for event in scene.daemon.take(asked).events if isinstance(event, SilenceSet))


def swap(scene: WebScene) -> None:
    """The manager stands in for one of the two tomorrow."""
    day = scene.clock.now().date() + timedelta(days=1)
    asked = SetOverride(VC, "day", day, LI, MANAGER, "经理", "培训")
    assert not scene.daemon.take(asked).refusal


def pings_of_a_day(scene: WebScene, device: str = "mcu-1") -> None:
    """What was measured before: the slow hour is the third from the last, and of the sixth nothing is known."""
    now = scene.clock.now()
    for minutes in range(1_440, 0, -5):
        if not 300 <= minutes < 360:
            at, took_s = now - timedelta(minutes=minutes), 0.2 if 120 <= minutes < 180 else 0.002 + minutes % 60 / 1e5
            reading = Reading(PING, array("d", [1.0, took_s]))
            scene.parts.values.take(
                Sample(DeviceName(device), CheckName("icmp"), Outcome.OK, at, at, took_s, readings=(reading,))
            )


def tell(scene: WebScene, incident: str, kind: FactType, by: str, ago: timedelta = timedelta(0)) -> None:
    """A person tells a fact."""
    scene.daemon.take(AddFact(IncidentId(incident), Fact(kind, scene.clock.now() + ago, by)))


def report(scene: WebScene, condition: str, device: str) -> None:
    """A person reports a fault of a device of the main hall."""
    scene.daemon.take(
        OpenIncident(
            site=SiteName("erlong-hall"), condition=condition, by="用户", note=condition,
            reported_at=scene.clock.now(), kind=None, service=None, device=DeviceName(device), severity=Severity.MAJOR,
            labels={},
        )
    )  # fmt: skip
