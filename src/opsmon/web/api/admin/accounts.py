"""The routes of accounts and their sessions, for admins of everything."""

from collections.abc import Callable

from aiohttp import web

from opsmon.access.directory import AccountDirectory
from opsmon.model.account import Account
from opsmon.web.api.admin.directory import change, check_grant
from opsmon.web.api.admin.schemas import (
    DisabledBody,
    EndedDocument,
    GrantBody,
    NewAccountBody,
    NothingBody,
    PasswordBody,
    TitleBody,
    account_document,
    session_document,
)
from opsmon.web.context import PARTS
from opsmon.web.errors import unknown
from opsmon.web.route import JSON, answer_json, list_json, parse_body


async def list_accounts(request: web.Request) -> web.Response:
    """All, by name."""
    found = await change(request, AccountDirectory.accounts)
    return web.Response(body=list_json(map(account_document, found)), content_type=JSON, charset="utf-8")


async def add_account(request: web.Request) -> web.Response:
    """Somebody who may sign in with a password."""
    body = await parse_body(NewAccountBody, request)
    grant = check_grant(request, body.grant)
    made = await change(request, lambda all_: all_.add(body.name, grant, body.password, body.title, body.language))
    return answer_json(account_document(made), 201)


async def set_grant(request: web.Request) -> web.Response:
    """Another role, scope or sight of money."""
    grant = check_grant(request, (await parse_body(GrantBody, request)).grant)
    return await _change_one(request, lambda all_, name: all_.set_grant(name, grant))


async def set_title(request: web.Request) -> web.Response:
    """How the person is called, and his language."""
    body = await parse_body(TitleBody, request)
    return await _change_one(request, lambda all_, name: all_.set_title(name, body.title, body.language))


async def set_password(request: web.Request) -> web.Response:
    """Another password; the sessions with the old one end."""
    body = await parse_body(PasswordBody, request)
    return await _change_one(request, lambda all_, name: all_.set_password(name, body.password))


async def set_disabled(request: web.Request) -> web.Response:
    """Keeps somebody out, or lets him in again."""
    body = await parse_body(DisabledBody, request)
    return await _change_one(request, lambda all_, name: all_.set_disabled(name, disabled=body.disabled))


async def _change_one(request: web.Request, act: Callable[[AccountDirectory, str], object]) -> web.Response:
    name = await _known_name(request)

    def changed(directory: AccountDirectory) -> Account:
        act(directory, name)
        return directory.account(name)

    return answer_json(account_document(await change(request, changed)))


async def list_sessions(request: web.Request) -> web.Response:
    """Where the account is signed in."""
    found = await request.app[PARTS].access.sessions.of(await _known_name(request))
    return web.Response(body=list_json(map(session_document, found)), content_type=JSON, charset="utf-8")


async def end_sessions(request: web.Request) -> web.Response:
    """Everybody who is signed in as the account is out."""
    await parse_body(NothingBody, request)
    name = await _known_name(request)
    return answer_json(EndedDocument(ended=await change(request, lambda all_: all_.end_sessions(name))))


async def _known_name(request: web.Request) -> str:
    """The account that the path names. Raises RequestError 403 and 404."""
    known = [account.name for account in await change(request, AccountDirectory.accounts)]
    name = request.match_info["account"]
    if name not in known:
        raise unknown("account", name, known, "GET /api/v1/accounts")
    return name
