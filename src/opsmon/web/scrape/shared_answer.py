"""Answers that several readers may have in common: two Prometheuses of a pair ask for the same page within a moment.

What was begun less than a second ago is given to the next reader as well, from its first octet, while it is still being
made or once it is whole. Promises: a reader gets one answer whole, or is cut off; the quickest sets the pace, and none
waits for another. Kept are at most MOST_KEPT octets of an answer and MOST_OF_ALL of all, for SHARED_FOR_S: of a longer
answer the beginning is let go, which nobody can join after that, and a reader who is still there is cut off. Who may
read is not decided here.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass

from aiohttp import web

SHARED_FOR_S = 1.0
MOST_KEPT = 4 * 1024 * 1024
MOST_OF_ALL = 4 * MOST_KEPT


class CutOffError(Exception):
    """The reader cannot have the rest: he was too slow for the others, or making it failed."""


class SharedAnswer:
    """One answer. `pieces` gives its octets; an empty piece lets others have a turn."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._kept: deque[bytes] = deque()
        self._dropped = 0  # pieces
        self._ended = False
        self.octets = 0  # that are kept

    @property
    def has_beginning(self) -> bool:
        """Whether one more reader can be given the whole."""
        return not self._dropped

    async def read(self) -> AsyncGenerator[bytes, None]:
        """All pieces in order, none of them empty. Raises CutOffError, and for one reader what made it fail."""
        at = 0
        while True:
            if at < self._dropped:
                raise CutOffError
            if at < self._dropped + len(self._kept):
                yield self._kept[at - self._dropped]
                at += 1
            elif self._ended:
                return
            else:
                self._make_one()
                await asyncio.sleep(0)

    def _make_one(self) -> None:
        is_sound = False
        try:
            piece = next(self._pieces, None)
            is_sound = True
        finally:
            if not is_sound:
                self._break_off()
        if piece is None:
            self._ended = True
        elif piece:
            self._keep(piece)

    def _break_off(self) -> None:
        """Nobody may take what is there for the whole."""
        self._dropped += len(self._kept) + 1
        self._kept.clear()
        self.octets = 0

    def _keep(self, piece: bytes) -> None:
        self._kept.append(piece)
        self.octets += len(piece)
        while self.octets > MOST_KEPT and len(self._kept) > 1:
            self.octets -= len(self._kept.popleft())
            self._dropped += 1


@dataclass(frozen=True, slots=True)
class _Recent:
    answer: SharedAnswer
    made_of: object
    at_s: float


class RecentAnswers:
    """Those that were begun within the last second. `monotonic` is the daemon's clock (s)."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._known: dict[tuple[object, ...], _Recent] = {}

    def of(self, key: tuple[object, ...], made_of: object, make: Callable[[], Iterator[bytes]]) -> SharedAnswer:
        """The answer that there is under the key, or a new one. One that was made of another object than `made_of` (an
        inventory before a reload) is no answer any more."""
        known = self._known.get(key)
        if known is not None and self._is_good(known, made_of):
            return known.answer
        self._known.pop(key, None)
        recent = self._known[key] = _Recent(SharedAnswer(make()), made_of, self._monotonic())
        self._make_room()
        asyncio.get_running_loop().call_later(SHARED_FOR_S, self._let_go, key, recent)
        return recent.answer

    def _is_good(self, known: _Recent, made_of: object) -> bool:
        is_young = self._monotonic() - known.at_s < SHARED_FOR_S
        return is_young and known.made_of is made_of and known.answer.has_beginning

    def _make_room(self) -> None:
        """The oldest go first, and the newest stays."""
        while self.octets > MOST_OF_ALL - MOST_KEPT and len(self._known) > 1:
            del self._known[next(iter(self._known))]

    @property
    def octets(self) -> int:
        """All that is kept for the next reader."""
        return sum(recent.answer.octets for recent in self._known.values())

    def _let_go(self, key: tuple[object, ...], recent: _Recent) -> None:
        if self._known.get(key) is recent:
            del self._known[key]


ANSWERS = web.AppKey("answers", RecentAnswers)
