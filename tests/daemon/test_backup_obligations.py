"""Which obligations the backups of a day fulfil, and which devices are overdue. Pure: the time is handed in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from opsmon.backup.status import BackupStatus
from opsmon.daemon.backup_obligations import BY, duties_done, overdue_reports
from opsmon.engine.decide import decide
from opsmon.engine.world import World, start_world
from opsmon.model.device import Device, Kind
from opsmon.model.duty import ObligationDone
from opsmon.model.name import ContractId, DeviceName
from tests.support.engine.scene import ZONE, contracts, device, rules_of

NOW = datetime(2021, 10, 20, 2, 0, tzinfo=UTC)
CONTRACT = ContractId("bj-hrss-2021")


def net_device(name: str, kind: Kind = Kind.SWITCH, service: str = "net") -> Device:
    return replace(device(name, kind=kind, contract=CONTRACT), service=service, labels={})


FLEET = (
    net_device("core-1"),
    net_device("core-2"),
    net_device("fw-1", Kind.FIREWALL, "sec"),
    net_device("cam", Kind.CAMERA),
)


def good(name: str, at: datetime | None = NOW, **fields: object) -> BackupStatus:
    site = FLEET[0].site
    return replace(BackupStatus(DeviceName(name), site, tried_at=NOW, good_at=at), **fields)  # type: ignore[arg-type]


def world() -> World:
    return start_world(rules_of(FLEET, contracts()), NOW - timedelta(days=3))


def standings(*found: BackupStatus) -> dict[DeviceName, BackupStatus]:
    return {standing.device: standing for standing in found}


def test_a_service_is_done_when_every_network_device_of_it_was_captured_today() -> None:
    done = list(duties_done(world(), standings(good("core-1"), good("core-2")), NOW, ZONE))
    assert [(one.obligation, one.service, one.by) for one in done] == [("B9", "net", BY)]
    assert done[0].note == "2 configurations captured and proved"
    step = decide(world(), done[0], NOW)
    assert [type(event) for event in step.events if isinstance(event, ObligationDone)] == [ObligationDone]
    assert list(duties_done(step.world, standings(good("core-1"), good("core-2")), NOW, ZONE)) == []


def test_one_device_without_a_copy_of_today_leaves_it_open() -> None:
    yesterday = NOW - timedelta(days=1)
    for other in (good("core-2", None), good("core-2", yesterday)):
        assert list(duties_done(world(), standings(good("core-1"), other), NOW, ZONE)) == []
    assert list(duties_done(world(), standings(good("core-1")), NOW, ZONE)) == []


def test_a_device_is_overdue_after_its_nights_and_not_before() -> None:
    def told(standing: BackupStatus, now: datetime) -> tuple[bool, str]:
        (report,) = overdue_reports(FLEET[:1], standings(standing), contracts(), now, 2, "BackupOverdue")
        return report.holds, report.detail

    assert told(good("core-1"), NOW + timedelta(hours=47)) == (False, "")
    holds, detail = told(good("core-1", reason="the login was refused"), NOW + timedelta(hours=48))
    assert holds
    assert detail == "the last good backup is 2 days old: the login was refused (clause B9)"
    assert not told(good("core-1", None, failures=1, reason="x"), NOW)[0]
    assert told(good("core-1", None, failures=2, reason="x"), NOW)[1].startswith(
        "no configuration was ever backed up in 2"
    )
    assert list(overdue_reports(FLEET[:1], {}, contracts(), NOW, 2, "BackupOverdue")) == []
