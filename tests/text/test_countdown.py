"""Count-downs and times as pages show them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from opsmon.text.duration import countdown
from opsmon.text.time import day_time

NOW = datetime(2026, 11, 28, 1, 41, 7, tzinfo=UTC)
BEIJING = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("seconds", "language", "words"),
    [
        (161.9, "zh", "00:02:41"),
        (0, "zh", "00:00:00"),
        (-0.5, "en", "+00:00:00"),
        (-725, "en", "+00:12:05"),
        (86_399, "en", "23:59:59"),
        (86_400, "zh", "1天 00:00"),
        (-3 * 86_400 - 4 * 3_600 - 12 * 60, "en", "+3d 04:12"),
    ],
)
def test_a_countdown_is_whole_seconds(seconds: float, language: str, words: str) -> None:
    assert countdown(seconds, language) == words


@pytest.mark.parametrize(
    ("ago", "zh", "en"),
    [
        (timedelta(0), "09:41:07", "09:41:07"),
        (timedelta(days=1), "11月27日（周五）09:41", "Fri 27 Nov 09:41"),
        (timedelta(days=365), "2025年11月28日（周五）09:41", "Fri 28 Nov 2025 09:41"),
        (timedelta(hours=9, minutes=42), "11月27日（周五）23:59", "Fri 27 Nov 23:59"),
    ],
)
def test_a_time_of_another_day_has_its_day(ago: timedelta, zh: str, en: str) -> None:
    assert day_time(NOW - ago, BEIJING, "zh", NOW) == zh
    assert day_time(NOW - ago, BEIJING, "en", NOW) == en
