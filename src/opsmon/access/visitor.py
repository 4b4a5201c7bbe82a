"""Who asks: what the port's handlers are told of the one whom they answer."""

from dataclasses import dataclass
from enum import StrEnum

from opsmon.model.account import EVERYTHING, Grant, Role, Scope


class VisitorKind(StrEnum):
    """How somebody came in."""

    OPEN = "open"  # a reader on this machine, where nobody has an account
    SESSION = "session"  # a browser that a person signed in with
    TOKEN = "token"  # a programme with a token of the store  # noqa: S105 - a word of the list
    LINK = "link"  # a calendar whose address holds its key: reads what that address shows
    SETTINGS = "settings"  # a token of opsmon.yaml: an admin's


@dataclass(frozen=True, slots=True)
class Visitor:
    """`account` is the name of the account or token ("" of an open port's reader), `title` how a page calls it.

    `csrf_field` goes into every form as the hidden field `csrf`. `via` is what the journal keeps of who was let in.
    """

    kind: VisitorKind
    account: str
    grant: Grant
    title: str = ""
    language: str = ""
    csrf_field: str = ""
    via: str = ""
    session: str = ""  # the id of the session, "" without one

    @property
    def role(self) -> Role:
        return self.grant.role

    @property
    def scope(self) -> Scope:
        return self.grant.scope

    @property
    def sees_money(self) -> bool:
        return self.grant.sees_money

    @property
    def commands(self) -> bool:
        """Whether it may command anything at all."""
        return self.kind is not VisitorKind.OPEN and self.role.covers(Role.RESPONDER)

    def may(self, role: Role) -> bool:
        """Whether it may what the role may. Who reads an open port commands nothing."""
        return self.kind is not VisitorKind.OPEN and self.role.covers(role)


# Without accounts everybody on this machine reads everything, as before there were any.
OPEN_READER = Visitor(VisitorKind.OPEN, "", Grant(Role.VIEWER, EVERYTHING, money=True))
