"""Tells the journal who signed in, who could not, and which accounts were changed, also beside the running daemon."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from opsmon.access.control import AccessControl
from opsmon.engine.input import Command, RecordAccess
from opsmon.engine.port import Accepted, Answer
from opsmon.errors import StoreError

LOOK_EVERY_S = 5.0
FAILURES_EVERY = 12  # looks: once a minute


class AccessAudit:
    """Runs until it is cancelled. A change is told once; twice where we were killed between journal and note."""

    def __init__(self, access: AccessControl, issue: Callable[[Command], Awaitable[Answer]]) -> None:
        self._access, self._issue = access, issue

    async def run(self) -> None:
        """Looks every few seconds. At its end what was counted is noted; the next start tells the journal."""
        looks = 0
        try:
            while True:
                with contextlib.suppress(StoreError):  # it is tried again; what the store has is not lost
                    if looks % FAILURES_EVERY == 0:
                        await asyncio.to_thread(self._note_failures)
                        await asyncio.to_thread(self._access.sessions.end_expired)
                    await self.tell()
                looks += 1
                await asyncio.sleep(LOOK_EVERY_S)
        finally:
            with contextlib.suppress(StoreError):
                self._note_failures()

    def _note_failures(self) -> None:
        failures = self._access.failures.take()
        if failures:
            self._access.store.add_notes(failures)

    async def tell(self) -> None:
        """Writes every note into the journal that is not in it yet."""
        while notes := await asyncio.to_thread(self._access.store.notes):
            told = []
            for number, event in notes:
                if isinstance(await self._issue(RecordAccess(event)), Accepted):
                    told.append(number)
            await asyncio.to_thread(self._access.store.notes_told, told)
            if len(told) < len(notes):
                return
