"""Times are shown in the zone of the reader, across midnight too."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from opsmon.text.time import local_time, short_local_time

BEIJING = ZoneInfo("Asia/Shanghai")


def test_a_time_is_shown_in_the_readers_zone() -> None:
    assert local_time(datetime(2026, 11, 20, 16, 30, 5, 999_999, UTC), BEIJING) == "2026-11-21 00:30:05"


def test_a_short_time_leaves_out_the_year_and_none_is_empty() -> None:
    assert short_local_time("2026-12-31T16:00:00.5+00:00", BEIJING) == "01-01 00:00:00"
    assert short_local_time(None, BEIJING) == short_local_time("", BEIJING) == ""
