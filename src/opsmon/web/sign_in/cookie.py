"""The cookie of a session, and the field of forms that only its holder can tell.

Over https its name begins with `__Host-`: no other host and no plain connection can set one (RFC 6265bis, 4.1.3.2).
"""

import re
from datetime import datetime

from aiohttp import web

from opsmon.access.secret_word import derived
from opsmon.web.sign_in.place import PublicPlace

SECURE_NAME, PLAIN_NAME = "__Host-opsmon", "opsmon"
_WORD = re.compile(r"[A-Za-z0-9_-]{20,100}")
_PURPOSE = "the hidden field of forms"


def session_word(request: web.Request) -> str:
    """What the cookie holds, "" where there is none that could be of us."""
    word = request.cookies.get(SECURE_NAME) or request.cookies.get(PLAIN_NAME) or ""
    return word if _WORD.fullmatch(word) else ""


def csrf_field_of(word: str) -> str:
    """The hidden field of a session's forms."""
    return derived(word, _PURPOSE)


def set_session(answer: web.StreamResponse, word: str, place: PublicPlace, *, ends_at: datetime | None) -> None:
    """Gives the browser the cookie: until `ends_at`, or until the browser is closed."""
    expires = None if ends_at is None else ends_at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    name = SECURE_NAME if place.is_secure else PLAIN_NAME
    answer.set_cookie(name, word, expires=expires, path="/", secure=place.is_secure, httponly=True, samesite="Lax")


def drop_session(answer: web.StreamResponse, place: PublicPlace) -> None:
    """Takes the cookie away, under whichever name it was given."""
    answer.del_cookie(PLAIN_NAME, path="/", httponly=True, samesite="Lax")
    if place.is_secure:
        answer.del_cookie(SECURE_NAME, path="/", secure=True, httponly=True, samesite="Lax")
