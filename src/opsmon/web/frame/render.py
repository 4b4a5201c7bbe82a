"""From a page's record to its answer: templates that escape whatever is put into them, and the headers of a page.

What is shown to many at once is rendered once for each address, language, theme and state of the world.
"""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from secrets import token_hex
from typing import Any

from aiohttp import web

from opsmon.text.bilingual import in_language
from opsmon.text.console_words import told
from opsmon.text.duration import countdown
from opsmon.web.errors import RequestError
from opsmon.web.frame.refused import REFUSED, with_reason
from opsmon.web.frame.templates import environment
from opsmon.web.frame.visit import BROWSER_COOKIE, Visit, open_visit
from opsmon.web.page_headers import PAGE_HEADERS

WHOLE_HEADERS = PAGE_HEADERS | {"Vary": "Cookie, Accept-Language"}
PART_HEADERS = WHOLE_HEADERS | {"Cache-Control": "private, no-cache"}
MAX_KEPT = 64  # rendered pages
FRESH_S = 5  # words of time in a page that many ask for are at most so old
_MIN_ZIPPED = 1_400  # less fits into one packet anyhow
Record = Mapping[str, Any]


def render(visit: Visit, template: str, record: Record) -> str:
    """The page, or only what changes of it, as text."""
    return (
        environment()
        .get_template(template)
        .render(
            record,
            layout="part.html" if visit.is_part else "layout.html",
            visit=visit,
            base=visit.base,
            visitor=visit.visitor,
            language=visit.language,
            _=partial(told, visit.language),
            countdown=partial(countdown, language=visit.language),
            when=visit.when,
        )
    )


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page, its gzip and its tag. The tag goes by what is in it: what did not change is not sent again."""

    body: bytes
    zipped: bytes | None
    tag: str


def _packed(text: str) -> Rendered:
    body = text.encode("utf-8", "replace")
    zipped = gzip.compress(body, 5, mtime=0) if len(body) >= _MIN_ZIPPED else None
    return Rendered(body, zipped, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"')


class RenderedPages:
    """The last pages, by what they depend on."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], Rendered] = OrderedDict()

    def get(self, key: tuple[object, ...], make: Callable[[], str]) -> Rendered:
        """As kept, else made now."""
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = _packed(make())
            if len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        return found


PAGES = web.AppKey("pages", RenderedPages)


def page(
    request: web.Request, template: str, record_of: Callable[[Visit], Record], *, status: int = 200
) -> web.Response:
    """The answer for one reader, rendered for him."""
    visit = open_visit(request)
    return respond(request, visit, _packed(render(visit, template, record_of(visit))), status)


def shared_page(request: web.Request, template: str, record_of: Callable[[Visit], Record]) -> web.Response:
    """The answer, rendered once for all who look at the same address in the same way."""
    visit = open_visit(request)
    key = (visit.path, visit.seq, int(visit.now.timestamp()) // FRESH_S, *visit.share_key)
    return respond(request, visit, request.app[PAGES].get(key, lambda: render(visit, template, record_of(visit))))


def respond(request: web.Request, visit: Visit, made: Rendered, status: int = 200) -> web.Response:
    """With the headers of a page; 304 for a part that the reader has."""
    refused = request.get(REFUSED)
    if refused is not None:
        made = _packed(with_reason(made.body.decode(), refused, visit.base, visit.language))
        status = refused.error.status
    headers = dict(WHOLE_HEADERS)
    if visit.is_part:
        headers = PART_HEADERS | {"ETag": made.tag, "X-Opsmon-Seq": str(visit.seq)}
        if request.headers.get("If-None-Match") == made.tag:
            return web.Response(status=304, headers=headers)
    body = made.body
    if made.zipped is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        body, headers = made.zipped, headers | {"Content-Encoding": "gzip"}
    answer = web.Response(body=body, status=status, content_type="text/html", charset="utf-8", headers=headers)
    answer.headers.update(refused.error.headers or {} if refused is not None else {})
    if BROWSER_COOKIE not in request.cookies:
        answer.set_cookie(BROWSER_COOKIE, token_hex(8), path="/", httponly=True, samesite="Lax")
    return answer


def error_page(request: web.Request, error: RequestError) -> web.Response:
    """What went wrong, for a person with a browser."""

    def record_of(visit: Visit) -> Record:
        said, hint = (in_language(words, visit.language) for words in (error.error, error.hint))
        return {"status": error.status, "error": said, "hint": hint}

    answer = page(request, "error.html", record_of, status=error.status)
    answer.headers.update(error.headers or {})
    return answer
