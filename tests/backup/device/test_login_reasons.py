"""Why a login failed, in words: what the server said and how it may be cured, and never the name of a class."""

import asyncio
import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from opsmon.model.secret import Secret
from tests.support.backup.far_end import PASSWORD, USER, FarEnd, Manners, vrp_config
from tests.support.backup.rig import Rig

CONFIG = vrp_config()


class Doorman(asyncssh.SSHServer):
    """Lets nobody in, in a way that is given."""

    def __init__(self, manner: str) -> None:
        self._manner = manner

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._conn = conn

    def begin_auth(self, username: str) -> bool:
        if self._manner == "locked":
            self._conn.send_auth_banner("Account locked after 5 failures, try again in 30 minutes\r\n")
        if self._manner == "expired in a banner":
            self._conn.send_auth_banner("Your password has expired\r\n")
        if self._manner == "hangs up":
            self._conn.disconnect(asyncssh.DISC_TOO_MANY_CONNECTIONS, "Too many users logged in")
        return True

    def password_auth_supported(self) -> bool:
        return not self._manner.startswith("prompts")

    def public_key_auth_supported(self) -> bool:
        return False

    def validate_password(self, username: str, password: str) -> bool:
        if self._manner == "expired":
            raise asyncssh.PasswordChangeRequired("The password has expired and must be changed.")
        return self._manner == "no shell" and password == PASSWORD

    def session_requested(self) -> Any:
        raise asyncssh.ChannelOpenError(asyncssh.OPEN_RESOURCE_SHORTAGE, "no free VTY line")

    def kbdint_auth_supported(self) -> bool:
        return self._manner.startswith("prompts")

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
        token = [("Password: ", False), ("Token: ", False)]
        change = [("Current password: ", False), ("New password: ", False)]
        text = "Your password has expired" if self._manner == "prompts to change" else ""
        if self._manner == "prompts for the password":
            return "", "", lang, [("Password: ", False)]
        return "", text, lang, change if text else token

    def validate_kbdint_response(self, username: str, responses: Any) -> bool:
        return self._manner == "prompts for the password" and list(responses) == [PASSWORD]


@contextlib.contextmanager
def listening(manner: str, **algorithms: Any) -> Iterator[int]:
    """An SSH server of that manner, in a thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    key = algorithms.pop("key", "ssh-ed25519")

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1", 0, server_factory=lambda: Doorman(manner),
            server_host_keys=[asyncssh.generate_private_key(key)], **algorithms,
        )  # fmt: skip

    acceptor = asyncio.run_coroutine_threadsafe(listen(), loop).result(20)
    try:
        yield acceptor.get_port()
    finally:
        loop.call_soon_threadsafe(acceptor.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


@contextlib.contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port that is no SSH server: `answer` has each connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        answer(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)


def reason_of(rig: Rig, far: FarEnd, port: int, **access: Any) -> str:
    reason = rig.one(rig.device(far.device(Manners(config=CONFIG)), port=port, **access)).reason
    assert not re.search(r"Exception|Error\b|IncompatiblePeer|Netmiko|paramiko", reason), reason
    return reason


@pytest.mark.parametrize(
    ("manner", "words"),
    [
        ("expired", ["demands a new password", "log in by hand once"]),
        ("expired in a banner", ["demands a new password", "Your password has expired"]),
        ("prompts to change", ["demands a new password"]),
        ("prompts for a token", ["second factor", "`Token:`"]),
        ("locked", ["locked", "Account locked after 5 failures, try again in 30 minutes"]),
        ("refuses", [f"the login of `{USER}` was refused"]),
        ("hangs up", ["Too many users logged in"]),
        ("prompts for the password", ["opens no terminal"]),
        ("no shell", ["opens no terminal", "are all its lines in use"]),
    ],
)
def test_a_server_that_lets_nobody_in(rig: Rig, far: FarEnd, manner: str, words: list[str]) -> None:
    with listening(manner) as port:
        reason = reason_of(rig, far, port)
    assert [word for word in words if word not in reason] == []


@pytest.mark.parametrize(
    ("algorithms", "words"),
    [
        ({"key": "ssh-dss", "signature_algs": ["ssh-dss"]}, ["in common (host key)", "offers ssh-dss", "ssh-ed25519"]),
        ({"kex_algs": ["curve448-sha512"]}, ["in common (key exchange)", "curve448-sha512", "curve25519"]),
        ({"encryption_algs": ["arcfour256"]}, ["in common (cipher)", "arcfour256", "aes128-ctr"]),
        (
            {"mac_algs": ["umac-64@openssh.com"], "encryption_algs": ["aes128-ctr"]},
            ["in common (MAC)", "umac-64@openssh.com", "hmac-sha2-256"],
        ),
    ],
    ids=["host key", "key exchange", "cipher", "MAC"],
)
def test_no_algorithm_in_common_is_named_on_both_sides(
    rig: Rig, far: FarEnd, algorithms: dict[str, Any], words: list[str]
) -> None:
    with listening("refuses", **algorithms) as port:
        reason = reason_of(rig, far, port)
    assert [word for word in words if word not in reason] == []


def _http(connection: socket.socket) -> None:
    connection.recv(100)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (_http, ["does not speak SSH", "HTTP/1.1 400 Bad Request", "`ssh.port`"]),
        (lambda c: c.sendall(b"SSH-1.5-Cisco-1.25\r\n"), ["SSH version 1.5 only"]),
        (lambda c: None, ["closed the connection before it greeted"]),
        (lambda c: c.sendall(b"\xff\xfd\x18\r\nUser Access Verification\r\n"), ["does not speak SSH", "User Access"]),
    ],
    ids=["http", "version 1", "hangs up", "telnet"],
)
def test_what_listens_is_no_ssh_server(
    rig: Rig, far: FarEnd, answer: Callable[[socket.socket], None], words: list[str]
) -> None:
    with answering(answer) as port:
        reason = reason_of(rig, far, port)
    assert [word for word in words if word not in reason] == []


def test_nobody_listens_and_a_name_that_leads_nowhere(rig: Rig, far: FarEnd) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    assert reason_of(rig, far, port) == "the SSH port refused the connection"


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be read"), (b"no key at all", "holds no private key"), ("encrypted", "give its passphrase")],
)
def test_a_key_file_that_is_no_use(
    rig: Rig, far: FarEnd, tmp_path: Path, content: bytes | str | None, words: str
) -> None:
    path = tmp_path / "user.key"
    if content == "encrypted":
        asyncssh.generate_private_key("ssh-ed25519").write_private_key(str(path), passphrase="planted", rounds=2)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    there = far.device(Manners(config=CONFIG))
    assert words in reason_of(rig, far, there.port, key=str(path), password=None)


def test_a_scrubbed_reason_repeats_no_password(rig: Rig, far: FarEnd) -> None:
    there = far.device(Manners(config=CONFIG, farewell=f"% no such user {PASSWORD}\n"))
    assert PASSWORD not in reason_of(rig, far, there.port, password=Secret(PASSWORD))
