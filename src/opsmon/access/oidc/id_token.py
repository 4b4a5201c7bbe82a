"""What an ID token has to prove (OpenID Connect Core 1.0, 3.1.3.7), and whom it names. Pure, but for the signature."""

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from opsmon.access.oidc.settings import OidcPerson, OidcSettings
from opsmon.errors import OpsmonError
from opsmon.text.bilingual import Sentence
from opsmon.text.safe import visible

# Signed with a key of the provider's; never `none`, and never with a secret that we share (RFC 8725, 3.1 and 3.2).
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
LEEWAY_S = 60
MAX_GROUPS = 1_000
_MAX_WORD = 200


class OidcError(OpsmonError):
    """The provider cannot be used, or does not vouch for anybody; the text is fit for the person who signs in."""


def person_of(claims: Mapping[str, Any], settings: OidcSettings, nonce: str, now: datetime) -> OidcPerson:
    """Whom the claims of a token with a good signature name. Raises OidcError."""
    _check_parties(claims, settings)
    _check_times(claims, now)
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise OidcError(
            Sentence("the ID token answers another sign-in (its nonce differs)", "ID 令牌属于另一次登录（nonce 不符）")
        )
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise OidcError(Sentence("the ID token names nobody (it has no sub)", "ID 令牌没有写明是谁（缺少 sub）"))
    name = _word(claims.get(settings.name)) or _word(claims.get("email")) or subject
    groups = claims.get(settings.groups, [])
    listed = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    words = frozenset(word for word in listed[:MAX_GROUPS] if isinstance(word, str))
    return OidcPerson(settings.issuer, subject, name, _word(claims.get("name")), words)


def _check_parties(claims: Mapping[str, Any], settings: OidcSettings) -> None:
    issuer = claims.get("iss")
    if issuer != settings.issuer:
        raise OidcError(
            Sentence(
                f"the ID token is of issuer {_word(issuer)!r}, opsmon.yaml names {settings.issuer!r}",
                f"ID 令牌由 {_word(issuer)!r} 签发，而 opsmon.yaml 写的是 {settings.issuer!r}",
            )
        )
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if settings.client_id not in audiences:
        raise OidcError(
            Sentence("the ID token is for another client (its aud differs)", "ID 令牌发给另一客户端（aud 不符）")
        )
    party = claims.get("azp")
    if party != settings.client_id and (party is not None or len(audiences) > 1):
        raise OidcError(
            Sentence(
                "the ID token was given to another client (its azp differs)", "ID 令牌交给了另一客户端（azp 不符）"
            )
        )


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    ends, begun, at = _number(claims.get("exp")), _number(claims.get("iat")), now.timestamp()
    if ends is None or ends + LEEWAY_S <= at:
        raise OidcError(
            Sentence(
                "the ID token is over (its exp is past): is this machine's clock right?",
                "ID 令牌已过期（exp）：本机时间是否正确？",
            )
        )
    if begun is None or begun - LEEWAY_S > at:
        raise OidcError(
            Sentence(
                "the ID token is of the future (its iat): is this machine's clock right?",
                "ID 令牌的签发时间在将来（iat）：本机时间是否正确？",
            )
        )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _word(value: object) -> str:
    return visible(value).strip()[:_MAX_WORD] if isinstance(value, str) else ""
