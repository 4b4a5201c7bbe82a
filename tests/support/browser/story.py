"""What has happened in the scene that the pages show: a breach, one at risk, one acknowledged, one that recovers."""

from datetime import timedelta

from opsmon.engine.input import AddFact, OpenIncident
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import DeviceName, IncidentId, SiteName
from tests.support.web.scene import WebScene, everything_answers

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
