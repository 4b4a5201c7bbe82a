"""Passwords: Argon2id as RFC 9106 (4, the second recommended option: 64 MiB) has it, at most two checks at a time.

A check of a name that nobody has takes what any other takes: it is made against a hash that no password fits.
"""

import asyncio
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from opsmon.errors import OpsmonError
from opsmon.text.bilingual import Refusal, Sentence

_COSTS = RFC_9106_LOW_MEMORY
MIN_CHARACTERS, MAX_CHARACTERS = 10, 200
AT_ONCE = 2  # each takes 64 MiB and a quarter of a second of processor time
MAX_WAITING = 20
# Of no password that anybody knows: salt and hash are bytes of chance, and what fits it is refused all the same.
NOBODY = (
    f"$argon2id$v={_COSTS.version}$m={_COSTS.memory_cost},t={_COSTS.time_cost},p={_COSTS.parallelism}"
    "$/0nzruhIsL6JYomkGDxusw$KGAnxrt4NwFgutVFiLweFj2XGWqotPj9roLeWhHQDdo"
)


class TooManyChecksError(OpsmonError):
    """So many sign-ins wait that one more would only wait in vain."""


def refusal_of_password(password: str, name: str) -> Refusal:
    """Why it is no password for the account, "" where it is one."""
    if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS:
        return Sentence(
            f"a password has {MIN_CHARACTERS} to {MAX_CHARACTERS} characters",
            f"密码须为 {MIN_CHARACTERS} 至 {MAX_CHARACTERS} 个字符",
        )
    if not password.isprintable():
        return Sentence("a password has no control characters", "密码不能含控制字符")
    if name and name.casefold() in password.casefold() and len(password) < len(name) + MIN_CHARACTERS:
        return Sentence("the password is little more than the name", "密码与用户名过于接近")
    varied = len(set(password)) >= 5
    return "" if varied else Sentence("the password is of too few different characters", "密码中不同的字符太少")


def hash_password(password: str) -> str:
    """The text to keep."""
    return PasswordHasher.from_parameters(_COSTS).hash(_octets(password))


def _octets(password: str) -> bytes:
    """The same for every way to type the same characters (RFC 8265, 4.2.2, but for the width of letters)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


class PasswordChecker:
    """Checks beside the loop."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher.from_parameters(_COSTS)
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def fits(self, kept: str, password: str) -> bool:
        """Whether the password is the one of which `kept` is the hash; "" fits none, after the same time. Raises
        TooManyChecksError."""
        if self._waiting >= MAX_WAITING:
            raise TooManyChecksError("too many people sign in at present")
        self._waiting += 1
        try:
            async with self._free:
                return await asyncio.to_thread(self._check, kept, password[: MAX_CHARACTERS + 1])
        finally:
            self._waiting -= 1

    def _check(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept or NOBODY, _octets(password)) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False
