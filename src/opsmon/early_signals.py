"""Signals that come before the daemon can act on them: noted from the first instruction on, done when it can.

Imports nothing of opsmon and next to nothing else: it has to be in place before the long imports begin.
"""

import signal
import threading
from types import FrameType

_noted: set[int] = set()


def hold_signals() -> None:
    """From now on SIGHUP is noted, and SIGTERM ends the process at once: there is nothing yet to be drained."""
    if threading.current_thread() is not threading.main_thread():
        return  # only a process of its own has signals of its own
    signal.signal(signal.SIGHUP, _note)
    signal.signal(signal.SIGTERM, _leave)


def take_noted() -> frozenset[int]:
    """The signals that came, each once, and forgets them."""
    noted = frozenset(_noted)
    _noted.clear()
    return noted


def ignore_hangups() -> None:
    """On the way out nobody is left to reload."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _note(number: int, frame: FrameType | None) -> None:
    _noted.add(number)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
