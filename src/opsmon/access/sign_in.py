"""Signing in with a name and a password of ours."""

import asyncio
from dataclasses import dataclass

from opsmon.access.failed_sign_ins import FailedSignIns
from opsmon.access.password import PasswordChecker
from opsmon.access.throttle import SignInThrottle
from opsmon.clock import Clock
from opsmon.model.account import Account
from opsmon.store.access_store import AccessStore

MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class TryLater:
    """So many attempts failed that the next one is looked at in `wait_s`."""

    wait_s: float


class PasswordSignIn:
    """One answer for a wrong name, a wrong password, an account that is disabled or has no password."""

    def __init__(self, store: AccessStore, clock: Clock, failures: FailedSignIns) -> None:
        self._store, self._failures = store, failures
        self._throttle = SignInThrottle(clock.monotonic)
        self._checker = PasswordChecker()

    async def attempt(self, name: str, password: str, address: str) -> Account | TryLater | None:
        """The account; None where that is no name with its password. `address` counts an IPv6 host by its network.
        Raises StoreError and TooManyChecksError."""
        name = name.strip().casefold()[:MAX_NAME]
        wait_s = self._throttle.begin(name, address)
        if wait_s > 0:
            self._failures.count("", address)
            return TryLater(wait_s)
        account = await asyncio.to_thread(self._store.account, name)
        kept = "" if account is None or account.disabled else account.password
        if not await self._checker.fits(kept, password) or account is None:
            self._failures.count("" if account is None else account.name, address)
            return None
        self._throttle.succeeded(name, address)
        return account
