"""Lines that others can repeat: the first at once, then one a minute of each sort, and none is forgotten."""

import logging

import pytest

from opsmon.throttled_log import EVERY_S, ThrottledLog
from tests.support.virtual_time import VirtualClock, run_virtually


def test_each_sort_is_told_once_a_minute_with_the_number_kept_back(caplog: pytest.LogCaptureFixture) -> None:
    async def story(clock: VirtualClock) -> None:
        throttled = ThrottledLog(logging.getLogger("test"), clock.monotonic)
        for _ in range(5):
            throttled.tell("forged", "from 192.0.2.1")
        throttled.tell("late", "192.0.2.2")
        clock.loop.block(EVERY_S)
        throttled.tell("forged", "from 192.0.2.3")

    run_virtually(story)
    assert [record.getMessage() for record in caplog.records] == [
        "forged: from 192.0.2.1",
        "late: 192.0.2.2",
        "forged: from 192.0.2.3 (and 4 more since the last line)",
    ]
