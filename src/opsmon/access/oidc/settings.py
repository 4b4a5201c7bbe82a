"""`http: {oidc: …}` of `opsmon.yaml`: through which provider people may sign in, and which of their groups may what."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from opsmon.model.account import Role
from opsmon.model.secret import Secret
from opsmon.spec import SecretField, Spec, text_schema, wrong
from opsmon.text.bilingual import Text

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
        raise wrong("not an issuer", "its address as the provider writes it, such as `https://id.example/realms/staff`")
    return url


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """`roles` by group; who is in none of them does not come in. `groups` and `name` are the claims that say them."""

    issuer: str
    client_id: str
    client_secret: Secret
    roles: Mapping[str, Role]
    groups: str = "groups"
    name: str = "preferred_username"
    scopes: tuple[str, ...] = ("openid", "profile")
    title: str = ""

    def role_of(self, groups: frozenset[str]) -> Role | None:
        """The widest role that one of the groups gives."""
        given = [role for group, role in self.roles.items() if group in groups]
        return max(given, key=tuple(Role).index, default=None)


_ISSUER = text_schema(r"^https?://[^\s?#]+$", "not an issuer, such as https://id.example/realms/staff")
_Word = Annotated[str, Field(min_length=1, max_length=200)]


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
    groups: _Word = "groups"
    """The claim that lists a person's groups · 用户组所在的 claim"""
    name: _Word = "preferred_username"
    """The claim that names a person · 用户名所在的 claim"""
    scopes: list[_Word] = Field(default=["openid", "profile"], max_length=20)
    """What the provider is asked for; `openid` is always among it · 申请的 scope"""
    title: Annotated[str, Field(max_length=60)] = ""
    """What the button for it says · 登录按钮的文字"""

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
        )


@dataclass(frozen=True, slots=True)
class OidcPerson:
    """Whom a provider vouches for."""

    issuer: str
    subject: str
    name: str
    title: str = ""
    groups: frozenset[str] = field(default_factory=frozenset)
