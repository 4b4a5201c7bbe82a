"""The pages on which people sign in and out, and see where they are signed in."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from aiohttp import web

from opsmon.access.oidc.settings import DEFAULT_TITLE
from opsmon.access.password import TooManyChecksError
from opsmon.access.sign_in import TryLater
from opsmon.model.access_event import SignedIn, SignOutReason
from opsmon.model.account import LOCAL, Account
from opsmon.model.origin import over_session
from opsmon.text.bilingual import Sentence
from opsmon.text.sign_in_words import ROLES, WORDS
from opsmon.text.time import short_local_time
from opsmon.web.context import PARTS
from opsmon.web.errors import RequestError
from opsmon.web.listening.connection_limits import peer_of
from opsmon.web.own_path import own_path
from opsmon.web.sign_in.cookie import drop_session, session_word, set_session
from opsmon.web.sign_in.csrf import read_fields
from opsmon.web.sign_in.page import answer_page, language_of
from opsmon.web.sign_in.place import addresses_of, place_of
from opsmon.web.visit import path_to, visitor_of


@dataclass(frozen=True, slots=True)
class Carried:
    """What the form to sign in with carries, and where it goes; `prefix` stands before the names of its own fields."""

    path: str
    fields: Mapping[str, str]
    prefix: str


_NO_SESSION = Sentence("there is no such session of yours", "您没有这个登录会话")


async def show_sign_in(request: web.Request) -> web.Response:
    """The form. It never signs anybody in by itself."""
    told = "signed_out" if "out" in request.query else ""
    if not await request.app[PARTS].access.has_accounts():
        told = "no_accounts"
    sentence = WORDS[told].in_(language_of(request)) if told else ""
    return sign_in_form(request, own_path(request.query.get("next", "/")), sentence, 200)


async def sign_in(request: web.Request) -> web.Response:
    """A new session, and the way to the page that was wanted; or the form again, with why not."""
    fields = await read_fields(request)
    name, wanted = fields.get("name", ""), own_path(fields.get("next", "/"))
    found = await attempt(request, name, fields.get("password", ""))
    if isinstance(found, Refused):
        return found.with_wait(sign_in_form(request, wanted, found.told, found.status, name=name))
    return await begin_session(request, found, LOCAL, wanted, stays="stay" in fields)


@dataclass(frozen=True, slots=True)
class Refused:
    """A sign-in that was not one: what is said of it, and when the next may be tried."""

    told: str
    status: int
    wait_s: int = 0

    def with_wait(self, answer: web.Response) -> web.Response:
        """The answer that says it, with its `Retry-After`."""
        if self.wait_s:
            answer.headers["Retry-After"] = str(self.wait_s)
        return answer


async def attempt(request: web.Request, name: str, password: str) -> Account | Refused:
    """Whose name and password they are; the throttle counts who fails."""
    parts = request.app[PARTS]
    address, _ = addresses_of(request, parts.settings)
    try:
        found = await parts.access.passwords.attempt(name, password, peer_of(address))
    except TooManyChecksError:
        return _refused(request, "busy", 503, 5)
    if isinstance(found, TryLater):
        return _refused(request, "later", 429, ceil(found.wait_s))
    return _refused(request, "wrong", 401) if found is None else found


def _refused(request: web.Request, told: str, status: int, wait_s: int = 0) -> Refused:
    return Refused(WORDS[told].in_(language_of(request)).format(seconds=wait_s), status, wait_s)


def sign_in_form(
    request: web.Request, wanted: str, told: str, status: int, *, name: str = "", carries: Carried | None = None
) -> web.Response:
    """The form with a sentence above it, and the way to the provider where there is one; it may carry another form."""
    oidc = request.app[PARTS].access.oidc
    title = "" if oidc is None else oidc.settings.title or DEFAULT_TITLE.in_(language_of(request))
    failed = status >= 400
    return answer_page(
        request, "login.html", status, next=wanted, told=told, name=name, failed=failed, provider=title,
        carries=carries or Carried("/login", {}, ""),
    )  # fmt: skip


async def begin_session(
    request: web.Request, account: Account, began_by: str, wanted: str, *, stays: bool
) -> web.Response:
    """The account is this browser's from now on; whatever session it had before is over."""
    answer = web.Response(status=303, headers={"Location": path_to(request, wanted)})
    await give_session(request, answer, account, began_by, stays=stays)
    return answer


async def give_session(
    request: web.Request, answer: web.StreamResponse, account: Account, began_by: str, *, stays: bool
) -> str:
    """The same for any answer; the word of the session."""
    parts = request.app[PARTS]
    await _end_present(request)
    address, _ = addresses_of(request, parts.settings)
    agent = request.headers.get("User-Agent", "")
    now, via = parts.clock.now(), over_session(account.name, *addresses_of(request, parts.settings))
    note = SignedIn(now, account.name, began_by, now, via)
    word, session = await parts.access.sessions.begin(account, began_by, address, agent, (note,), stays=stays)
    set_session(answer, word, place_of(request, parts.settings), ends_at=session.ends_at if stays else None)
    return word


async def _end_present(request: web.Request) -> None:
    sessions = request.app[PARTS].access.sessions
    word = session_word(request)
    found = await sessions.find(word) if word else None
    if found is not None:
        parts, name = request.app[PARTS], found[1].name
        via = over_session(name, *addresses_of(request, parts.settings))
        await sessions.end(found[0].id, name, SignOutReason.REPLACED, via)


async def sign_out(request: web.Request) -> web.Response:
    """The session is over, here and in the store."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    await parts.access.sessions.end(visitor.session, visitor.account, SignOutReason.LEFT, visitor.via)
    answer = web.Response(status=303, headers={"Location": path_to(request, "/login?out=1")})
    drop_session(answer, place_of(request, parts.settings))
    return answer


async def show_me(request: web.Request) -> web.Response:
    """The account, what it may, and its sessions."""
    return await own_page(request)


async def own_page(request: web.Request, told: str = "", status: int = 200) -> web.Response:
    """The same, with a sentence above it."""
    parts, visitor, language = request.app[PARTS], visitor_of(request), language_of(request)
    sessions = [
        {
            "id": one.id,
            "began": short_local_time(one.began_at.isoformat(), parts.timezone),
            "seen": short_local_time(one.seen_at.isoformat(), parts.timezone),
            "address": one.address,
            "agent": one.agent,
            "is_this": one.id == visitor.session,
        }
        for one in await parts.access.sessions.of(visitor.account)
    ]
    scope = (*sorted(visitor.scope.contracts), *sorted(visitor.scope.sites))
    account = await asyncio.to_thread(parts.access.store.account, visitor.account)
    return answer_page(
        request, "me.html", status, sessions=sessions, role=ROLES[visitor.role].in_(language), scope=scope, told=told,
        failed=status >= 400, has_password=account is not None and not account.issuer, chosen=visitor.language,
    )  # fmt: skip


async def end_session(request: web.Request) -> web.Response:
    """One session of one's own, or all but this one."""
    sessions, visitor, fields = request.app[PARTS].access.sessions, visitor_of(request), await read_fields(request)
    if "others" in fields:
        await sessions.end_others(visitor.account, visitor.session, visitor.via)
    elif not await sessions.end(fields.get("session", ""), visitor.account, SignOutReason.ENDED, visitor.via):
        raise RequestError(404, _NO_SESSION, Sentence("/me lists them", "可在 /me 中查看"))
    return web.Response(status=303, headers={"Location": path_to(request, "/me")})
