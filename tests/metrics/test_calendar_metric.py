"""The page says until when the holidays are announced, so that an alert can ask for the next year's notice."""

import re
from datetime import UTC, datetime
from pathlib import Path

from tests.support.web.scene import WebScene


def test_every_contract_tells_until_when_its_calendar_is_known(tmp_path: Path) -> None:
    page = WebScene(tmp_path).parts.pages.daemon().decode()
    found = dict(
        re.findall(
            r'^opsmon_calendar_announced_until_timestamp_seconds\{contract="([^"]+)"\} (\S+)$', page, re.MULTILINE
        )
    )
    assert len(found) == 5
    # 2026 is the last year with a notice; it ends at midnight in Peking.
    assert {datetime.fromtimestamp(float(text), UTC) for text in found.values()} == {
        datetime(2026, 12, 31, 16, tzinfo=UTC)
    }
