"""A form that was sent when nobody was signed in any more: what was typed outlives the sign-in.

It is kept nowhere but in the page that the sender gets: the form to sign in with goes to the same address and carries
the fields. Who signs in there finds the page with the form as it was filled in; nothing is done before it is sent
again. Promises: only for a form that a page of ours sent; a password and the field of the session before are not
carried; who signs in sees no page that he may not.
"""

from aiohttp import web

from opsmon.model.account import LOCAL
from opsmon.text.bilingual import Sentence, Text
from opsmon.web.auth import VISITOR, Access, refuse_unfit, visitor_of_session
from opsmon.web.errors import RequestError
from opsmon.web.frame.form import read_form
from opsmon.web.frame.refused import SENT, Again, shown_again
from opsmon.web.frame.render import error_page
from opsmon.web.sign_in.csrf import FIELD, read_fields
from opsmon.web.sign_in.page import language_of
from opsmon.web.sign_in.pages import Carried, Refused, attempt, give_session, sign_in_form
from opsmon.web.visit import visitor_of

_PREFIX = "sign-in"
_NOT_CARRIED = frozenset({FIELD, "password"})
_OVER = Text(
    "You are not signed in any more. Sign in: what you typed is kept.", "登录已失效。请重新登录，已填写的内容会保留。"
)
_LOOK = (
    Sentence("you are signed in again; nothing was sent yet", "已重新登录；内容尚未提交"),
    Sentence("look over what is there, and send it", "请核对后提交"),
)
_GONE = (
    Sentence("the page of the form is not there any more", "表单所在的页面已不存在"),
    Sentence("what was typed is lost", "已填写的内容未能保留"),
)


async def take_typed(request: web.Request) -> None:
    """The fields of the form, without those of a sign-in; for the page on which it is shown again."""
    fields = await read_form(request)
    request[SENT] = {name: value for name, value in fields.items() if not name.startswith(_PREFIX)}


async def sign_in_over_form(request: web.Request, again: Again, access: Access) -> web.StreamResponse:
    """The form to sign in with, which carries what was typed; or, where it was sent with a name and a password, the
    page of what was typed for the one who signed in. Only for what a page of ours sent."""
    await take_typed(request)
    fields = await read_fields(request)
    if not fields.get(f"{_PREFIX}-name"):
        return _form(request, _OVER.in_(language_of(request)), 401)
    name = fields[f"{_PREFIX}-name"]
    account = await attempt(request, name, fields.get(f"{_PREFIX}-password", ""))
    if isinstance(account, Refused):
        return account.with_wait(_form(request, account.told, account.status, name=name))
    sent = web.Response()
    word = await give_session(request, sent, account, LOCAL, stays=f"{_PREFIX}-stay" in fields)
    visitor = await visitor_of_session(request, word)
    if visitor is not None:
        request[VISITOR] = visitor
    answer = await _page_of(request, again, access)
    answer.cookies.update(sent.cookies)
    return answer


async def _page_of(request: web.Request, again: Again, access: Access) -> web.StreamResponse:
    try:
        refuse_unfit(visitor_of(request), access)
    except RequestError as error:
        return error_page(request, error)
    shown = await shown_again(request, again, RequestError(200, *_LOOK))
    return shown or error_page(request, RequestError(404, *_GONE))


def _form(request: web.Request, told: str, status: int, *, name: str = "") -> web.Response:
    typed = {field: value for field, value in request[SENT].items() if field not in _NOT_CARRIED}
    return sign_in_form(request, "/", told, status, name=name, carries=Carried(request.path, typed, f"{_PREFIX}-"))
