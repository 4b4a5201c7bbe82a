"""Who may come in: what the port asks, made once from the store."""

import asyncio
import contextlib

from opsmon.access.failed_sign_ins import FailedSignIns
from opsmon.access.oidc.flow import OidcSignIn
from opsmon.access.oidc.settings import OidcSettings
from opsmon.access.secret_word import kept_of
from opsmon.access.sessions import CACHED_S, Sessions
from opsmon.access.sign_in import PasswordSignIn
from opsmon.access.view import ViewCache
from opsmon.clock import Clock
from opsmon.errors import StoreError
from opsmon.model.account import AccessToken
from opsmon.store.access_store import AccessStore


class AccessControl:
    """Sessions, passwords and tokens of one daemon. Made from a store that can be read; what it held last is believed
    while it cannot."""

    def __init__(
        self, store: AccessStore, clock: Clock, oidc: OidcSettings | None = None, public_url: str = ""
    ) -> None:
        self.store, self._clock = store, clock
        self.sessions = Sessions(store, clock)
        self.views = ViewCache()
        self.oidc = None if oidc is None else OidcSignIn(oidc, public_url, store, clock)
        self.failures = FailedSignIns(clock.now)
        self.passwords = PasswordSignIn(store, clock, self.failures)
        self._counted = (clock.monotonic(), store.count_accounts())

    def forget(self) -> None:
        """What was changed here holds at once: nothing is believed that was read before."""
        self.sessions.forget()
        self._counted = (float("-inf"), self._counted[1])

    async def has_accounts(self) -> bool:
        """Whether anybody could sign in, here or through a provider; what the command line changes is known soon."""
        now_s = self._clock.monotonic()
        if now_s - self._counted[0] >= CACHED_S:
            with contextlib.suppress(StoreError):
                self._counted = (now_s, await asyncio.to_thread(self.store.count_accounts))
        return self.oidc is not None or self._counted[1] > 0

    async def token(self, word: str) -> AccessToken | None:
        """The token of the store with this text, where its time is not over."""
        found = await asyncio.to_thread(self.store.token, kept_of(word))
        return found if found is not None and self._clock.now() < found.ends_at else None
