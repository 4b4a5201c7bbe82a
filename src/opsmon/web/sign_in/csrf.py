"""Whether a browser's command was meant: sent by a page of ours, and with the field that only our page holds.

A browser adds the cookie to whatever any page makes it send. So what a session commands says where it comes from
(`Sec-Fetch-Site`, else `Origin`) and shows the session's own field. A request with a token needs neither: no page can
make a browser add one.
"""

import asyncio
import hmac
from urllib.parse import parse_qsl

from aiohttp import web

from opsmon.access.visitor import Visitor, VisitorKind
from opsmon.text.bilingual import Sentence
from opsmon.web.errors import RequestError
from opsmon.web.settings import PortSettings
from opsmon.web.sign_in.place import place_of

FIELD, HEADER = "csrf", "X-Opsmon-Csrf"
FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 200
_FORM_TIMEOUT_S = 10.0
_TOO_SLOW = Sentence(f"the form did not come within {_FORM_TIMEOUT_S:g} s", f"表单未在 {_FORM_TIMEOUT_S:g} 秒内送达")
_NOT_OURS = Sentence("this was not sent by a page of this console", "该请求不是由本控制台页面提交")
_TOO_MANY = Sentence("the form has too many fields", "表单字段过多")
_OTHER_SIGN_IN = (
    Sentence("the form is of another sign-in; nothing was sent yet", "表单属于另一次登录；内容尚未提交"),
    Sentence("look over what is there, and send it again", "请核对后重新提交"),
)
_READING = frozenset({"GET", "HEAD"})
_HINT = Sentence("open the page again, and send it from there", "请重新打开页面再提交")


class OtherSignInError(RequestError):
    """A page of ours sent it, of a session that is over or another: the one who is signed in has to mean it."""


def is_of_our_page(request: web.Request, settings: PortSettings) -> bool:
    """Whether the browser says that a page of ours sent it."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin", "").lower() == place_of(request, settings).origin


def refuse_other_sites(request: web.Request, settings: PortSettings) -> None:
    """Raises RequestError 403 for what a page of another site sent, or nothing tells from where it was sent."""
    if not is_of_our_page(request, settings):
        raise RequestError(
            403, Sentence("this was not sent by a page of this console", "该请求不是由本控制台页面提交"), _HINT
        )


async def refuse_forged(request: web.Request, visitor: Visitor | None, settings: PortSettings) -> None:
    """Raises RequestError 403 for a command in a session's name that its holder need not have meant."""
    if request.method in _READING or visitor is None or visitor.kind is not VisitorKind.SESSION:
        return
    refuse_other_sites(request, settings)
    shown = request.headers.get(HEADER) or (await read_fields(request)).get(FIELD, "")
    if not hmac.compare_digest(shown.encode("utf-8", "replace"), visitor.csrf_field.encode()):
        raise OtherSignInError(403, *_OTHER_SIGN_IN)


async def read_fields(request: web.Request) -> dict[str, str]:
    """The fields of a form; none where the body is no form. Raises RequestError 408 and 413."""
    if request.content_type != FORM:
        return {}
    try:
        async with asyncio.timeout(_FORM_TIMEOUT_S):
            raw = await request.read()
        return dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except TimeoutError:
        raise RequestError(408, _TOO_SLOW) from None
    except ValueError:
        raise RequestError(413, _TOO_MANY) from None
