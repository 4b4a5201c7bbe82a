"""Random words that open something: what a browser or a programme holds, and what of it is kept here."""

import hashlib
import hmac
import secrets

_BYTES = 32
TOKEN_PREFIX = "opsmon_"  # so that a scanner of secrets knows one  # noqa: S105 - a prefix, no secret


def new_word(prefix: str = "") -> str:
    """256 random bits, as text for a header."""
    return prefix + secrets.token_urlsafe(_BYTES)


def kept_of(word: str) -> str:
    """What is kept of a random word: who reads the store cannot come in with it."""
    return hashlib.sha256(word.encode("utf-8", "surrogateescape")).hexdigest()


def derived(word: str, purpose: str) -> str:
    """Another word that only who holds this one can tell."""
    return hmac.new(word.encode(), purpose.encode(), hashlib.sha256).hexdigest()
