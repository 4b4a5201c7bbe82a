"""The hours of scheduled runs, in the root's own time zone, over midnight too."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from opsmon.backup.status import BackupStatus, BackupStatuses
from opsmon.clock import WallClock
from opsmon.config.root import Root, load_root
from opsmon.daemon.backups import MARGIN_S, DaemonBackups, due_since, seconds_left
from opsmon.daemon.engine_rules import rules_of
from opsmon.engine.input import MarkDone, RecordBackup, RecordHostKey, Report
from opsmon.engine.port import Accepted, Answer, Unavailable
from opsmon.engine.world import start_world
from opsmon.model.name import DeviceName, SiteName
from opsmon.pipeline.input_queue import InputQueue, QueuedCommand

ZONE = ZoneInfo("Asia/Shanghai")


def root_with(tmp_path: Path, settings: str) -> Root:
    (tmp_path / "probes").mkdir()
    (tmp_path / "probes" / "generic.yaml").write_text("name: generic\ntitle: any device\nkind: other\n")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "conditions.yaml").write_text("{}\n")
    (tmp_path / "opsmon.yaml").write_text(settings)
    return load_root(tmp_path)


@pytest.mark.parametrize(
    ("hour", "began"),
    [("22:59", None), ("23:00", "23:00"), ("23:59", "23:00"), ("00:10", "23:00"), ("05:59", "23:00"), ("06:00", None)],
)
def test_a_night_over_midnight(tmp_path: Path, hour: str, began: str | None) -> None:
    root = root_with(tmp_path, 'backup: {schedule: "23:00", until: "06:00"}\n')
    now = datetime.combine(datetime(2026, 3, 20, tzinfo=ZONE).date(), time.fromisoformat(hour), ZONE)
    due = due_since(root, now.astimezone(UTC))
    assert (due and f"{due:%H:%M}") == began
    assert due is None or 0 <= (now - due).total_seconds() < 7 * 3600


def test_no_schedule_no_run(tmp_path: Path) -> None:
    assert due_since(root_with(tmp_path, ""), datetime(2026, 3, 20, tzinfo=UTC)) is None


async def test_a_result_that_meets_a_full_queue_is_told_again(tmp_path: Path) -> None:
    """And once it was taken, no more."""
    (tmp_path / "inventories").mkdir()
    (tmp_path / "inventories" / "hall.yaml").write_text(
        "site: hall\ndevices: [{name: core, address: 192.0.2.1, kind: switch, checks: [icmp]}]\n"
    )
    root = root_with(tmp_path, "")
    now = datetime(2026, 3, 20, 2, tzinfo=UTC)
    BackupStatuses(tmp_path).write(BackupStatus(DeviceName("core"), SiteName("hall"), tried_at=now, good_at=now))
    intake, answers = InputQueue(most_commands=0), []

    async def issue(command: RecordBackup | RecordHostKey | Report | MarkDone) -> Answer:
        request = QueuedCommand(command)
        intake.put_request(request)
        for waiting in intake.take(0)[0]:
            waiting.answer.set_result(Accepted(()))
        answers.append((type(command), await request.answer))
        return await request.answer

    backing = DaemonBackups(root, WallClock(), issue, lambda: start_world(rules_of(root), now))
    await backing.look()
    assert answers == [(RecordBackup, Unavailable("too many commands wait to be journaled", taken=False))]
    intake = InputQueue()
    for _ in range(3):
        await backing.look()
    assert answers[1:] == [(RecordBackup, Accepted(()))]


def test_a_scheduled_run_is_ended_a_margin_after_its_hours() -> None:
    began = datetime(2026, 11, 20, 23, 0, tzinfo=ZONE)
    assert seconds_left(time(6, 0), ZONE, began) == 7 * 3_600 + MARGIN_S
    assert seconds_left(time(6, 0), ZONE, began + timedelta(hours=6)) == 3_600 + MARGIN_S
    assert seconds_left(time(23, 30), ZONE, began) == 1_800 + MARGIN_S
