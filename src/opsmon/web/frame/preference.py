"""The language and the theme of a reader: kept in cookies of his browser, changed by plain forms."""

from urllib.parse import urlsplit

from aiohttp import web

from opsmon.web.errors import RequestError
from opsmon.web.frame.form import read_form
from opsmon.web.frame.visit import LANGUAGE_COOKIE, LANGUAGES, THEME_COOKIE, THEMES

_A_YEAR_S = 365 * 86_400
_CHOICES = {"language": (LANGUAGE_COOKIE, LANGUAGES), "theme": (THEME_COOKIE, THEMES)}


async def set_preference(request: web.Request) -> web.Response:
    """Remembers one choice, and goes back to the page that it was made on."""
    form = await read_form(request)
    answer = web.Response(status=303, headers={"Location": own_path(form.get("back", "/"))})
    for field, (cookie, known) in _CHOICES.items():
        word = form.get(field)
        if word is None:
            continue
        if word not in known:
            raise RequestError(422, f"{field}: not one of {', '.join(known)}")
        answer.set_cookie(cookie, word, max_age=_A_YEAR_S, path="/", httponly=True, samesite="Lax")
    return answer


def own_path(address: str) -> str:
    """The address where it is one of this console; else the board. A form may be sent by a link of a stranger."""
    parsed = urlsplit(address)
    is_ours = not parsed.scheme and not parsed.netloc and address.startswith("/") and not address.startswith("//")
    return address if is_ours and address.isprintable() and "\\" not in address else "/"
