"""A receiver that is away for an hour while 300 faults begin and 59 end: `python -m benchmarks.receiver_away`.

Real lanes over a real store, a robot or a gateway on loopback, the hour by a clock that leaps. Prints for each kind how
often it was tried meanwhile, in how many messages it was told of all when it was back, what was lost, and whether the
order was kept. Exit code 1 where a bar is not met.
"""

import asyncio
import logging
import sys
import tempfile
import time
from pathlib import Path

from opsmon.notify.channel import ChannelKind
from tests.support.notify.receiver_away import away_for_an_hour

MESSAGES_BAR = 20
KINDS = (ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU, ChannelKind.JSON)


async def measure() -> int:
    """Exit code."""
    is_good = True
    for kind in KINDS:
        begun_s = time.process_time()
        with tempfile.TemporaryDirectory() as folder:
            away = await away_for_an_hour(Path(folder), kind)
        lost, order = len(away.lost) + away.dead + away.left, "kept" if away.is_in_order else "NOT kept"
        is_good = is_good and not lost and away.is_in_order and away.messages <= MESSAGES_BAR
        print(
            f"{kind.value}: tried {away.tries} times while away; back: {away.messages} messages (bar {MESSAGES_BAR}) "
            f"for {len(away.owed)} faults, {lost} lost, order {order}; {time.process_time() - begun_s:.1f} s of CPU"
        )
    return 0 if is_good else 1


if __name__ == "__main__":
    logging.disable(logging.ERROR)  # every try in vain would be a line
    sys.exit(asyncio.run(measure()))
