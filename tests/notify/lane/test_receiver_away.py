"""A receiver that is away for an hour: nothing is lost, the order is kept, and its return is no flood."""

from pathlib import Path

import pytest

from opsmon.notify.channel import ChannelKind
from tests.support.notify.receiver_away import away_for_an_hour

MAX_MESSAGES = 20


@pytest.mark.parametrize(
    "kind", [ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU, ChannelKind.JSON], ids=lambda kind: kind.value
)
async def test_an_hour_away_is_told_in_few_messages_in_order_and_whole(kind: ChannelKind, tmp_path: Path) -> None:
    away = await away_for_an_hour(tmp_path, kind)
    assert away.lost == set()
    assert (away.left, away.dead) == (0, 0)
    assert away.is_in_order, away.told
    assert 1 <= away.messages <= MAX_MESSAGES
    assert away.tries >= 50  # it is tried all the while, so that its return is seen within a minute
