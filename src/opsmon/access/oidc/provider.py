"""Talks to the OpenID provider: what it says of itself, its keys, and a token for a code."""

import base64
import json
from collections.abc import Mapping
from urllib.parse import quote_plus

import aiohttp

from opsmon.access.oidc.id_token import ALGORITHMS, OidcError
from opsmon.access.oidc.kept_document import Document, KeptDocument
from opsmon.access.oidc.settings import OidcSettings, is_safe_url
from opsmon.clock import Clock
from opsmon.protocol.http.beginning import read_beginning
from opsmon.text.bilingual import Sentence
from opsmon.text.safe import visible

TIMEOUT_S = 10.0
MAX_ANSWER = 1_000_000
KNOWN_FOR_S = 3_600.0
KEYS_AT_MOST_EVERY_S = 30.0  # an unknown key asks for them anew, and no stranger can make us ask more often
_MAX_NAME_TOLD = 200
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class OidcProvider:
    """What is known of it is kept for an hour."""

    def __init__(self, settings: OidcSettings, clock: Clock) -> None:
        self._settings = settings
        self._metadata = KeptDocument(self._read_metadata, clock.monotonic)
        self._keys = KeptDocument(self._read_keys, clock.monotonic)

    async def describe(self) -> Document:
        """Its metadata (OpenID Connect Discovery 1.0, 4). Raises OidcError."""
        return await self._metadata.get(KNOWN_FOR_S)

    async def _read_metadata(self) -> Document:
        found = await self._ask("GET", f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        told = found.get("issuer")
        if told != self._settings.issuer:
            named = visible(str(told))[:_MAX_NAME_TOLD]
            raise OidcError(
                Sentence(
                    f"the provider calls itself {named!r}, opsmon.yaml names {self._settings.issuer!r}",
                    f"登录服务自称 {named!r}，而 opsmon.yaml 写的是 {self._settings.issuer!r}",
                )
            )
        for name in _ENDPOINTS:
            if not isinstance(found.get(name), str) or not is_safe_url(found[name]):
                raise OidcError(
                    Sentence(
                        f"the provider {self._settings.issuer} gives no safe {name}",
                        f"登录服务 {self._settings.issuer} 没有给出安全的 {name}",
                    )
                )
        return found

    async def _read_keys(self) -> Document:
        return await self._ask("GET", str((await self.describe())["jwks_uri"]))

    async def claims(self, token: str) -> Document:
        """The claims of an ID token, its signature checked. Raises OidcError."""
        keys = await self._keys.get(KNOWN_FOR_S)
        try:
            return self._verify(token, keys)
        except OidcError:
            newer = await self._keys.get(KEYS_AT_MOST_EVERY_S)
            if newer is keys:
                raise
        return self._verify(token, newer)

    def _verify(self, token: str, keys: Document) -> Document:
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        try:
            key_set = KeySet.import_key_set(dict(keys))  # type: ignore[arg-type]  # what was read is checked by it
            claims: Document = jwt.decode(token, key_set, algorithms=list(ALGORITHMS)).claims
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise OidcError(
                Sentence(
                    f"the ID token cannot be verified ({type(error).__name__})",
                    f"ID 令牌无法验证（{type(error).__name__}）",
                )
            ) from None
        return claims

    async def redeem(self, code: str, verifier: str, redirect_uri: str) -> str:
        """The ID token for a code (RFC 6749, 4.1.3; RFC 7636, 4.5). Raises OidcError."""
        settings, known = self._settings, await self.describe()
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier,
        }  # fmt: skip
        methods = known.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        headers = {}
        if isinstance(methods, list) and "client_secret_basic" not in methods and "client_secret_post" in methods:
            form |= {"client_id": settings.client_id, "client_secret": settings.client_secret.reveal()}
        else:
            headers = {"Authorization": _basic(settings.client_id, settings.client_secret.reveal())}
        answer = await self._ask("POST", str(known["token_endpoint"]), form, headers)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise OidcError(Sentence("the provider gave no ID token", "登录服务没有给出 ID 令牌"))
        return token

    async def _ask(
        self, method: str, url: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Document:
        """A JSON object. Nothing of an answer is repeated: it may hold a token."""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, trust_env=False) as http,
                http.request(method, url, data=form, headers=headers, allow_redirects=False) as answer,
            ):
                raw = await read_beginning(answer.content, MAX_ANSWER)
                status = answer.status
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise OidcError(
                Sentence(
                    f"no answer from {_host(url)} ({type(error).__name__})",
                    f"{_host(url)} 没有应答（{type(error).__name__}）",
                )
            ) from None
        if status != 200:
            raise OidcError(
                Sentence(f"{_host(url)} refuses with status {status}", f"{_host(url)} 拒绝请求，状态码 {status}")
            )
        try:
            document = json.loads(raw)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise OidcError(Sentence(f"{_host(url)} answers with no JSON object", f"{_host(url)} 的应答不是 JSON 对象"))
        return document


def _basic(client: str, secret: str) -> str:
    """Each is encoded as a field of a form before they are joined (RFC 6749, 2.3.1)."""
    return "Basic " + base64.b64encode(f"{quote_plus(client)}:{quote_plus(secret)}".encode()).decode()


def _host(url: str) -> str:
    return url.partition("?")[0]
