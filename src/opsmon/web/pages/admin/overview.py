"""`/admin`: who may sign in, which programmes have a token, and what no channel took."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from opsmon.model.account import AccessToken, Account, Grant, Role, SignInSession
from opsmon.store.outbox import OwedDelivery, incident_of
from opsmon.text.bilingual import Text
from opsmon.text.console_words import told
from opsmon.text.safe import visible
from opsmon.text.sign_in_words import ROLES
from opsmon.text.vocabulary import named
from opsmon.web.context import PARTS, WebContext
from opsmon.web.frame.form import PageQuery, read_query
from opsmon.web.frame.mark import Mark
from opsmon.web.frame.render import page
from opsmon.web.frame.visit import Visit
from opsmon.web.pages.admin.channels import channel_lines
from opsmon.web.pages.oncall.duty import person_titles
from opsmon.web.visit import refuse_unless_admin

MAX_DEAD = 200
HEALTHY = Mark("✔", "met", Text("nothing waits", "无积压"), 5)
WAITING = Mark("▲", "at-risk", Text("waiting", "等待发送"), 1)
DEAD = Mark("✖", "breached", Text("not delivered", "未送达"), 0)


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account; `signed_in` counts the browsers."""

    name: str
    title: str
    role: Role
    role_word: str
    scope: str
    sees_money: bool
    issuer: str
    disabled: bool
    signed_in: int
    seen_at: datetime | None
    is_reader: bool


@dataclass(frozen=True, slots=True)
class TokenRow:
    """The token of one programme."""

    name: str
    role_word: str
    scope: str
    made_at: datetime
    made_by: str
    ends_at: datetime
    is_over: bool


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """What one channel has not delivered yet, or never will."""

    name: str
    mark: Mark
    waiting: int
    dead: int
    error: str


@dataclass(frozen=True, slots=True)
class AdminFacts:
    """What the store tells; read beside the loop."""

    accounts: Sequence[Account]
    sessions: Mapping[str, Sequence[SignInSession]]
    tokens: Sequence[AccessToken]
    owed: Sequence[OwedDelivery]


async def show_admin(request: web.Request) -> web.Response:
    """The page."""
    read_query(PageQuery, request)
    return await admin_page(request)


async def admin_page(request: web.Request, *, token: str = "", status: int = 200) -> web.Response:
    """The page, with the text of a token that was made just now and is shown this once."""
    refuse_unless_admin(request)
    parts = request.app[PARTS]
    facts = await asyncio.to_thread(read_facts, parts)
    record = {"new_token": token}
    return page(
        request, "admin.html", lambda visit: admin_record(visit, facts, parts.channels()) | record, status=status
    )


def read_facts(parts: WebContext) -> AdminFacts:
    """Blocks. Raises StoreError."""
    store = parts.access.store
    accounts = store.accounts()
    sessions = {one.name: store.sessions_of(one.name) for one in accounts}
    return AdminFacts(accounts, sessions, store.tokens(), parts.deliveries(("waiting", "dead"), MAX_DEAD))


def admin_record(visit: Visit, facts: AdminFacts, channels: Collection[str]) -> dict[str, object]:
    """What the page shows."""
    world, language = visit.world, visit.language
    return {
        "accounts": [_account_row(visit, one, facts.sessions.get(one.name, ())) for one in facts.accounts],
        "tokens": [_token_row(visit, one) for one in facts.tokens],
        "channels": channel_rows(facts.owed, channels),
        "lines": {one.name: one for one in channel_lines(visit)},
        "people": [(one, person_titles(world.rules.oncall, [one], language)) for one in world.rules.oncall.people],
        "dead": [(one, incident_of(one.key), visible(one.error)) for one in facts.owed if one.state == "dead"],
        "roles": [(role.value, named(ROLES, role, language)) for role in Role],
        "contracts": [(name, one.contract.title.in_(language)) for name, one in sorted(world.rules.contracts.items())],
        "sites": [(name, site.title or name) for name, site in sorted(world.rules.inventory.sites.items())],
    }


def _account_row(visit: Visit, account: Account, sessions: Sequence[SignInSession]) -> AccountRow:
    held = [one for one in sessions if one.ends_at > visit.now]
    return AccountRow(
        name=account.name,
        title=visible(account.title),
        role=account.grant.role,
        role_word=named(ROLES, account.grant.role, visit.language),
        scope=scope_words(account.grant, visit.language),
        sees_money=account.grant.sees_money,
        issuer=visible(account.issuer),
        disabled=account.disabled,
        signed_in=len(held),
        seen_at=max((one.seen_at for one in held), default=None),
        is_reader=account.name == visit.visitor.account,
    )


def _token_row(visit: Visit, token: AccessToken) -> TokenRow:
    return TokenRow(
        name=token.name,
        role_word=named(ROLES, token.grant.role, visit.language),
        scope=scope_words(token.grant, visit.language),
        made_at=token.made_at,
        made_by=visible(token.made_by),
        ends_at=token.ends_at,
        is_over=token.ends_at <= visit.now,
    )


def scope_words(grant: Grant, language: str) -> str:
    """The contracts and sites of a grant."""
    names = [*sorted(grant.scope.contracts), *sorted(grant.scope.sites)]
    return ", ".join(names) or told(language, "everything")


def channel_rows(owed: Sequence[OwedDelivery], channels: Collection[str]) -> list[ChannelRow]:
    """Every channel, also one that only old deliveries name."""
    waiting = Counter(one.channel for one in owed if one.state == "waiting")
    dead = Counter(one.channel for one in owed if one.state == "dead")
    errors = {one.channel: one.error for one in owed if one.error}
    names = dict.fromkeys((*channels, *(one.channel for one in owed)))
    return [
        ChannelRow(
            name,
            DEAD if dead[name] else WAITING if waiting[name] else HEALTHY,
            waiting[name],
            dead[name],
            visible(errors.get(name, "")),
        )
        for name in names
    ]
