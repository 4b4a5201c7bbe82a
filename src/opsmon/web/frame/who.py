"""Who gives a command, and from where: the name in the form, kept for the next one, and the token that was shown."""

from collections.abc import Mapping
from urllib.parse import quote, unquote

from aiohttp import web

from opsmon.text.safe import visible
from opsmon.web.auth import ORIGIN
from opsmon.web.errors import RequestError

NAME_COOKIE = "opsmon-name"
MAX_NAME = 200
_A_MONTH_S = 30 * 86_400


def last_name(request: web.Request) -> str:
    """The name that was given last in this browser; "" for none."""
    return visible(unquote(request.cookies.get(NAME_COOKIE, ""), errors="replace"))[:MAX_NAME]


def actor_of(request: web.Request, form: Mapping[str, str]) -> str:
    """Who says so. Raises RequestError 422 where nobody does."""
    by = form.get("by", "")
    if not 0 < len(by) <= MAX_NAME:
        raise RequestError(422, "who are you? the journal names who gave a command", "fill in your name")
    return by


def via_of(request: web.Request) -> str:
    """Who was let in to say it."""
    return str(request.get(ORIGIN, ""))


def remember_name(answer: web.Response, by: str) -> None:
    """For the next form of this browser."""
    value = quote(by)
    if len(value) <= 2_000:
        answer.set_cookie(NAME_COOKIE, value, max_age=_A_MONTH_S, path="/", httponly=True, samesite="Lax")
