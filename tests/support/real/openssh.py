"""OpenSSH's sshd on loopback, with keys made for one test."""

import asyncio
import contextlib
import getpass
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from tests.support.port import free_port
from tests.support.programs import require


@dataclass(frozen=True)
class Sshd:
    """A running server: who may log in there with which key, and the fingerprint that it shows."""

    port: int
    username: str
    user_key: Path
    fingerprint: str
    host_key_line: str


@contextlib.asynccontextmanager
async def sshd(folder: Path, *, key_type: str = "ssh-ed25519", options: tuple[str, ...] = ()) -> AsyncIterator[Sshd]:
    """Starts sshd with fresh keys in `folder` and waits until it listens."""
    program = require("sshd", "openssh-server")
    host_key, user_key = asyncssh.generate_private_key(key_type), asyncssh.generate_private_key("ssh-ed25519")
    _make_folders(folder)
    _write_private(folder / "host_key", host_key.export_private_key())
    _write_private(folder / "user_key", user_key.export_private_key())
    (folder / "authorized").write_bytes(user_key.export_public_key())
    port = free_port()
    (folder / "config").write_text("\n".join((*_settings(folder, port), *options)) + "\n", encoding="ascii")
    server = await asyncio.create_subprocess_exec(
        program, "-D", "-e", "-f", str(folder / "config"), stderr=asyncio.subprocess.PIPE
    )
    try:
        await _until_it_listens(server)
        line = " ".join(host_key.export_public_key().decode().split()[:2])
        yield Sshd(port, getpass.getuser(), folder / "user_key", host_key.get_fingerprint(), line)
    finally:
        server.terminate()
        await server.communicate()


def _make_folders(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where sshd separates its privileges


def _settings(folder: Path, port: int) -> tuple[str, ...]:
    return (
        f"Port {port}",
        "ListenAddress 127.0.0.1",
        f"HostKey {folder / 'host_key'}",
        f"AuthorizedKeysFile {folder / 'authorized'}",
        f"PidFile {folder / 'pid'}",
        f"SetEnv HOME={folder}",  # so that what a shell of this machine does at its start is no part of a test
        "StrictModes no",
        "UsePAM no",
        "PermitRootLogin yes",
        "PasswordAuthentication yes",
    )


async def _until_it_listens(server: asyncio.subprocess.Process) -> None:
    assert server.stderr
    said = b""
    async with asyncio.timeout(60):
        while b"Server listening" not in said:
            line = await server.stderr.readline()
            assert line, f"sshd ended: {said.decode()}"
            said += line


def _write_private(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)
