"""What the API says of accounts, sessions and tokens, and what it is sent of them, as the shapes of their JSON."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, Field

from opsmon.model.account import AccessToken, Account, Grant, Role, Scope, SignInSession
from opsmon.model.name import ContractId, SiteName
from opsmon.web.api.schemas import Body

_Name = Field(min_length=1, max_length=60, description="of a-z, 0-9, `.`, `_` and `-`")
_Password = Field(min_length=1, max_length=1_000)
_Language = Literal["", "zh", "en"]


class AccountDocument(BaseModel):
    """Somebody who may sign in. Empty lists limit nothing. `issuer` is the provider that vouches for him, "" of who has
    a password here."""

    name: str
    title: str
    language: str
    role: Role
    contracts: list[str]
    sites: list[str]
    money: bool
    disabled: bool
    issuer: str


class SessionDocument(BaseModel):
    """A browser in which the account is signed in."""

    account: str
    began_at: datetime
    seen_at: datetime
    ends_at: datetime
    stays: bool
    began_by: str
    address: str
    agent: str


class EndedDocument(BaseModel):
    """How many sessions are over."""

    ended: int


class TokenDocument(BaseModel):
    """A token of a programme, without the word that opens."""

    name: str
    role: Role
    contracts: list[str]
    sites: list[str]
    money: bool
    made_at: datetime
    ends_at: datetime
    made_by: str


class NewTokenDocument(TokenDocument):
    """A token that was just made. `token` is shown this once."""

    token: str


class GrantBody(Body):
    """What an account or a token may, and on what. Empty lists limit nothing."""

    role: Role = Field(default=Role.VIEWER, strict=False)
    contracts: list[str] = Field(default_factory=list, max_length=500)
    sites: list[str] = Field(default_factory=list, max_length=5_000)
    money: bool = Field(default=False, description="penalties and budgets, which managers see anyhow")

    @property
    def grant(self) -> Grant:
        """The same as a grant."""
        scope = Scope(frozenset(map(ContractId, self.contracts)), frozenset(map(SiteName, self.sites)))
        return Grant(self.role, scope, self.money)


class NewAccountBody(GrantBody):
    """An account to be added."""

    name: str = _Name
    password: str = _Password
    title: str = Field(default="", max_length=100, description="how the person is called")
    language: _Language = ""


class TitleBody(Body):
    """How the person is called, and the language of his pages."""

    title: str = Field(default="", max_length=100)
    language: _Language = ""


class PasswordBody(Body):
    """Another password. Whoever is signed in with the old one is out."""

    password: str = _Password


class DisabledBody(Body):
    """Whether the account is kept out. Its sessions end."""

    disabled: bool


class NewTokenBody(GrantBody):
    """A token to be made."""

    name: str = _Name
    days: int = Field(default=90, ge=1, le=366)

    @property
    def life(self) -> timedelta:
        return timedelta(days=self.days)


class NothingBody(Body):
    """Nothing needs to be said."""


def account_document(account: Account) -> AccountDocument:
    """Without what the password is checked by."""
    return AccountDocument(
        name=account.name, title=account.title, language=account.language, disabled=account.disabled,
        issuer=account.issuer, role=account.grant.role, money=account.grant.sees_money,
        contracts=sorted(account.grant.scope.contracts), sites=sorted(account.grant.scope.sites),
    )  # fmt: skip


def session_document(session: SignInSession) -> SessionDocument:
    """Without its id."""
    return SessionDocument(
        account=session.account, began_at=session.began_at, seen_at=session.seen_at, ends_at=session.ends_at,
        stays=session.stays, began_by=session.began_by, address=session.address, agent=session.agent,
    )  # fmt: skip


def token_document(token: AccessToken) -> TokenDocument:
    """Without its id."""
    return TokenDocument(
        name=token.name, role=token.grant.role, contracts=sorted(token.grant.scope.contracts),
        sites=sorted(token.grant.scope.sites), money=token.grant.sees_money, made_at=token.made_at,
        ends_at=token.ends_at, made_by=token.made_by,
    )  # fmt: skip
