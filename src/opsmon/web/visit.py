"""What a handler asks of its request: who it is from, what he may see, as whom he acts, and where links lead."""

from dataclasses import dataclass

from aiohttp import web

from opsmon.access.calendar_link import calendar_key
from opsmon.access.view import View
from opsmon.access.visitor import OPEN_READER, Visitor, VisitorKind
from opsmon.model.account import Role
from opsmon.model.name import IncidentId
from opsmon.model.origin import on_behalf_of
from opsmon.text.bilingual import Sentence
from opsmon.text.sign_in_words import ROLES
from opsmon.text.vocabulary import named
from opsmon.web.auth import VISITOR
from opsmon.web.context import PARTS
from opsmon.web.errors import ASK_AN_ADMIN, RequestError, unfit
from opsmon.web.sign_in.place import place_of

_NO_NAME, _WHO = Sentence("by: Field required", "姓名：必填"), Sentence("who gives the command", "由谁登记")


@dataclass(frozen=True, slots=True)
class Actor:
    """As whom a command is given: `by` in the journal; `via` is who was let in, and for whom a manager speaks."""

    by: str
    via: str


def visitor_of(request: web.Request) -> Visitor:
    """The one who was let in."""
    found: Visitor = request.get(VISITOR, OPEN_READER)
    return found


def view_of(request: web.Request) -> View:
    """What the visitor may see of the world as it is now."""
    parts = request.app[PARTS]
    return parts.access.views.of(parts.daemon.world, visitor_of(request))


async def view_with(request: web.Request, incident: IncidentId) -> View:
    """The same, with an incident that left memory, as the journal has it. Raises StoreError."""
    parts = request.app[PARTS]
    return parts.access.views.of(await parts.daemon.world_with(incident), visitor_of(request))


def path_to(request: web.Request, path: str) -> str:
    """A path of ours as the browser has to ask for it."""
    return place_of(request, request.app[PARTS].settings).prefix + path


def calendar_link(request: web.Request, rota: str) -> str:
    """The address under which a phone subscribes to the rota: whoever holds it reads that calendar, and nothing else.
    For pages of who may read the rota himself."""
    parts = request.app[PARTS]
    place, key = place_of(request, parts.settings), calendar_key(parts.calendar_secret, rota)
    return f"{place.origin}{place.prefix}/oncall/{rota}.ics?k={key}"


def who_acts(request: web.Request, by: str | None) -> Actor:
    """A person who signed in, and a programme with a token of the store, act in their own name; a manager may name
    somebody else. A token of opsmon.yaml says itself who it is. Raises RequestError 403 and 422."""
    visitor = visitor_of(request)
    if visitor.kind is VisitorKind.SETTINGS:
        if not by:
            raise RequestError(422, _NO_NAME, _WHO)
        return Actor(by, visitor.via)
    if not by or by == visitor.account:
        return Actor(visitor.account, visitor.via)
    if not visitor.may(Role.MANAGER):
        have, need = named(ROLES, visitor.role, "zh"), named(ROLES, Role.MANAGER, "zh")
        words = Sentence(
            f"{visitor.account} is {visitor.role}, and speaking for others takes manager",
            f"{visitor.account} 的角色是{have}，替他人登记需要{need}",
        )
        raise RequestError(403, words, ASK_AN_ADMIN)
    return Actor(visitor.account, on_behalf_of(visitor.via, by))


def refuse_limited(request: web.Request) -> None:
    """Raises RequestError 403 for who may not see everything, money too."""
    visitor = visitor_of(request)
    if not (visitor.scope.is_everything and visitor.sees_money):
        raise RequestError(
            403,
            Sentence("this tells of every contract, and of budgets", "此页涉及全部合同和预算"),
            Sentence("ask an admin for a wider scope", "请联系管理员扩大范围"),
        )


def refuse_unless_everything(request: web.Request) -> None:
    """Raises RequestError 403 for who may not see every contract; of money nothing is told."""
    if not visitor_of(request).scope.is_everything:
        raise RequestError(
            403,
            Sentence("this tells of every contract", "此页涉及全部合同"),
            Sentence("ask an admin for a wider scope", "请联系管理员扩大范围"),
        )


def refuse_unless_admin(request: web.Request) -> None:
    """Raises RequestError 403 for what only admins of everything read, and whoever reads an open port."""
    visitor = visitor_of(request)
    if visitor.kind is not VisitorKind.OPEN and not visitor.may(Role.ADMIN):
        raise unfit(visitor.account, visitor.role, Role.ADMIN)
    refuse_limited(request)
