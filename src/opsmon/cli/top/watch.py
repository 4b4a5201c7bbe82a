"""Asks the daemon every few seconds, in a thread of its own: a daemon that is slow to answer makes no key wait."""

import threading
import time
from collections.abc import Callable

from opsmon.cli.top.column import Row
from opsmon.errors import OpsmonError

Ask = Callable[[], Row]


class LoadWatch:
    """`load` is the last answer, `trouble` why there is none since ("" while there is). `news` is called after each."""

    def __init__(self, ask: Ask, first: Row, every_s: float, language: str, news: Callable[[], None]) -> None:
        self._ask, self._every_s, self._language, self._news = ask, every_s, language, news
        self._ended, self._thread = threading.Event(), threading.Thread(target=self._run, daemon=True)
        self.load, self.trouble = first, ""
        self.paused = False

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Does not wait for an answer that is under way."""
        self._ended.set()

    def _run(self) -> None:
        due_s = time.monotonic() + self._every_s
        while not self._ended.wait(max(due_s - time.monotonic(), 0.0)):
            due_s = max(due_s + self._every_s, time.monotonic())
            if not self.paused:
                self._look()

    def _look(self) -> None:
        try:
            self.load, self.trouble = self._ask(), ""
        except OpsmonError as error:
            self.trouble = error.in_(self._language)
        self._news()
