"""The language and the theme of a reader: kept in cookies of his browser, changed by plain forms."""

from aiohttp import web

from opsmon.text.bilingual import Sentence
from opsmon.web.errors import RequestError
from opsmon.web.frame.form import read_form
from opsmon.web.frame.visit import LANGUAGE_COOKIE, LANGUAGES, THEME_COOKIE, THEMES
from opsmon.web.own_path import own_path
from opsmon.web.visit import path_to

_A_YEAR_S = 365 * 86_400
_CHOICES = {"language": (LANGUAGE_COOKIE, LANGUAGES), "theme": (THEME_COOKIE, THEMES)}


async def set_preference(request: web.Request) -> web.Response:
    """Remembers one choice, and goes back to the page that it was made on."""
    form = await read_form(request)
    answer = web.Response(status=303, headers={"Location": path_to(request, own_path(form.get("back", "/")))})
    for field, (cookie, known) in _CHOICES.items():
        word = form.get(field)
        if word is None:
            continue
        if word not in known:
            raise RequestError(
                422, Sentence(f"{field}: not one of {', '.join(known)}", f"{field}：只能是 {'、'.join(known)}")
            )
        answer.set_cookie(cookie, word, max_age=_A_YEAR_S, path="/", httponly=True, samesite="Lax")
    return answer
