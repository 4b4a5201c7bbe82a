"""The hours of scheduled runs, in the root's own time zone, over midnight too."""

from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from opsmon.app.backing import due_since
from opsmon.config.root import Root, load_root

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
