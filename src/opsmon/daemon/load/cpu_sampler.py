"""What the daemon's processor time is spent on: seen twenty times a second of it, by the timer that the kernel keeps.

The timer counts the processor time of the process (setitimer(2), ITIMER_PROF), so that what is seen is what costs, and
an idle daemon is not disturbed. Its signal is handled in the main thread between two steps of the interpreter, where
the frames tell who works: the check's kind, or the part of the daemon that the event loop called. While the main thread
waits for its sockets, the time was another thread's, or the kernel's. A sample costs some 20 µs, a twentieth of a
hundredth of the time.
"""

import asyncio
import signal
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from types import FrameType

EVERY_S = 0.05
PINGS, THREADS, LOOP, OTHER = "icmp", "threads", "loop", "other"
_RUN = "Handle._run"  # of asyncio: what calls every callback and every step of a task
_CHECK = "Scheduler._run"
_PING_ROOMS = (
    "opsmon.protocol.icmp",
    "opsmon.probe.schedule.ping_sweep",
)  # usual ones have no task: the scheduler sends them
_PINGS_HOME = "Scheduler._take_home"
# The part of the daemon, by where the outermost of our functions stands; the first that fits.
_PARTS = (
    ("opsmon.protocol.snmp", "snmp"),
    ("opsmon.probe.schedule", "schedule"),
    ("opsmon.probe", "checks"),
    ("opsmon.protocol", "checks"),
    ("opsmon.pipeline", "decisions"),
    ("opsmon.engine", "decisions"),
    ("opsmon.web", "web"),
    ("opsmon.metrics", "web"),
    ("aiohttp", "web"),
    ("opsmon.notify", "messages"),
    ("opsmon.backup", "backups"),
    ("opsmon.daemon", "daemon"),
)
PARTS = (PINGS, *dict.fromkeys(part for _, part in _PARTS), THREADS, LOOP, OTHER)


class CpuSampler:
    """`start` in the loop of the main thread, `stop` before it ends; elsewhere it sees nothing. `seen` tells how
    often each part was at work, `seconds` what that comes to."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()
        self._is_on = False

    def start(self) -> None:
        if threading.current_thread() is not threading.main_thread() or signal.getitimer(signal.ITIMER_PROF)[0]:
            return  # signals are the main thread's; a profiler that is there already stays
        self._loop = asyncio.get_running_loop()
        # The loop's own handler sees no frame; it is there to wake the main thread, whichever thread the signal finds.
        self._loop.add_signal_handler(signal.SIGPROF, _wake)
        signal.signal(signal.SIGPROF, self._look)
        signal.siginterrupt(signal.SIGPROF, False)  # a call of the system under way goes on
        signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)
        self._is_on = True

    def stop(self) -> None:
        if not self._is_on:
            return
        self._is_on = False
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        self._loop.remove_signal_handler(signal.SIGPROF)
        signal.signal(signal.SIGPROF, signal.SIG_IGN)  # one may be under way, which would end the process by default

    def seen(self) -> Mapping[str, int]:
        return self._seen.copy()

    def seconds(self) -> Mapping[str, float]:
        """Of each part, also where it was never seen."""
        return dict.fromkeys(PARTS, 0.0) | {part: count * EVERY_S for part, count in self.seen().items()}

    def _look(self, number: int, frame: FrameType | None) -> None:
        self._seen[part_of(frame)] += 1


def _wake() -> None:
    """What has to be done was done before the loop hears of it."""


def part_of(frame: FrameType | None) -> str:
    """The kind of check that works in this frame or outside of it, else the part of the daemon."""
    if frame is not None and frame.f_globals.get("__name__") == "selectors":
        return THREADS
    outermost, foreign = "", ""
    for one in _outwards(frame):
        module = str(one.f_globals.get("__name__", ""))
        if one.f_code.co_qualname == _CHECK and module.startswith("opsmon."):
            return str(getattr(one.f_locals.get("check"), "kind", OTHER))
        if module.startswith(_PING_ROOMS) or one.f_code.co_qualname == _PINGS_HOME:
            return PINGS
        if module.startswith("opsmon."):
            outermost = module
        elif module.startswith("aiohttp"):
            foreign = module
    named = outermost or foreign
    return next((part for start, part in _PARTS if named.startswith(start)), OTHER if named else LOOP)


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    """The frames from the innermost on, to where the loop calls; where it does not, to the loop itself."""
    while frame is not None and frame.f_code.co_qualname != _RUN:
        if frame.f_code.co_qualname == "BaseEventLoop.run_forever":
            return
        yield frame
        frame = frame.f_back
