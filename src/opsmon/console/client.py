"""Talks to the running daemon's API, for the commands.

What the daemon answers becomes data; what it refuses becomes an error fit for a person: DaemonUnreachableError when
there is no daemon or it cannot take it now, ConfigError for wrong input or a wrong token, OpsmonError for what cannot
be.
"""

import asyncio
from collections.abc import Mapping
from json import JSONDecodeError
from typing import Any

import aiohttp

from opsmon.console.settings import HttpSettings
from opsmon.errors import ConfigError, DaemonUnreachableError, OpsmonError, Problem

_TIMEOUT_S = 30.0
_CONNECT_S = 5.0
_WRONG_INPUT = frozenset({400, 401, 403, 404, 405, 413, 422})


class DaemonClient:
    """One question at a time to the daemon that the settings tell of."""

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """The JSON of an address."""
        return asyncio.run(self._ask("GET", path, query or {}, None, not self._settings.is_loopback))

    def send(self, method: str, path: str, body: Mapping[str, object]) -> Any:
        """A command; the JSON of its answer."""
        return asyncio.run(self._ask(method, path, {}, body, True))

    async def _ask(
        self, method: str, path: str, query: Mapping[str, str], body: Mapping[str, object] | None, with_token: bool
    ) -> Any:
        timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S, sock_connect=_CONNECT_S)
        headers = self._token_header() if with_token else {}
        try:
            async with (
                aiohttp.ClientSession(self._settings.url, timeout=timeout) as http,
                http.request(method, path, params=query, json=body, headers=headers, allow_redirects=False) as answer,
            ):
                return await _read(answer)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise DaemonUnreachableError(
                f"no answer from {self._settings.url} ({_words(error)}); is the daemon running? `opsmon run` starts it"
            ) from None

    def _token_header(self) -> dict[str, str]:
        token = self._settings.token
        return {} if token is None else {"Authorization": f"Bearer {token.reveal()}"}


async def _read(answer: aiohttp.ClientResponse) -> Any:
    try:
        document = await answer.json()
    except (aiohttp.ContentTypeError, JSONDecodeError, UnicodeDecodeError):
        raise DaemonUnreachableError(f"what answers at {answer.url.origin()} is no opsmon daemon") from None
    if answer.status < 300:
        return document
    error, hint = str(document.get("error", answer.reason)), str(document.get("hint", ""))
    if answer.status == 503:
        raise DaemonUnreachableError(f"not now: {error} ({hint})" if hint else f"not now: {error}")
    if answer.status in _WRONG_INPUT:
        raise ConfigError((Problem("", 0, 0, error, hint),))
    raise OpsmonError(f"{error} ({hint})" if hint else error)


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timed out"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
