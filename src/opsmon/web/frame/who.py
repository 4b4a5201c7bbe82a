"""The name of who gives a command where nobody has signed in: kept in the browser for the next form."""

from urllib.parse import quote, unquote

from aiohttp import web

from opsmon.text.safe import visible

NAME_COOKIE = "opsmon-name"
MAX_NAME = 200
_A_MONTH_S = 30 * 86_400


def last_name(request: web.Request) -> str:
    """The name that was given last in this browser; "" for none."""
    return visible(unquote(request.cookies.get(NAME_COOKIE, ""), errors="replace"))[:MAX_NAME]


def remember_name(answer: web.Response, by: str) -> None:
    """For the next form of this browser."""
    value = quote(by)
    if len(value) <= 2_000:
        answer.set_cookie(NAME_COOKIE, value, max_age=_A_MONTH_S, path="/", httponly=True, samesite="Lax")
