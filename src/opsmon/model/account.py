"""Who may sign in, what each may do, and on what: accounts, their sessions, and the tokens of programmes."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from opsmon.model.name import ContractId, SiteName

LOCAL = "password"  # how a session began: by a password of ours; any other word is the issuer's


class Role(StrEnum):
    """What somebody may do; each may all that those before it may."""

    VIEWER = "viewer"  # reads
    RESPONDER = "responder"  # acknowledges, tells facts, sets maintenance, ticks papers off
    MANAGER = "manager"  # judges, excludes, silences, speaks for others, sees money
    ADMIN = "admin"  # accounts, tokens, what no receiver took

    def covers(self, other: "Role") -> bool:
        """Whether it may all that the other may."""
        order = tuple(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class Scope:
    """On which contracts and sites. An empty set limits nothing; where both are given a thing has to be in both."""

    contracts: frozenset[ContractId] = frozenset()
    sites: frozenset[SiteName] = frozenset()

    @property
    def is_everything(self) -> bool:
        return not self.contracts and not self.sites

    def takes(self, contract: str | None, site: str) -> bool:
        """Whether something of this contract at this site is in it."""
        return (not self.contracts or contract in self.contracts) and (not self.sites or site in self.sites)

    def takes_contract(self, contract: str) -> bool:
        """Whether what is said of the whole contract is in it: it tells of every site, so a limit to sites shuts it."""
        return not self.sites and (not self.contracts or contract in self.contracts)


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Grant:
    """What an account or a token is allowed. `sees_money`: penalties and budgets too, which managers see anyhow."""

    role: Role
    scope: Scope = EVERYTHING
    money: bool = False

    @property
    def sees_money(self) -> bool:
        return self.money or self.role.covers(Role.MANAGER)


@dataclass(frozen=True, slots=True)
class Account:
    """One person. `title` is how the person is called on pages, `language` the one chosen ("" for none).

    `password` is an Argon2id hash, "" of who signs in elsewhere: then `issuer` and `subject` say who that is (OpenID
    Connect Core 1.0, 5.7: only both together name a person).
    """

    name: str
    grant: Grant
    title: str = ""
    language: str = ""
    password: str = field(default="", repr=False)
    issuer: str = ""
    subject: str = ""
    disabled: bool = False

    @property
    def shown(self) -> str:
        """How the person is called."""
        return self.title or self.name


@dataclass(frozen=True, slots=True)
class SignInSession:
    """A browser that somebody signed in with. `id` is the SHA-256 of what its cookie holds, in hex.

    `began_by` is `password` or an issuer; `stays`: for long, on a telephone. `address` and `agent` are shown to the
    person, who may end it.
    """

    id: str
    account: str
    began_at: datetime
    seen_at: datetime
    ends_at: datetime
    stays: bool = False
    began_by: str = LOCAL
    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """The bearer token of a programme. `id` is the SHA-256 of its text, in hex, which was shown once."""

    id: str
    name: str
    grant: Grant
    made_at: datetime
    ends_at: datetime
    made_by: str = ""
