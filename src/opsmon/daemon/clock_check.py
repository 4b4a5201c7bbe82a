"""Before anything is judged: is the clock of this machine right, as far as its own journal can tell.

A machine whose battery is dead starts in 1970 or in the year of its firmware, until the network sets its clock. What
would be judged by then would stand in the journal for ever, and contract clocks would start at moments that never were.
"""

import asyncio
import logging
from datetime import timedelta

from opsmon.clock import Clock
from opsmon.daemon.systemd import ServiceManager
from opsmon.store.store import Store

TOLERATED = timedelta(minutes=1)  # a clock that is set back a little is set right
LOOK_EVERY_S = 1.0
TELL_EVERY_S = 60.0
log = logging.getLogger(__name__)


async def wait_for_right_clock(store: Store, clock: Clock, stop: asyncio.Event, manager: ServiceManager) -> bool:
    """Returns True once the clock is not before the last entry of the store; False when `stop` came first."""
    last = await asyncio.to_thread(store.last_written_at)
    told_s = float("-inf")
    while last is not None and clock.now() + TOLERATED < last:
        if clock.monotonic() - told_s >= TELL_EVERY_S:
            told_s = clock.monotonic()
            log.error(
                "the system clock is behind the journal: it says %s, the last entry was written at %s; nothing is "
                "judged and no contract clock starts until it is corrected (`opsmon run --trust-clock` if it is right)",
                clock.now().isoformat(timespec="seconds"), last.isoformat(timespec="seconds"),
            )  # fmt: skip
        manager.waiting("the clock of this machine is before the last entry of the journal", 2 * TELL_EVERY_S)
        try:
            async with asyncio.timeout(LOOK_EVERY_S):
                await stop.wait()
        except TimeoutError:
            continue
        return False
    return True
