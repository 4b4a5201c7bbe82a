"""The last walk over the fleet, kept for a while: many may watch, and a large fleet takes some ten milliseconds."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from opsmon.model.device import Inventory
from opsmon.web.api.load.rows import FleetLoad, Latest, StageOf, late_rows, slow_rows, walk
from opsmon.web.api.load.schemas import LateCheckDocument, SlowCheckDocument

LEAST_S = 5.0  # checks run once a minute
SHARE = 100  # a walk is kept so many times as long as it took: a hundredth of a core at most, whoever asks


@dataclass(frozen=True, slots=True)
class FleetRows:
    """What a walk found."""

    fleet: FleetLoad
    slowest: list[SlowCheckDocument]
    late: list[LateCheckDocument]
    late_count: int


Make = Callable[[], FleetRows]


class KeptFleet:
    """May be asked in any thread; of several at once one walks, and the others take what it found."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[Inventory, int, float, FleetRows] | None = None  # of whom, how many rows, until when

    def rows(self, inventory: Inventory, limit: int, now_s: float, make: Make) -> FleetRows:
        """Those that were found last, while they are young enough and of this inventory; else new ones. `now_s` is
        monotonic."""
        with self._lock:
            kept = self._kept
            if kept is not None and kept[0] is inventory and kept[1] == limit and now_s < kept[2]:
                return kept[3]
            began_s = time.thread_time()
            found = make()
            lasts_s = max(LEAST_S, SHARE * (time.thread_time() - began_s))
            self._kept = inventory, limit, now_s + lasts_s, found
            return found


def fleet_rows(inventory: Inventory, latest: Latest, stage_of: StageOf, limit: int, now: datetime) -> FleetRows:
    """What a walk finds now."""
    fleet = walk(inventory, latest, now)
    late, late_count = late_rows(fleet.runs, stage_of, limit)
    return FleetRows(fleet, slow_rows(fleet.runs, limit), late, late_count)
