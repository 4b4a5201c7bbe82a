"""What an agent left unanswered while it answered other requests: left out for a pause that grows, then tried again.

A column that hung behind some row is a fence: its rows up to there are read at every poll, and what is behind is tried
when the pause is over. Mostly nothing is: the agent hangs in the table that comes next.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from opsmon.protocol.snmp.session import Index, Oid

FIRST_PAUSE_S = 60.0
MAX_PAUSE_S = 3600.0


class Fence(NamedTuple):
    """The last row of a column that was answered, and how many rows there were with it."""

    row: Index
    rows: int


@dataclass(frozen=True, slots=True)
class Silence:
    """One column or instance; times of the monotonic clock."""

    again_s: float
    pause_s: float
    fence: Fence | None = None


class Sorted(NamedTuple):
    """What to ask as ever, what to try once more, and what to leave out."""

    sound: tuple[Oid, ...]
    doubtful: tuple[Oid, ...]
    paused: tuple[Oid, ...]


class Silences:
    """Those of one agent."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[Oid, Silence] = {}

    def __bool__(self) -> bool:
        return bool(self._known)

    def sort(self, oids: Sequence[Oid], now_s: float) -> Sorted:
        sound: list[Oid] = []
        doubtful: list[Oid] = []
        paused: list[Oid] = []
        for oid in oids:
            silence = self._of(oid)
            if silence is None or (silence.fence is not None and now_s < silence.again_s):
                sound.append(oid)
            else:
                (doubtful if now_s >= silence.again_s else paused).append(oid)
        return Sorted(tuple(sound), tuple(doubtful), tuple(paused))

    def _of(self, oid: Oid) -> Silence | None:
        """The silence of an object itself, or that of the column that it is an instance of."""
        if (own := self._known.get(oid)) is not None:
            return own
        return next(
            (each for known, each in self._known.items() if not each.fence and oid[: len(known)] == known), None
        )

    def is_silent(self, oid: Oid) -> bool:
        """Whether it is left out, or was until now."""
        silence = self._of(oid)
        return silence is not None and silence.fence is None

    def fences(self, oids: Iterable[Oid]) -> dict[Oid, Fence]:
        return {oid: known.fence for oid in oids if (known := self._known.get(oid)) is not None and known.fence}

    def pause_left_s(self, oid: Oid, now_s: float) -> float:
        silence = self._of(oid)
        return max(0.0, silence.again_s - now_s) if silence is not None else 0.0

    def note(self, asked: Iterable[Oid], silent: Mapping[Oid, Fence | None], now_s: float) -> None:
        """What came of asking. An object that answers again is forgotten at once."""
        for oid in asked:
            known = self._known.get(oid)
            if oid in silent:
                pause_s = min(known.pause_s * 2, MAX_PAUSE_S) if known is not None else FIRST_PAUSE_S
                self._known[oid] = Silence(now_s + pause_s, pause_s, silent[oid])
            elif known is not None and (known.fence is None or now_s >= known.again_s):
                del self._known[oid]
