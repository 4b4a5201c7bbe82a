"""A form that was refused: the page on which it stands is shown again, with what was typed and why not.

A route of a form says on which page it stands (`Again`). That page is made as for a reader who asks for it, at its own
address, and the form in it is filled in again (`refill`). What was typed into a form that the page has no more, since
somebody closed the incident meanwhile, is shown beside the reason.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit

from aiohttp import web

from opsmon.errors import StoreError
from opsmon.text.bilingual import in_language
from opsmon.text.safe import visible
from opsmon.web.errors import RequestError
from opsmon.web.frame.refill import headed, refilled
from opsmon.web.frame.templates import environment
from opsmon.web.own_path import own_path

Form = Mapping[str, str]
Show = Callable[[web.Request], Awaitable[web.StreamResponse]]
_NOT_TYPED = frozenset({"back", "csrf"})
# What is worth writing twice: shown beside the reason where its form is not there any more.
_WRITTEN = ("note", "reason", "condition", "approved_by", "paper", "labels")


@dataclass(frozen=True, slots=True)
class RefusedForm:
    """What was sent to `path`, why it was refused, and the page `place` on which it is shown again."""

    path: str
    place: str
    sent: Form
    error: RequestError


SENT = web.RequestKey("sent", Mapping[str, str])  # the fields of the form that this request sends
REFUSED = web.RequestKey("refused", RefusedForm)


@dataclass(frozen=True, slots=True)
class Again:
    """The page on which a form stands. In `place` a `{name}` is that part of the form's own address; `elsewhere` are
    other pages of which the form may be sent, by their path, which the field `back` names."""

    show: Show
    place: str
    elsewhere: tuple[tuple[str, Show], ...] = ()

    def page_of(self, request: web.Request) -> tuple[Show, str]:
        """How to show it, and its address."""
        back = own_path(request[SENT].get("back", ""))
        for path, show in self.elsewhere:
            if urlsplit(back).path == path:
                return show, back
        return self.show, self.place.format(**{name: quote(part) for name, part in request.match_info.items()})


async def shown_again(request: web.Request, again: Again | None, error: RequestError) -> web.StreamResponse | None:
    """The page with the form as it was filled in; None where none was judged, or the page is not there either."""
    if again is None or SENT not in request:
        return None
    show, place = again.page_of(request)
    request[REFUSED] = RefusedForm(request.path, place, request[SENT], error)
    try:
        return await show(request)
    except (RequestError, StoreError):
        return None
    finally:
        del request[REFUSED]


def address_of(request: web.Request) -> str:
    """The address of the page that is made."""
    refused = request.get(REFUSED)
    return request.path_qs if refused is None else refused.place


def filters_of(request: web.Request) -> Mapping[str, str]:
    """What stands behind the `?` of the page that is made."""
    refused = request.get(REFUSED)
    return request.query if refused is None else dict(parse_qsl(urlsplit(refused.place).query))


def with_reason(page: str, refused: RefusedForm, base: str, language: str) -> str:
    """The page with the reason in its form, and the form as it was filled in."""
    typed = {name: value for name, value in refused.sent.items() if name not in _NOT_TYPED}
    found = refilled(page, refused.path, base, typed, _reason(refused.error, language, ()))
    if found is not None:
        return found
    kept = tuple(visible(typed[name], lines=True) for name in _WRITTEN if name in typed)
    return headed(page, _reason(refused.error, language, kept))


def _reason(error: RequestError, language: str, kept: tuple[str, ...]) -> str:
    reason, hint = (visible(in_language(words, language)) for words in (error.error, error.hint))
    return (
        environment()
        .get_template("refused.html")
        .render(reason=reason, hint=hint, kept=kept, is_told=error.status < 400)
    )
