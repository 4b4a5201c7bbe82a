"""Talks to the OpenID provider: what it says of itself, its keys, and a token for a code."""

import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from opsmon.access.oidc.id_token import ALGORITHMS, OidcError
from opsmon.access.oidc.settings import OidcSettings, is_safe_url
from opsmon.clock import Clock

TIMEOUT_S = 10.0
MAX_ANSWER = 1_000_000
KNOWN_FOR_S = 3_600.0
KEYS_AT_MOST_EVERY_S = 30.0  # an unknown key asks for them anew, and no stranger can make us ask more often
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
Document = Mapping[str, Any]


class OidcProvider:
    """What is known of it is kept for an hour."""

    def __init__(self, settings: OidcSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._known: tuple[float, Document] | None = None
        self._keys: tuple[float, Document] | None = None

    async def describe(self) -> Document:
        """Its metadata (OpenID Connect Discovery 1.0, 4). Raises OidcError."""
        now_s = self._clock.monotonic()
        if self._known is None or now_s - self._known[0] > KNOWN_FOR_S:
            found = await self._ask("GET", f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration")
            told = found.get("issuer")
            if told != self._settings.issuer:
                raise OidcError(f"the provider calls itself {told!r}, opsmon.yaml names {self._settings.issuer!r}")
            for name in _ENDPOINTS:
                if not isinstance(found.get(name), str) or not is_safe_url(found[name]):
                    raise OidcError(f"the provider {self._settings.issuer} gives no safe {name}")
            self._known = now_s, found
        return self._known[1]

    async def claims(self, token: str) -> Document:
        """The claims of an ID token, its signature checked. Raises OidcError."""
        try:
            return self._verify(token, await self._key_set(fresh=False))
        except OidcError:
            keys = await self._key_set(fresh=True)
        return self._verify(token, keys)

    def _verify(self, token: str, keys: Document) -> Document:
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        try:
            key_set = KeySet.import_key_set(dict(keys))  # type: ignore[arg-type]  # what was read is checked by it
            claims: Document = jwt.decode(token, key_set, algorithms=list(ALGORITHMS)).claims
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise OidcError(f"the ID token cannot be verified ({type(error).__name__})") from None
        return claims

    async def _key_set(self, *, fresh: bool) -> Document:
        now_s = self._clock.monotonic()
        age_s = None if self._keys is None else now_s - self._keys[0]
        if self._keys is None or age_s is None or age_s > (KEYS_AT_MOST_EVERY_S if fresh else KNOWN_FOR_S):
            self._keys = now_s, await self._ask("GET", str((await self.describe())["jwks_uri"]))
        return self._keys[1]

    async def redeem(self, code: str, verifier: str, redirect_uri: str) -> str:
        """The ID token for a code (RFC 6749, 4.1.3; RFC 7636, 4.5). Raises OidcError."""
        settings, known = self._settings, await self.describe()
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier,
        }  # fmt: skip
        methods = known.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        auth = None
        if isinstance(methods, list) and "client_secret_basic" not in methods and "client_secret_post" in methods:
            form |= {"client_id": settings.client_id, "client_secret": settings.client_secret.reveal()}
        else:
            auth = aiohttp.BasicAuth(settings.client_id, settings.client_secret.reveal(), encoding="utf-8")
        answer = await self._ask("POST", str(known["token_endpoint"]), form, auth)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise OidcError("the provider gave no ID token")
        return token

    async def _ask(
        self, method: str, url: str, form: Mapping[str, str] | None = None, auth: aiohttp.BasicAuth | None = None
    ) -> Document:
        """A JSON object. Nothing of an answer is repeated: it may hold a token."""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, trust_env=False) as http,
                http.request(method, url, data=form, auth=auth, allow_redirects=False) as answer,
            ):
                raw = await answer.content.read(MAX_ANSWER)
                status = answer.status
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise OidcError(f"no answer from {_host(url)} ({type(error).__name__})") from None
        if status != 200:
            raise OidcError(f"{_host(url)} refuses with status {status}")
        try:
            document = json.loads(raw)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise OidcError(f"{_host(url)} answers with no JSON object")
        return document


def _host(url: str) -> str:
    return url.partition("?")[0]
