"""What a handler asks of its request: who it is from, what he may see, as whom he acts, and where links lead."""

from dataclasses import dataclass

from aiohttp import web

from opsmon.access.view import View, view_of_world
from opsmon.access.visitor import OPEN_READER, Visitor, VisitorKind
from opsmon.model.account import Role
from opsmon.web.auth import VISITOR
from opsmon.web.context import PARTS
from opsmon.web.errors import RequestError
from opsmon.web.sign_in.place import place_of


@dataclass(frozen=True, slots=True)
class Actor:
    """As whom a command is given: `by` in the journal, `via` who was let in, `on_behalf_of` whom a manager names."""

    by: str
    via: str
    on_behalf_of: str = ""


def visitor_of(request: web.Request) -> Visitor:
    """The one who was let in."""
    found: Visitor = request.get(VISITOR, OPEN_READER)
    return found


def view_of(request: web.Request) -> View:
    """What the visitor may see of the world as it is now."""
    return view_of_world(request.app[PARTS].desk.world, visitor_of(request))


def path_to(request: web.Request, path: str) -> str:
    """A path of ours as the browser has to ask for it."""
    return place_of(request, request.app[PARTS].settings).prefix + path


def who_acts(request: web.Request, by: str | None) -> Actor:
    """A person who signed in, and a programme with a token of the store, act in their own name; a manager may name
    somebody else. A token of opsmon.yaml says itself who it is. Raises RequestError 403 and 422."""
    visitor = visitor_of(request)
    if visitor.kind is VisitorKind.SETTINGS:
        if not by:
            raise RequestError(422, "by: Field required", "who gives the command")
        return Actor(by, visitor.via)
    if not by or by == visitor.account:
        return Actor(visitor.account, visitor.via)
    if not visitor.may(Role.MANAGER):
        raise RequestError(403, f"{visitor.account} is {visitor.role}, and speaking for others takes manager")
    return Actor(visitor.account, visitor.via, by)
