"""Sessions of browsers: how long they last, and the cache that spares the store most questions.

A session is over 12 hours after its last request and 7 days after its beginning; one that stays, on a person's own
telephone, after 30 days. What is changed elsewhere (`opsmon user disable`) is known here within `CACHED_S`.
"""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Sequence
from datetime import timedelta

from opsmon.access.secret_word import kept_of, new_word
from opsmon.clock import Clock
from opsmon.errors import StoreError
from opsmon.model.access_event import AccessEvent, SignedOut, SignOutReason
from opsmon.model.account import Account, SignInSession
from opsmon.store.access_store import AccessStore

IDLE, LONGEST, STAY = timedelta(hours=12), timedelta(days=7), timedelta(days=30)
SEEN_EVERY = timedelta(minutes=1)
CACHED_S = 2.0
MAX_CACHED = 2_000
MAX_OF_ACCOUNT = 20
_MAX_AGENT = 200
Found = tuple[SignInSession, Account]


class Sessions:
    """Begins, finds and ends them."""

    def __init__(self, store: AccessStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._cache: OrderedDict[str, tuple[float, Found | None]] = OrderedDict()

    async def begin(
        self, account: Account, began_by: str, address: str, agent: str, notes: Sequence[AccessEvent], *, stays: bool
    ) -> tuple[str, SignInSession]:
        """A new session, and the word for the browser's cookie."""
        word, now = new_word(), self._clock.now()
        session = SignInSession(
            id=kept_of(word), account=account.name, began_at=now, seen_at=now,
            ends_at=now + (STAY if stays else LONGEST), stays=stays, began_by=began_by, address=address[:80],
            agent=agent[:_MAX_AGENT],
        )  # fmt: skip
        await asyncio.to_thread(self.end_expired)
        await asyncio.to_thread(
            lambda: self._store.add_session(session, notes, at_most=MAX_OF_ACCOUNT, note_over=self._displaced)
        )
        return word, session

    def end_expired(self) -> None:
        """Takes away the sessions that hold no more; the journal is told of each. Asks the store."""
        now = self._clock.now()
        self._store.forget_sessions(now, now - IDLE, self._expired)

    def _expired(self, session: SignInSession) -> Sequence[AccessEvent]:
        over_at = session.ends_at if session.stays else min(session.ends_at, session.seen_at + IDLE)
        return (SignedOut(self._clock.now(), session.account, SignOutReason.EXPIRED, over_at),)

    def _displaced(self, session: SignInSession) -> Sequence[AccessEvent]:
        now = self._clock.now()
        return (SignedOut(now, session.account, SignOutReason.DISPLACED, now),)

    async def find(self, word: str) -> Found | None:
        """The session of a cookie with its account, where both still hold."""
        number = kept_of(word)
        found = await self._look_up(number)
        if found is None or not self._holds(found):
            return None
        now = self._clock.now()
        if now - found[0].seen_at >= SEEN_EVERY:
            with contextlib.suppress(StoreError):  # a full disk shuts nobody out
                await asyncio.to_thread(self._store.session_seen, number, now)
            self.forget(number)
        return found

    async def still(self, word: str) -> Account | None:
        """The account of a session that holds; unlike `find` it is no request of the person, and makes nothing last
        longer."""
        found = await self._look_up(kept_of(word))
        return found[1] if found is not None and self._holds(found) else None

    def _holds(self, found: Found) -> bool:
        session, account = found
        now = self._clock.now()
        idle_too_long = not session.stays and now - session.seen_at >= IDLE
        return not account.disabled and now < session.ends_at and not idle_too_long

    async def _look_up(self, number: str) -> Found | None:
        at_s, found = self._cache.get(number, (None, None))
        if at_s is not None and self._clock.monotonic() - at_s < CACHED_S:
            return found
        try:
            found = await asyncio.to_thread(self._store.session, number)
        except StoreError:
            if found is None:
                raise
            return found
        self._cache[number] = (self._clock.monotonic(), found)
        self._cache.move_to_end(number)
        while len(self._cache) > MAX_CACHED:
            self._cache.popitem(last=False)
        return found

    def forget(self, number: str = "") -> None:
        """What is known of a session, or of all, has to be asked for again."""
        if number:
            self._cache.pop(number, None)
        else:
            self._cache.clear()

    async def of(self, account: str) -> tuple[SignInSession, ...]:
        """Those of an account that hold, the last seen first."""
        owner = await asyncio.to_thread(self._store.account, account)
        found = await asyncio.to_thread(self._store.sessions_of, account)
        return () if owner is None else tuple(one for one in found if self._holds((one, owner)))

    async def end(self, number: str, account: str, how: SignOutReason, via: str) -> bool:
        """Whether there was such a session of the account; it is over."""
        self.forget(number)
        now = self._clock.now()
        note = SignedOut(now, account, how, now, via)
        return await asyncio.to_thread(self._store.end_session, number, account, (note,))

    async def end_others(self, account: str, but: str, via: str) -> int:
        """How many were ended: all of the account but one."""
        self.forget()
        now = self._clock.now()

        def note_of(count: int) -> SignedOut:
            return SignedOut(now, account, SignOutReason.ENDED, now, via, count)

        return await asyncio.to_thread(self._store.end_other_sessions, account, but, note_of)
