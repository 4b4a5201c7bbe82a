"""An OpenID provider at the far end of the wire that can turn its keys, forge, dawdle and break."""

import asyncio
import base64
import hmac
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import RSAKey

from opsmon.access.oidc.settings import OidcSettings
from opsmon.model.account import Role
from opsmon.model.secret import Secret

CLIENT = "opsmon"
_PIECE = 200
_PAUSE_S = 0.02


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class FakeProvider:
    """Listens from `start` to `stop`. `asked` counts what was asked for, and `reached` is set by it; while `held` is
    unset nothing is answered."""

    def __init__(self) -> None:
        self.keys: dict[str, RSAKey] = {"first": RSAKey.generate_key(2048)}
        self.asked: Counter[str] = Counter()
        self.status = 200
        self.metadata: dict[str, object] = {}
        self.token = ""
        self.shown = ""  # the Authorization header of the last request
        self.held, self.reached = asyncio.Event(), asyncio.Event()
        self.held.set()
        self.in_pieces = False
        self.issuer = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        application = web.Application()
        application.router.add_get("/.well-known/openid-configuration", self._tell)
        application.router.add_get("/keys", self._tell)
        application.router.add_post("/token", self._tell)
        self._runner = web.AppRunner(application)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.issuer = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        self.held.set()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def settings(self) -> OidcSettings:
        """Those of a console that trusts it."""
        return OidcSettings(self.issuer, CLIENT, Secret("a secret"), {"duty": Role.RESPONDER})

    def turn_keys(self, name: str) -> None:
        """From now on only this new key signs."""
        self.keys = {name: RSAKey.generate_key(2048)}

    def signed(self, claims: Mapping[str, Any], *, kid: str = "", algorithm: str = "RS256") -> str:
        """An ID token by the present key, under a name of its own or another one."""
        name, key = next(iter(self.keys.items()))
        return jwt.encode({"alg": algorithm, "kid": kid or name}, dict(claims), key)

    def signed_with_the_public_key(self, claims: Mapping[str, Any]) -> str:
        """By HMAC, with what everybody may read of the present key as the secret (RFC 8725, 2.1)."""
        name, key = next(iter(self.keys.items()))
        signed = ".".join(_base64(json.dumps(part).encode()) for part in ({"alg": "HS256", "kid": name}, claims))
        secret = key.as_pem(private=False)
        return f"{signed}.{_base64(hmac.digest(secret, signed.encode(), 'sha256'))}"

    async def _tell(self, request: web.Request) -> web.StreamResponse:
        self.asked[request.path] += 1
        self.shown = request.headers.get("Authorization", "")
        self.reached.set()
        await self.held.wait()
        documents: dict[str, dict[str, object]] = {
            "/keys": {"keys": [key.as_dict(private=False, kid=name, use="sig") for name, key in self.keys.items()]},
            "/token": {"id_token": self.token, "access_token": "x", "token_type": "Bearer"},
        }
        document = documents.get(request.path) or {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys", **self.metadata,
        }  # fmt: skip
        answer = web.StreamResponse(status=self.status, headers={"Content-Type": "application/json"})
        await answer.prepare(request)
        body = json.dumps(document).encode()
        for start in range(0, len(body), _PIECE):
            await answer.write(body[start : start + _PIECE])
            await asyncio.sleep(_PAUSE_S if self.in_pieces else 0)  # makes it likely that each is read by itself
        await answer.write_eof()
        return answer
