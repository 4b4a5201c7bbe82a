"""The terminal while the screen is on it: keys come one by one, and at the end it is as it was, whatever happened.

A change of its size and what another thread has to say wake who waits for a key.
"""

import os
import select
import signal
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from opsmon.cli.top.keys import KeyReader

EXIT_OF_SIGNAL = 128  # what a shell adds to the number of the signal that ended a program
SETTLE_S = 0.3
_ENDING = (signal.SIGTERM, signal.SIGHUP)


class KeyBoard:
    """`wait` gives the keys pressed meanwhile; `wake` may be called in any thread."""

    def __init__(self) -> None:
        self._input = sys.stdin.fileno()
        self._heard, self._told = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._reader = KeyReader()
        self.is_gone = False  # the terminal was closed
        self.was_resized = False

    def wake(self) -> None:
        try:
            os.write(self._told, b".")
        except BlockingIOError:
            return  # it is full: who waits is awake

    def resize(self, number: int, frame: FrameType | None) -> None:
        """The handler of SIGWINCH."""
        self.was_resized = True
        self.wake()

    def wait(self, seconds: float) -> list[str]:
        """Returns when a key was pressed, when it was woken, or when so much time is over; after a change of size also
        once the terminal had time for it, which may tell of its new size before it has it."""
        seconds, self.was_resized = SETTLE_S if self.was_resized else seconds, False
        ready, _, _ = select.select([self._input, self._heard], [], [], seconds)
        if self._heard in ready:
            os.read(self._heard, 4096)
        if self._input not in ready:
            return []
        octets = os.read(self._input, 1024)
        self.is_gone = not octets
        return list(self._reader.keys(octets))

    def close(self) -> None:
        os.close(self._heard)
        os.close(self._told)


@contextmanager
def key_board() -> Iterator[KeyBoard]:
    """Keys without a line and without an echo. Ctrl-C stays KeyboardInterrupt; a plain kill ends as an exit does, so
    that the terminal is given back; to sleep (Ctrl-Z) with the screen up is not offered."""
    board = KeyBoard()
    before = termios.tcgetattr(sys.stdin)
    handlers = {number: signal.signal(number, _leave) for number in _ENDING}
    handlers[signal.SIGWINCH] = signal.signal(signal.SIGWINCH, board.resize)
    handlers[signal.SIGTSTP] = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    try:
        tty.setcbreak(sys.stdin)
        yield board
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        termios.tcsetattr(sys.stdin, termios.TCSAFLUSH, before)
        board.close()


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(EXIT_OF_SIGNAL + number)
