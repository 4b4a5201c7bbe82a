"""A channel whose month is nearly used up says so once."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsmon.notify.channel import ChannelKind
from opsmon.notify.lane.page_pace import PagePace
from opsmon.notify.message import ChannelLimits
from opsmon.store.parcel_store import ParcelStore
from opsmon.store.store import open_store
from tests.support.clock import HandClock
from tests.support.notify.people import SHANGHAI, robot


async def test_four_fifths_of_a_month_are_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    channel = robot(ChannelKind.WECOM, per_month=10)
    clock = HandClock(datetime(2026, 11, 28, 2, 0, tzinfo=UTC))
    pace = PagePace(channel, ChannelLimits(4_096), SHANGHAI, clock)
    await pace.load(ParcelStore(open_store("sqlite:///opsmon.db", tmp_path)))
    for _ in range(7):
        pace.began("")
    assert not caplog.messages
    pace.began("")
    pace.began("")
    (said,) = caplog.messages
    assert "8 of 10 messages" in said
    assert pace.month_used_ratio == 0.9
