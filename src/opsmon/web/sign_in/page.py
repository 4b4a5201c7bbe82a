"""The pages of sign-in as text, in the reader's language."""

from aiohttp import web

from opsmon.text.sign_in_words import WORDS
from opsmon.web.context import PARTS
from opsmon.web.frame.templates import environment
from opsmon.web.sign_in.place import place_of
from opsmon.web.visit import visitor_of

_LANGUAGES = ("zh", "en")


def language_of(request: web.Request) -> str:
    """The one that the person chose, else the first of the browser's that we speak, else the settings'."""
    chosen = visitor_of(request).language
    asked = (part.strip()[:2].lower() for part in request.headers.get("Accept-Language", "")[:200].split(","))
    spoken = (word for word in asked if word in _LANGUAGES)
    return chosen or next(spoken, request.app[PARTS].language)


def answer_page(request: web.Request, template: str, status: int = 200, **record: object) -> web.Response:
    """A template with what it is to show."""
    language = language_of(request)
    text = (
        environment()
        .get_template(f"sign_in/{template}")
        .render(
            record,
            language=language,
            words={name: text.in_(language) for name, text in WORDS.items()},
            prefix=place_of(request, request.app[PARTS].settings).prefix,
            visitor=visitor_of(request),
        )
    )
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")
