"""A command on a terminal of its own: what it writes there, keys, a change of size, and how it leaves the terminal."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

PATIENCE_S = 60.0
XTERM = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
ENTERS, LEAVES, SHOWS_CURSOR = "\x1b[?1049h", "\x1b[?1049l", "\x1b[?25h"
_STEERING = re.compile(r"\x1b\[[0-9;?]*[@-~]")


class PseudoTerminal:
    """`said` is all that was written until now, as it was written."""

    def __init__(self, words: tuple[str, ...], environment: Mapping[str, str], size: tuple[int, int]) -> None:
        self._ours, self._theirs = pty.openpty()
        self._resize(size)
        self.before = termios.tcgetattr(self._theirs)
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "opsmon", *words], stdin=self._theirs, stdout=self._theirs, stderr=self._theirs,
            env={**os.environ, **environment}, start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509 - one thread
        )  # fmt: skip

    def _resize(self, size: tuple[int, int]) -> None:
        columns, lines = size
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def resize(self, columns: int, lines: int) -> None:
        self._resize((columns, lines))
        self.process.send_signal(signal.SIGWINCH)

    def press(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def mark(self) -> int:
        """To look only at what comes from now on."""
        return len(self.said)

    def until(self, words: str, since: int = 0) -> str:
        """What was written since, without what steers the terminal, once the words are in it."""
        end_s = time.monotonic() + PATIENCE_S
        while words not in (seen := _STEERING.sub("", self.said[since:])):
            assert time.monotonic() < end_s, f"{words!r} is not in {seen[-3000:]!r}"
            assert self._read(end_s - time.monotonic()), f"it ended without {words!r}: {seen[-3000:]!r}"
        return seen

    def end(self) -> int:
        """Its exit code, once it has ended and all that it wrote was read: who writes to a terminal that nobody reads
        waits, and never ends."""
        end_s = time.monotonic() + PATIENCE_S
        while self.process.poll() is None and time.monotonic() < end_s:
            self._read(0.1)
        code = self.process.wait(1.0)
        while select.select([self._ours], [], [], 0)[0] and self._read(0.0):
            pass
        return code

    @property
    def is_as_before(self) -> bool:
        """Whether keys and echo are as they were, the screen is the usual one, and the cursor is seen."""
        told = self.said
        screens = told.rfind(LEAVES) >= told.rfind(ENTERS) and told.rfind(SHOWS_CURSOR) >= told.rfind("\x1b[?25l")
        return screens and termios.tcgetattr(self._theirs) == self.before

    def _read(self, seconds: float) -> bool:
        """Whether anything came; nothing comes any more of one that ended."""
        if not select.select([self._ours], [], [], min(max(seconds, 0.0), 0.5))[0]:
            return self.process.poll() is None
        self.said += os.read(self._ours, 65_536).decode("utf-8", "replace")
        return True

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._ours)
        os.close(self._theirs)


def _take_terminal() -> None:
    """So that Ctrl-C reaches the program, also where the tests run in the background and are deaf to it."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def on_a_terminal(
    *words: str, size: tuple[int, int] = (80, 24), environment: Mapping[str, str] | None = None
) -> Iterator[PseudoTerminal]:
    """A command line of opsmon on a terminal of so many columns and lines."""
    made = PseudoTerminal(words, {**XTERM, **(environment or {})}, size)
    try:
        yield made
    finally:
        made.close()
