"""`http: {oidc: …}` of `opsmon.yaml`: through which provider people may sign in, and which of their groups may what."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from opsmon.model.account import Grant, Role, Scope
from opsmon.model.name import ContractId, SiteName
from opsmon.model.secret import Secret
from opsmon.spec import SecretField, Spec, text_schema, wrong
from opsmon.text.bilingual import Sentence, Text
from opsmon.text.near_miss import nearest, shown

DEFAULT_TITLE = Text("the company's sign-in", "统一身份认证")


def is_safe_url(url: str) -> bool:
    """Over TLS, or to this machine: else whoever is on the way could sign in as anybody (OpenID Connect Discovery 1.0,
    7.1)."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        is_here = host == "localhost" or (parts.scheme == "http" and ipaddress.ip_address(host).is_loopback)
    except ValueError:
        is_here = False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_here))


def _check_issuer(url: str) -> str:
    if not is_safe_url(url) or urlsplit(url).query or urlsplit(url).fragment:
        raise wrong(
            Sentence("not an issuer", "不是签发者地址"),
            Sentence(
                "its address as the provider writes it, such as `https://id.example/realms/staff`",
                "提供方所写的地址，例如 `https://id.example/realms/staff`",
            ),
        )
    return url


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """`roles` by group; who is in none of them does not come in. `groups` and `name` are the claims that say them.
    `limits` are what a group is limited to, and whether it sees money."""

    issuer: str
    client_id: str
    client_secret: Secret
    roles: Mapping[str, Role]
    groups: str = "groups"
    name: str = "preferred_username"
    scopes: tuple[str, ...] = ("openid", "profile")
    title: str = ""
    limits: Mapping[str, Grant] = field(default_factory=dict)

    def grant_of(self, groups: frozenset[str]) -> Grant | None:
        """What the group with the widest role gives, the first of the settings where several give it: two groups
        together never open what neither opens."""
        given = [(role, self.limits.get(group, Grant(role))) for group, role in self.roles.items() if group in groups]
        return max(given, key=lambda one: tuple(Role).index(one[0]))[1] if given else None


_ISSUER = text_schema(
    r"^https?://[^\s?#]+$", Sentence("not an issuer, such as https://id.example/realms/staff", "不是签发者地址")
)
_Word = Annotated[str, Field(min_length=1, max_length=200)]


class GroupLimitsSpec(Spec):
    """One of `http: {oidc: {limits: {GROUP: …}}}`"""

    contracts: list[_Word] = Field(default_factory=list, max_length=200)
    """The contracts that the group may see; all unless told · 可见的合同"""
    sites: list[_Word] = Field(default_factory=list, max_length=2_000)
    """The sites that the group may see; all unless told · 可见的站点"""
    money: bool = False
    """Whether the group sees penalties and budgets, as managers do anyhow · 是否可见扣罚与预算"""

    def resolve(self, role: Role) -> Grant:
        """What the group may."""
        scope = Scope(frozenset(map(ContractId, self.contracts)), frozenset(map(SiteName, self.sites)))
        return Grant(role, scope, self.money)


class OidcSpec(Spec):
    """`http: {oidc: …}`"""

    issuer: Annotated[str, AfterValidator(_check_issuer), _ISSUER]
    """The provider's issuer, exactly as it names itself · 身份提供方的 issuer"""
    client_id: _Word
    """What the provider calls this console · 客户端编号"""
    client_secret: SecretField
    """The client's secret, as a reference · 客户端密钥（写引用）"""
    roles: dict[_Word, Annotated[Role, Field(strict=False)]] = Field(min_length=1)
    """The role that each group of people has: viewer, responder, manager or admin · 用户组对应的角色"""
    limits: dict[_Word, GroupLimitsSpec] = Field(default_factory=dict)
    """What a group of `roles` is limited to; scope and money then follow it at each sign-in · 用户组的可见范围"""
    groups: _Word = "groups"
    """The claim that lists a person's groups · 用户组所在的 claim"""
    name: _Word = "preferred_username"
    """The claim that names a person · 用户名所在的 claim"""
    scopes: list[_Word] = Field(default=["openid", "profile"], max_length=20)
    """What the provider is asked for; `openid` is always among it · 申请的 scope"""
    title: Annotated[str, Field(max_length=60)] = ""
    """What the button for it says · 登录按钮的文字"""

    @model_validator(mode="after")
    def _limits_have_roles(self) -> "OidcSpec":
        for group in self.limits:
            if group not in self.roles:
                hint = nearest(group, list(self.roles)) or "`roles` says which groups come in"
                raise wrong(
                    Sentence(
                        f"`limits` names {shown(group)}, which has no role", f"`limits` 中的 {shown(group)} 没有角色"
                    ),
                    hint,
                )
        return self

    def resolve(self) -> OidcSettings:
        """The settings that the piece describes."""
        scopes = tuple(dict.fromkeys(["openid", *self.scopes]))
        return OidcSettings(
            self.issuer,
            self.client_id,
            self.client_secret,
            dict(self.roles),
            self.groups,
            self.name,
            scopes,
            self.title,
            {group: limits.resolve(self.roles[group]) for group, limits in self.limits.items()},
        )


@dataclass(frozen=True, slots=True)
class OidcPerson:
    """Whom a provider vouches for."""

    issuer: str
    subject: str
    name: str
    title: str = ""
    groups: frozenset[str] = field(default_factory=frozenset)
