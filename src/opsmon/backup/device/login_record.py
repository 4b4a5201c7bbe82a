"""What a server said while we dialled and logged in, so that a failure can be told in its own words.

paramiko throws away what a reason is made of: the lists of algorithms, the text of a disconnect, the prompts of
keyboard-interactive (RFC 4256), what came instead of an SSH greeting. Its own way to answer such prompts reads from the
terminal of whoever started the program; here only a password is given, once, to a prompt that asks for one.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import paramiko
from paramiko.auth_handler import AuthOnlyHandler

from opsmon.backup.device.silence import is_second_factor

MAX_HEARD_BYTES = 4096
_EXTENSION = re.compile(r"kex-strict|ext-info")  # of the protocol, in the list of algorithms
_PASSWORD = re.compile(r"(?i)pass(?:word|code)?\b|口令|密码")


@dataclass(slots=True)
class LoginRecord:
    """One login. `heard` are the bytes before the key exchange, `theirs` and `ours` the algorithms by their part."""

    heard: bytes = b""
    theirs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ours: Mapping[str, Sequence[str]] = field(default_factory=dict)
    parting: str = ""  # the text of its disconnect (RFC 4253, 11.1)
    instructions: str = ""
    unanswered: str = ""  # the prompt that nobody could answer
    partial: bool = False  # the first step was taken and another one is wanted
    handlers: list[Any] = field(default_factory=list)  # paramiko's, one for each way to log in that was tried

    def open_transport(self, sock: Any, **given: Any) -> "RecordingTransport":
        """What paramiko's client calls for its transport."""
        return RecordingTransport(sock, self, **given)

    @property
    def banner(self) -> str:
        """The text that the server sent before the login (RFC 4252, 5.4)."""
        banners = [bytes(handler.banner) for handler in self.handlers if handler.banner]
        return b"\n".join(banners).decode("utf-8", "replace")


class RecordingTransport(paramiko.Transport):  # type: ignore[misc]  # paramiko has no types
    """paramiko's transport, which writes down what it is told."""

    def __init__(self, sock: Any, record: LoginRecord, **given: Any) -> None:
        self._record = record
        self._password = ""
        self._handler: Any = None
        super().__init__(sock, **given)

    @property
    def auth_handler(self) -> Any:
        """paramiko's own, kept for the banner that it heard: it is gone when the login failed."""
        return self._handler

    @auth_handler.setter
    def auth_handler(self, handler: Any) -> None:
        self._handler = handler
        if handler is not None:
            self._record.handlers.append(handler)

    def _check_banner(self) -> None:
        read = self.packetizer._read_timeout

        def noting(timeout: float) -> bytes:
            part: bytes = read(timeout)
            self._record.heard = (self._record.heard + part)[:MAX_HEARD_BYTES]
            return part

        self.packetizer._read_timeout = noting
        try:
            super()._check_banner()
        finally:
            self.packetizer._read_timeout = read

    def _really_parse_kex_init(self, m: Any, ignore_first_byte: bool = False) -> dict[str, Any]:
        parsed: dict[str, Any] = super()._really_parse_kex_init(m, ignore_first_byte)
        if not ignore_first_byte:
            self._record.theirs = {
                "key exchange": [name for name in parsed["kex_algo_list"] if not _EXTENSION.match(name)],
                "host key": parsed["server_key_algo_list"],
                "cipher": parsed["server_encrypt_algo_list"],
                "MAC": parsed["server_mac_algo_list"],
                "compression": parsed["server_compress_algo_list"],
            }
            self._record.ours = {
                "key exchange": self.preferred_kex,
                "host key": self.preferred_keys,
                "cipher": self.preferred_ciphers,
                "MAC": self.preferred_macs,
                "compression": self.preferred_compression,
            }
        return parsed

    def _parse_disconnect(self, m: Any) -> None:
        with suppress(Exception):
            said = paramiko.Message(m.asbytes())
            said.get_int()
            self._record.parting = said.get_string().decode("utf-8", "replace")
        super()._parse_disconnect(m)

    def auth_password(
        self, username: str, password: str, event: Any = None, fallback: bool = True
    ) -> list[str]:  # `fallback` is paramiko's: its own answers to prompts, which are not wanted
        self._password = password
        try:
            wanted: list[str] = super().auth_password(username, password, event, fallback=False)
        except paramiko.BadAuthenticationType as error:
            if "keyboard-interactive" not in error.allowed_types:
                raise
            wanted = ["keyboard-interactive"]
        else:
            self._record.partial = bool(wanted)
        if "keyboard-interactive" in wanted:
            wanted = self._ask_interactively(username)
        if wanted:
            self._record.partial = True
            raise paramiko.AuthenticationException("another step is wanted")
        return []

    def auth_interactive_dumb(self, username: str, handler: Any = None, submethods: str = "") -> list[str]:
        """After a key: the server wants another step. Never asks the terminal."""
        self._record.partial = True
        return self._ask_interactively(username)

    def _ask_interactively(self, username: str) -> list[str]:
        """Without asking for the service a second time, at which some servers hang up (RFC 4252, 4: once is enough)."""
        self.auth_handler = AuthOnlyHandler(self)
        wanted: list[str] = self.auth_handler.auth_interactive(username, self._answers)
        return wanted

    def _answers(self, title: str, instructions: str, prompts: Sequence[tuple[str, bool]]) -> list[str]:
        self._record.instructions += f"{title}\n{instructions}\n"
        return [self._answer(prompt) for prompt, _ in prompts]

    def _answer(self, prompt: str) -> str:
        answerable = self._password and not self._record.partial and not is_second_factor(f"{prompt.strip()}:")
        if answerable and _PASSWORD.search(prompt):
            password, self._password = self._password, ""
            return password
        self._record.unanswered = self._record.unanswered or prompt.strip() or "an empty prompt"
        return ""
