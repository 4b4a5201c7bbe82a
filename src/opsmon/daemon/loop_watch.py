"""Says who held the event loop: which task, which callback, in which line.

The loop beats four times a second. A thread looks whether it does and, when it does not, at the frames of the loop's
thread. Code that does not let go of the interpreter (a pattern, a parser) is seen at the moment in which it does,
which is still in the line that called it. Nothing is traced while the loop runs as it should.
"""

import asyncio
import logging
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from types import FrameType

from opsmon.text.count import counted
from opsmon.throttled_log import EVERY_S, ThrottledLog

BEAT_S = 0.25
LATE_S = 0.05  # a beat that is so late is looked after
HELD_S = 0.25  # and one that is so late is a hold
LOOK_AGAIN_S = 0.02  # while the loop is late
STANDS_S = 5.0  # told while it still stands: it may never go on
MAX_NAMES = 50
OTHERS, MACHINE = "others", "the machine"
SHOWN_FRAMES = 4
_LOOP_MODULES = ("asyncio.", "selectors")
_RUN = "Handle._run"  # of asyncio: what calls every callback and every step of a task
_PEERS = ("source", "addr")  # what the readers of datagrams call the far end
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Holder:
    """What the loop's thread was at. `by` is the task or callback, `where` its innermost lines, the last one first."""

    by: str
    where: str


@dataclass(slots=True)
class _Hold:
    began_s: float
    seen: Counter[Holder] = field(default_factory=Counter)
    told: bool = False

    def holder(self) -> Holder:
        """Who was seen most often; where nobody was for half of the time, it says so."""
        by = Counter[str]()
        for one, times in self.seen.items():
            by[one.by] += times
        name, times = by.most_common(1)[0] if by else (MACHINE, 1)
        where = next((one.where for one, _ in self.seen.most_common() if one.by == name), "")
        if 2 * times <= by.total():
            return Holder(OTHERS, f"{counted(len(by), 'tasks')} at once, most often {name}: {where}")
        return Holder(name, where)


class LoopWatch:
    """`start` in the loop that is watched, `stop` before it ends. The tallies are read by the metrics."""

    def __init__(self, tell_every_s: float = EVERY_S) -> None:
        self.holds: Mapping[str, int] = {OTHERS: 0}
        self.held_s: Mapping[str, float] = {OTHERS: 0.0}
        self._throttled = ThrottledLog(log, time.monotonic, every_s=tell_every_s)
        self._beat_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._ended = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Raises RuntimeError where no loop runs."""
        self._loop, self._loop_thread = asyncio.get_running_loop(), threading.get_ident()
        self._ended.acquire()
        self._beat()
        self._thread = threading.Thread(target=self._watch, name="loop-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._timer is None or self._thread is None:
            return
        self._timer.cancel()
        self._timer = None
        self._ended.release()
        self._thread.join()

    def _beat(self) -> None:
        self._beat_s = time.monotonic()
        self._timer = self._loop.call_later(BEAT_S, self._beat)

    def _watch(self) -> None:
        """The thread. A lock that nobody gives is the cheapest way to wait."""
        hold: _Hold | None = None
        wait_s = BEAT_S + LATE_S
        while not self._ended.acquire(timeout=wait_s):
            beat_s, now_s = self._beat_s, time.monotonic()
            if hold is not None and beat_s != hold.began_s:
                self._end(hold, beat_s)
                hold = None
            wait_s = beat_s + BEAT_S + LATE_S - now_s
            if wait_s <= 0:
                wait_s, hold = LOOK_AGAIN_S, hold or _Hold(beat_s)
                self._look(hold, now_s)
        if hold is not None:
            self._end(hold, time.monotonic())

    def _look(self, hold: _Hold, now_s: float) -> None:
        if holder := self._look_at_loop():
            hold.seen[holder] += 1
        late_s = now_s - hold.began_s - BEAT_S
        if late_s > STANDS_S and not hold.told:
            hold.told = True
            self._tell(f"for {late_s:.1f} s, and still is", hold.holder())

    def _end(self, hold: _Hold, ended_s: float) -> None:
        lasted_s = ended_s - hold.began_s - BEAT_S
        if lasted_s < HELD_S:
            return
        holder = hold.holder()
        by = holder.by if holder.by in self.holds or len(self.holds) < MAX_NAMES else OTHERS
        self.holds = {**self.holds, by: self.holds.get(by, 0) + 1}
        self.held_s = {**self.held_s, by: self.held_s.get(by, 0.0) + lasted_s}
        self._tell(f"for {lasted_s:.1f} s", holder)

    def _tell(self, what: str, holder: Holder) -> None:
        where = f": {holder.where}" if holder.where else ""
        self._throttled.tell("the event loop was held", f"{what}, by {holder.by}{where}")

    def _look_at_loop(self) -> Holder | None:
        """What the loop's thread is at; None between two pieces of work, where nobody holds it."""
        frames = list(_outwards(sys._current_frames().get(self._loop_thread)))
        if not frames or frames[0].f_globals.get("__name__") == "selectors":
            return Holder(MACHINE, "asleep, stopped or short of CPU")
        task = asyncio.current_task(self._loop)
        called = frames.pop() if frames[-1].f_code.co_qualname == _RUN else None
        if task is None and called is None:
            return None
        frames = [frame for frame in frames if not _is_of_loop(frame)]
        by = _name_of(task) if task else _callback_of(called, frames)
        return Holder(by, " < ".join(map(_line_of, frames[:SHOWN_FRAMES])))


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    """The frames from the innermost on, to where the loop calls; all of them where it does not."""
    while frame is not None:
        yield frame
        if frame.f_code.co_qualname == _RUN:
            return
        frame = frame.f_back


def _is_of_loop(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith(_LOOP_MODULES)


def _name_of(task: "asyncio.Task[object]") -> str:
    """The name that it was given, else its coroutine's."""
    name = task.get_name()
    return name if not name.startswith("Task-") else getattr(task.get_coro(), "__qualname__", name)


def _callback_of(called: FrameType | None, frames: list[FrameType]) -> str:
    """The callback that the loop called, and whose datagram it reads where it is one."""
    handle = called.f_locals.get("self") if called else None
    callback = getattr(handle, "_callback", None)
    name = getattr(getattr(callback, "func", callback), "__qualname__", "a callback")
    peers = (frame.f_locals[local] for frame in frames for local in _PEERS if local in frame.f_locals)
    peer = next((one for one in peers if isinstance(one, tuple) and one and isinstance(one[0], str)), None)
    return f"{name} of {peer[0]}" if peer else name


def _line_of(frame: FrameType) -> str:
    """`probe/kind/http.py:112 _judge`: the path from the package on, for others the file's name."""
    path = PurePath(frame.f_code.co_filename)
    within = path.parts[path.parts.index("opsmon") + 1 :] if "opsmon" in path.parts else path.parts[-1:]
    return f"{'/'.join(within)}:{frame.f_lineno} {frame.f_code.co_name}"
