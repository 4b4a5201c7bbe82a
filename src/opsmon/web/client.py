"""Talks to the running daemon's API, for the commands.

What the daemon answers becomes data; what it refuses becomes an error fit for a person: DaemonUnreachableError when
there is no daemon or it cannot take it now, ConfigError for wrong input or a wrong token, OpsmonError for what cannot
be.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from json import JSONDecodeError
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from opsmon.errors import ConfigError, DaemonUnreachableError, OpsmonError, Problem
from opsmon.model.secret import Secret
from opsmon.text.bilingual import Sentence, filled
from opsmon.web.identity import INSTANCE_HEADER, ROOT_HEADER, as_header, from_header
from opsmon.web.settings import PortSettings

_TIMEOUT_S = 30.0
_CONNECT_S = 5.0
_REFUSED = frozenset({401, 403})
_READ = "/api/v1/incidents?state=open&limit=1"
OWN_TOKEN = "OPSMON_TOKEN"  # noqa: S105 - the variable's name: the token of who types commands, before the settings'
_NO_TOKEN = Sentence(
    f"this daemon wants a token: `opsmon token add NAME` gives one, `{OWN_TOKEN}=…` shows it to commands",
    f"该守护进程要求令牌：用 `opsmon token add 名称` 生成，用 `{OWN_TOKEN}=…` 交给命令",
)
# The API's hints name addresses; who types commands is told the command that gives the same.
_COMMANDS = {
    "GET /api/v1/incidents?state=all": "`opsmon incidents list --state all`",
    "GET /api/v1/sites": "`opsmon inventory list`",
    "GET /api/v1/devices": "`opsmon inventory list`",
    "GET /api/v1/silences": "`opsmon silence list`",
    "GET /api/v1/oncall/overrides": "`opsmon oncall override list`",
    "GET /api/v1/accounts": "`opsmon user list`",
    "GET /api/v1/tokens": "`opsmon token list`",
}
_WRONG_INPUT = frozenset({400, 401, 403, 404, 405, 413, 422})


class _TokenRefusedError(ConfigError):
    """401 or 403: this daemon lets nobody in who shows what we showed."""


class DaemonClient:
    """One question at a time to the daemon that the settings tell of. The token is that of `OPSMON_TOKEN`, else the
    first of the settings that this account can open."""

    def __init__(self, settings: PortSettings, environ: Mapping[str, str] = os.environ) -> None:
        self._settings, self._own = settings, environ.get(OWN_TOKEN, "").strip()

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """The JSON of an address. On loopback it is shown the token only where it asks for one: while nobody has an
        account everybody here reads, also who can open no token."""
        asked = f"{path}?{urlencode(query)}" if query else path
        if not self._settings.is_loopback:
            return self._ask("GET", asked, None, self._token_header())
        try:
            return self._ask("GET", asked, None, {})
        except _TokenRefusedError:
            shown = self._token_header()
            if not shown:
                raise ConfigError(
                    (
                        Problem(
                            "",
                            0,
                            0,
                            Sentence("reading takes a token since there are accounts", "已有账号，读取需要令牌"),
                            _NO_TOKEN,
                        ),
                    )
                ) from None
        return self._ask("GET", asked, None, shown)

    def send(self, method: str, path: str, body: Mapping[str, object]) -> Any:
        """A command; the JSON of its answer."""
        try:
            return self._ask(method, path, json.dumps(body).encode(), self._token_header())
        except _TokenRefusedError:
            if self._settings.is_loopback:
                self._meet_stranger()
            raise

    def _meet_stranger(self) -> None:
        """It names its root to who only reads: perhaps the token is not for this daemon."""
        with suppress(_TokenRefusedError):
            self._ask("GET", _READ, None, {})

    def _ask(self, method: str, path: str, body: bytes | None, shown: Mapping[str, str]) -> Any:
        headers = dict(shown) | ({"Content-Type": "application/json"} if body is not None else {})
        headers |= {ROOT_HEADER: as_header(self._settings.root)} if self._settings.root is not None else {}
        connection = self._connection()
        try:
            connection.connect()
            connection.sock.settimeout(_TIMEOUT_S)
            connection.request(method, quote(path, safe="/?=&%+:"), body, headers)
            answer = connection.getresponse()
            content = answer.read()
            self._refuse_stranger(answer)
            return self._read(answer, content)
        except (HTTPException, OSError) as error:
            raise DaemonUnreachableError(
                filled(
                    "no answer from {} ({}); is the daemon running? `opsmon run` starts it",
                    "{} 没有应答（{}）；守护进程在运行吗？用 `opsmon run` 启动",
                    self._settings.url,
                    _words(error),
                )
            ) from None
        finally:
            connection.close()

    def _refuse_stranger(self, answer: HTTPResponse) -> None:
        """A daemon of another root has done nothing (421), or is too old to have refused; what it says is not ours."""
        theirs, ours = answer.headers.get(ROOT_HEADER), self._settings.root
        if theirs is None or ours is None or theirs == as_header(ours):
            return
        instance = answer.headers.get(INSTANCE_HEADER, "?")
        raise DaemonUnreachableError(
            Sentence(
                f"the daemon at {self._settings.url} watches {from_header(theirs)} (instance {instance}), not {ours}; "
                "`--root` names another root, and `http: {listen: …}` in its opsmon.yaml gives it a port of its own",
                f"{self._settings.url} 上的守护进程监控的是 {from_header(theirs)}（实例 {instance}），不是 {ours}；"
                "用 `--root` 指定另一目录，或在其 opsmon.yaml 用 `http: {listen: …}` 另设端口",
            )
        )

    @property
    def names_itself(self) -> bool:
        """Whether the token says who gives a command: each of the store is one person's or programme's, while one of
        the settings may be many people's."""
        return bool(self._own) and not any(self._opens(token.secret) for token in self._settings.known_tokens)

    def _opens(self, secret: Secret) -> bool:
        try:
            return secret.reveal() == self._own
        except ConfigError:
            return False

    def _connection(self) -> HTTPConnection:
        place = urlsplit(self._settings.url)
        return HTTPConnection(place.hostname or "", place.port, timeout=_CONNECT_S)

    def _token_header(self) -> dict[str, str]:
        """The first token that this account can open: people who share a root each have their own."""
        if self._own:
            return {"Authorization": f"Bearer {self._own}"}
        missing: ConfigError | None = None
        for token in self._settings.known_tokens:
            try:
                return {"Authorization": f"Bearer {token.secret.reveal()}"}
            except ConfigError as error:
                missing = missing or error
        if missing is not None:
            raise missing
        return {}

    def _read(self, answer: HTTPResponse, content: bytes) -> Any:
        try:
            document = json.loads(content)
        except (JSONDecodeError, UnicodeDecodeError):
            raise DaemonUnreachableError(
                Sentence(
                    f"what answers at {self._settings.url} is no opsmon daemon",
                    f"{self._settings.url} 上应答的不是 opsmon 守护进程",
                )
            ) from None
        if answer.status < 300:
            return document
        if not isinstance(document, dict):
            raise DaemonUnreachableError(
                Sentence(
                    f"what answers at {self._settings.url} is no opsmon daemon",
                    f"{self._settings.url} 上应答的不是 opsmon 守护进程",
                )
            )
        error, hint = _sentence(document, "error", answer.reason), _sentence(document, "hint", "")
        if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
            raise DaemonUnreachableError(filled("not now: {}", "暂时无法执行：{}", _with_hint(error, hint)))
        if answer.status in _WRONG_INPUT:
            kind = _TokenRefusedError if answer.status in _REFUSED else ConfigError
            hint = Sentence(_as_command(hint), _as_command(hint.zh))
            raise kind((Problem("", 0, 0, error, hint),))
        raise OpsmonError(_with_hint(error, hint))


def _sentence(document: Mapping[str, Any], name: str, otherwise: str) -> Sentence:
    en = str(document.get(name, otherwise))
    return Sentence(en, str(document.get(f"{name}_zh") or en))


def _with_hint(error: Sentence, hint: Sentence) -> Sentence:
    return filled("{} ({})", "{}（{}）", error, hint) if hint else error


def _as_command(hint: str) -> str:
    for address, command in _COMMANDS.items():
        hint = hint.replace(address, command)
    return hint


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return Sentence("timed out", "超时")
    if isinstance(error, ConnectionRefusedError):
        return Sentence(str(error.strerror), "连接被拒绝")
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
