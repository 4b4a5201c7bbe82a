"""What a person changes of his own account: the password, and the language of his pages."""

import asyncio
from math import ceil

from aiohttp import web

from opsmon.access.password import TooManyChecksError
from opsmon.access.sign_in import TryLater
from opsmon.model.account import LOCAL
from opsmon.text.bilingual import Text, in_language
from opsmon.text.sign_in_words import WORDS
from opsmon.web.api.admin.directory import change_as_visitor
from opsmon.web.context import PARTS
from opsmon.web.errors import RequestError
from opsmon.web.listening.connection_limits import peer_of
from opsmon.web.sign_in.csrf import read_fields
from opsmon.web.sign_in.page import language_of
from opsmon.web.sign_in.pages import begin_session, own_page
from opsmon.web.sign_in.place import addresses_of
from opsmon.web.visit import path_to, visitor_of


async def set_own_password(request: web.Request) -> web.Response:
    """Another password for who knows the present one; every session but a new one of this browser is over."""
    parts, name, fields = request.app[PARTS], visitor_of(request).account, await read_fields(request)
    address, _ = addresses_of(request, parts.settings)
    try:
        found = await parts.access.passwords.attempt(name, fields.get("old", ""), peer_of(address))
    except TooManyChecksError:
        return await _again(request, "busy", 503)
    if isinstance(found, TryLater):
        return await _again(request, "later", 429, ceil(found.wait_s))
    if found is None:
        return await _again(request, "wrong_old", 422)
    try:
        await change_as_visitor(request, lambda all_: all_.set_password(name, fields.get("new", "")))
    except RequestError as error:
        return await own_page(request, _said(error, language_of(request)), error.status)
    return await begin_session(request, found, LOCAL, "/me", stays=False)


def _said(error: RequestError, language: str) -> str:
    return (
        Text("{} ({})", "{}（{}）")
        .in_(language)
        .format(*(in_language(one, language) for one in (error.error, error.hint)))
    )


async def _again(request: web.Request, told: str, status: int, wait_s: int = 0) -> web.Response:
    answer = await own_page(request, WORDS[told].in_(language_of(request)).format(seconds=wait_s), status)
    if wait_s:
        answer.headers["Retry-After"] = str(wait_s)
    return answer


async def set_own_language(request: web.Request) -> web.Response:
    """The language of the account's pages, in every browser that has no choice of its own."""
    parts, name = request.app[PARTS], visitor_of(request).account
    language = (await read_fields(request)).get("language", "")
    account = await asyncio.to_thread(parts.access.store.account, name)
    title = "" if account is None else account.title
    await change_as_visitor(request, lambda all_: all_.set_title(name, title, language))
    return web.Response(status=303, headers={"Location": path_to(request, "/me")})
