"""The forms of `/admin`: each changes an account or a token as the command line does, and leads back."""

from datetime import timedelta

from aiohttp import web

from opsmon.access.directory import check_scope
from opsmon.errors import ConfigError
from opsmon.model.account import Grant, Role, Scope
from opsmon.model.name import ContractId, SiteName
from opsmon.text.bilingual import Sentence
from opsmon.web.api.admin.directory import change
from opsmon.web.context import PARTS
from opsmon.web.errors import RequestError
from opsmon.web.frame.form import read_form
from opsmon.web.pages.admin.overview import admin_page
from opsmon.web.pages.incident_form import Form
from opsmon.web.visit import path_to, view_of

PLACE = "/admin"


async def add_account(request: web.Request) -> web.Response:
    """Somebody may sign in from now on."""
    form = await read_form(request)
    grant = grant_of(request, form)
    name, password, title = form.get("account", ""), form.get("password", ""), form.get("title", "")
    await change(request, lambda directory: directory.add(name, grant, password, title))
    return _led_back(request)


async def change_account(request: web.Request) -> web.Response:
    """Another role and scope, another password, in or out: what the pressed button says. Raises RequestError 422."""
    form, name = await read_form(request), request.match_info["account"]
    word = form.get("do", "")
    if word == "grant":
        grant = grant_of(request, form)
        await change(request, lambda directory: directory.set_grant(name, grant))
    elif word == "password":
        await change(request, lambda directory: directory.set_password(name, form.get("password", "")))
    elif word in ("disable", "enable"):
        await change(request, lambda directory: directory.set_disabled(name, disabled=word == "disable"))
    else:
        raise RequestError(
            422,
            Sentence("what to do with the account?", "对账号做什么？"),
            Sentence("grant, password, disable or enable", "可为 grant、password、disable、enable"),
        )
    return _led_back(request)


async def add_token(request: web.Request) -> web.Response:
    """A token for a programme. Its text stands on the answer, and nowhere else ever."""
    form = await read_form(request)
    grant, name, days = grant_of(request, form), form.get("token", ""), form.get("days", "")
    if not days.isdecimal() or len(days) > 4:
        raise RequestError(422, Sentence("for how many days?", "有效多少天？"), Sentence("1 to 366", "1 至 366"))
    life = timedelta(days=int(days))
    taken = frozenset(token.name for token in request.app[PARTS].settings.known_tokens)
    word = await change(request, lambda directory: directory.add_token(name, grant, life, taken))
    return await admin_page(request, token=word, status=201)


async def revoke_token(request: web.Request) -> web.Response:
    """It opens nothing any more."""
    await read_form(request)
    name = request.match_info["token"]
    await change(request, lambda directory: directory.revoke_token(name))
    return _led_back(request)


def grant_of(request: web.Request, form: Form) -> Grant:
    """What a form allows: a role, and names of contracts and sites by blanks (none limit nothing)."""
    rules = view_of(request).rules
    contracts = frozenset(map(ContractId, form.get("contracts", "").replace(",", " ").split()))
    sites = frozenset(map(SiteName, form.get("sites", "").replace(",", " ").split()))
    scope = Scope(contracts, sites)
    try:
        check_scope(scope, frozenset(rules.contracts), frozenset(rules.inventory.sites))
        return Grant(Role(form.get("role", Role.VIEWER)), scope, "money" in form)
    except ConfigError as error:
        raise refused(error) from None
    except ValueError:
        raise RequestError(422, Sentence("no such role", "没有该角色"), ", ".join(Role)) from None


def refused(error: ConfigError) -> RequestError:
    """What was typed cannot be."""
    first = error.problems[0]
    return RequestError(422, first.message, first.hint)


def _led_back(request: web.Request) -> web.Response:
    return web.Response(status=303, headers={"Location": path_to(request, PLACE)})
