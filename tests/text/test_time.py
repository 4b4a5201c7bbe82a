"""Times are shown in the zone of the reader, across midnight too."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from opsmon.text.time import (
    day_words,
    days_words,
    iso_second,
    iso_time,
    local_time,
    short_local_time,
    time_of_day,
    time_words,
    wall_time,
    weekday_end,
    weekday_time,
)

BEIJING = ZoneInfo("Asia/Shanghai")


def test_a_time_is_shown_in_the_readers_zone() -> None:
    assert local_time(datetime(2026, 11, 20, 16, 30, 5, 999_999, UTC), BEIJING) == "2026-11-21 00:30:05"


def test_a_short_time_leaves_out_the_year_and_none_is_empty() -> None:
    assert short_local_time("2026-12-31T16:00:00.5+00:00", BEIJING) == "01-01 00:00:00"
    assert short_local_time(None, BEIJING) == short_local_time("", BEIJING) == ""
    assert short_local_time("2026-12-31T16:00:59+00:00", BEIJING, seconds=False) == "01-01 00:00"


MIDNIGHT, EVENING = datetime(2026, 9, 30, 16, 0, tzinfo=UTC), datetime(2026, 9, 30, 15, 0, 7, 5, UTC)


def test_the_end_of_a_day_is_its_own_24_00() -> None:
    assert weekday_end(MIDNIGHT, BEIJING, "en") == "Wed 2026-09-30 24:00"
    assert weekday_end(EVENING, BEIJING, "zh") == "周三 2026-09-30 23:00"
    assert weekday_time(MIDNIGHT, BEIJING, "zh") == "周四 2026-10-01 00:00:00"
    assert weekday_end(None, BEIJING, "en") == weekday_time(None, BEIJING, "en") == ""


def test_a_sentence_tells_seconds_only_where_there_are_any() -> None:
    assert (time_words(MIDNIGHT, BEIJING).en, time_words(EVENING, BEIJING).zh) == (
        "Thu 1 Oct 00:00", "9月30日（周三）23:00:07",
    )  # fmt: skip


def test_several_days_are_one_stretch() -> None:
    assert days_words(date(2026, 10, 1), date(2026, 10, 7)).zh == "10月1日至7日"
    assert days_words(date(2026, 9, 30), date(2026, 10, 2)).en == "30 Sep – 2 Oct"
    assert days_words(date(2026, 9, 30), date(2026, 9, 30)) == day_words(date(2026, 9, 30))


def test_programs_get_iso_8601_with_the_offset_of_the_zone() -> None:
    assert iso_time(EVENING, BEIJING) == "2026-09-30T23:00:07.000005+08:00"
    assert iso_second(EVENING, BEIJING) == "2026-09-30T23:00:07+08:00"
    assert wall_time(EVENING, BEIJING) == datetime(2026, 9, 30, 23, 0, 7)  # noqa: DTZ001 - it has none
    assert iso_time(None, BEIJING) is None
    assert wall_time(None, BEIJING) is None


def test_a_time_of_the_day_may_be_its_end() -> None:
    assert (time_of_day(63_000), time_of_day(86_400)) == ("17:30", "24:00")
