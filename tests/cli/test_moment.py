"""Times as people type them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import typer

from opsmon.cli.moment import parse_moment

BEIJING = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)  # the 21st already in Beijing


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("20:56", "2026-11-21T20:56:00+08:00"),
        ("9:05", "2026-11-21T09:05:00+08:00"),
        ("00:00:07", "2026-11-21T00:00:07+08:00"),
        ("2026-11-20T10:00:00+08:00", "2026-11-20T10:00:00+08:00"),
        ("2026-11-20T02:00:00Z", "2026-11-20T02:00:00+00:00"),
    ],
)
def test_a_time_of_the_day_is_today_where_the_root_is(text: str, meant: str) -> None:
    assert parse_moment(text, BEIJING, "--at", now=NOW).isoformat() == meant


@pytest.mark.parametrize("text", ["24:00", "9:5", "20:56+08:00", "yesterday", "2026-11-20T10:00:00", "2026-11-20", ""])
def test_what_might_mean_two_things_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        parse_moment(text, BEIJING, "--at", now=NOW)


def test_where_a_local_time_is_enough_it_is_the_root_s() -> None:
    assert parse_moment("2026-11-20T10:00", BEIJING, "--at", local=True).isoformat() == "2026-11-20T10:00:00+08:00"
