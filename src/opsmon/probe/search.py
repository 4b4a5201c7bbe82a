"""Looks for what a check expects in what a stranger answered; the loop is never held by it.

What is quick for certain (the text is short, and the law of patterns says that few steps are enough) is done at once.
The rest goes to a process that is killed at its limit: a pattern is the operator's, the text is a stranger's, and both
together may need longer than anybody lives.
"""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from opsmon.errors import ProbeError
from opsmon.model.sample import LocalCause, Outcome
from opsmon.pattern.cost import MAX_STEPS, most_steps
from opsmon.process_pool import BoundedPool, BusyError, OverrunError
from opsmon.protocol.http.page_text import page_texts

MAX_AT_ONCE_BYTES = 65_536  # beyond it the decoding alone takes long
MAX_PROCESSES = 2
LIMIT_S = 2.0
LIMIT_SHARE = 0.25  # of the check's time-out: waiting for a process and its work are over before it
P = ParamSpec("P")
R = TypeVar("R")


class Searches:
    """One for all checks; `close` when no check runs any more."""

    def __init__(self) -> None:
        self._pool: BoundedPool | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._places = asyncio.Semaphore(MAX_PROCESSES)

    async def in_page(self, expect: re.Pattern[str], body: bytes, content_type: str, timeout_s: float) -> bool:
        """Whether one of the readings of a page holds what is expected. Raises ProbeError (LOCAL_FAULT)."""
        return await self._bounded(expect, len(body), timeout_s, page_holds, expect, body, content_type)

    async def in_octets(self, expect: re.Pattern[bytes], heard: bytes, timeout_s: float) -> bool:
        """Whether octets hold what is expected. Raises ProbeError (LOCAL_FAULT)."""
        return await self._bounded(expect, len(heard), timeout_s, holds, expect, heard)

    async def groups(self, expect: re.Pattern[str], text: str, timeout_s: float) -> dict[str, str | None] | None:
        """The named groups of the first match, None where there is none. Raises ProbeError (LOCAL_FAULT)."""
        return await self._bounded(expect, len(text), timeout_s, groups_in, expect, text)

    def close(self) -> None:
        """Ends what is still under way."""
        if self._pool is not None and self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._pool.close()

    async def _bounded(
        self,
        expect: re.Pattern[str] | re.Pattern[bytes],
        length: int,
        timeout_s: float,
        function: Callable[P, R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        if length <= MAX_AT_ONCE_BYTES and most_steps(expect, length) <= MAX_STEPS:
            return function(*args, **kwargs)
        limit_s = min(LIMIT_S, timeout_s * LIMIT_SHARE)
        await self._come_in(limit_s)
        try:
            return await self._apart(limit_s, function, *args, **kwargs)
        except OverrunError:
            words = f"looking for `expect` took more than {limit_s:g} s and was ended: `opsmon check` says why"
            raise ProbeError(Outcome.LOCAL_FAULT, words) from None
        except (BusyError, OSError):
            raise ProbeError(Outcome.LOCAL_FAULT, "no process to look for `expect` in", LocalCause.RESOURCES) from None
        finally:
            self._places.release()

    async def _come_in(self, limit_s: float) -> None:
        try:
            async with asyncio.timeout(limit_s):
                await self._places.acquire()
        except TimeoutError:
            words = "other answers take too long to be searched for what is expected"
            raise ProbeError(Outcome.LOCAL_FAULT, words) from None

    async def _apart(self, limit_s: float, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        if self._pool is None or self._threads is None:
            self._pool = BoundedPool(MAX_PROCESSES)
            self._threads = ThreadPoolExecutor(MAX_PROCESSES, thread_name_prefix="search")
        pool, loop = self._pool, asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: pool.call(limit_s, function, *args, **kwargs))


def page_holds(expect: re.Pattern[str], body: bytes, content_type: str) -> bool:
    """Whether one of the readings of a page holds it."""
    return any(expect.search(text) for text in page_texts(body, content_type))


def holds(expect: re.Pattern[bytes], heard: bytes) -> bool:
    """Whether octets hold it."""
    return expect.search(heard) is not None


def groups_in(expect: re.Pattern[str], text: str) -> dict[str, str | None] | None:
    """The named groups of the first match; None where there is none."""
    found = expect.search(text)
    return found.groupdict() if found else None
