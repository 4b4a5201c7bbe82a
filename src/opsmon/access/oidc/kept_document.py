"""What was read of a provider, kept for a while; whoever comes while it is read waits for that one answer."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from opsmon.access.oidc.id_token import OidcError

FAILED_FOR_S = 5.0  # a provider that is slow or down is not asked by everybody who would like to sign in
Document = Mapping[str, Any]


class KeptDocument:
    """`read` asks the far end, and raises OidcError where nothing comes of it; `now` gives monotonic seconds."""

    def __init__(self, read: Callable[[], Awaitable[Document]], now: Callable[[], float]) -> None:
        self._read, self._now = read, now
        self._known: tuple[float, Document] | None = None
        self._failed: tuple[float, str] | None = None
        self._turn = asyncio.Lock()

    async def get(self, at_most_s: float) -> Document:
        """The document, where it is no older than this; else as it is now. Raises OidcError."""
        async with self._turn:
            now_s = self._now()
            if self._known is not None and now_s - self._known[0] <= at_most_s:
                return self._known[1]
            if self._failed is not None and now_s - self._failed[0] <= FAILED_FOR_S:
                raise OidcError(self._failed[1])
            try:
                found = await self._read()
            except OidcError as error:
                self._failed = self._now(), error.words
                raise
            self._known, self._failed = (now_s, found), None
            return found
