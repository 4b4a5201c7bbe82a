"""Ends a process whose interpreter is held: the last resort of a run of backups.

What is long is done in processes that are killed at their limit (text_work.py). What is left is short texts under the
patterns that people wrote for a device's prompt and pager: one that `opsmon check` would refuse may hold the
interpreter, and then no thread can do anything about it, this one included. The timer of `faulthandler` needs no
interpreter: not wound up again, it writes where every thread stands and ends the process. A run that was ended goes on
with `--resume`.
"""

import faulthandler
import threading
from collections.abc import Iterator
from contextlib import contextmanager

HELD_S = 300.0
WIND_UP_S = 10.0


@contextmanager
def ended_when_held(held_s: float = HELD_S) -> Iterator[None]:
    """The process ends with status 1 when no other thread could run for `held_s` seconds within the block."""
    over = threading.Event()

    def wind_up() -> None:
        while not over.is_set():
            faulthandler.dump_traceback_later(held_s, exit=True)
            over.wait(min(WIND_UP_S, held_s / 4))

    thread = threading.Thread(target=wind_up, name="last-resort", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        faulthandler.cancel_dump_traceback_later()
