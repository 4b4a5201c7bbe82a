"""Does an SSH server greet, let us in, and say what is expected when it runs a command. By asyncssh.

Without access (`ssh:` of the device) or with `login: false` only the greeting is read. With it we log in by key or
password; `command` is run and `expect` is searched in its output, whose named groups that hold numbers become
`ssh_value{name}`. The host key is pinned at the first login; another one later is AUTH, and nothing secret is
sent to it. Nothing is read of the user's own SSH configuration, agent or keys. No error holds a secret or an output.
"""

import asyncio
import re
import socket
from array import array
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from math import nan
from pathlib import Path
from typing import Annotated, Any

import asyncssh
from asyncssh.packet import PacketDecodeError
from pydantic import Field

from opsmon.errors import ProbeError
from opsmon.model.device import Check, Device, SshAccess
from opsmon.model.name import CheckName
from opsmon.model.sample import Outcome, Reading, SeriesBlock, SeriesKey
from opsmon.probe.charset import decode_octets
from opsmon.probe.contact import note_contact
from opsmon.probe.context import Finding, ProbeContext
from opsmon.probe.dial import dial
from opsmon.probe.field import CheckSpec, Pattern, Port
from opsmon.probe.host_key import HostKeyPins, Place
from opsmon.probe.series import match_reading
from opsmon.probe.socket_fault import fault_of
from opsmon.probe.tcp import connect, first_line

LONGEST_OUTPUT_BYTES = 262_144
LONGEST_GREETING_BYTES = 8_192  # servers may send lines before their version (RFC 4253, 4.2)
# What devices of the last decade still offer alone; used only where `legacy: true` says so.
_LEGACY: dict[str, Any] = {
    "kex_algs": "+diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1,diffie-hellman-group1-sha1",
    "encryption_algs": "+aes256-cbc,aes128-cbc,3des-cbc",
    "mac_algs": "+hmac-sha1,hmac-md5",
    "signature_algs": "+ssh-rsa",
    "server_host_key_algs": "+ssh-rsa,ssh-dss",
}


@dataclass(frozen=True, slots=True)
class SshSettings:
    port: int | None = None
    login: bool = True
    command: str = ""
    expect: re.Pattern[str] | None = None
    host_key: str = "pin"
    legacy: bool = False


class SshSpec(CheckSpec):
    port: Port | None = None
    login: bool = True
    command: Annotated[str, Field(max_length=1000)] = ""
    expect: Pattern | None = None
    host_key: Annotated[str, Field(pattern=r"^(pin|any|SHA256:[A-Za-z0-9+/]{43}=?)$")] = "pin"
    legacy: bool = False

    def resolve(self) -> SshSettings:
        expect = re.compile(self.expect, re.MULTILINE) if self.expect else None
        return SshSettings(self.port, self.login, self.command, expect, self.host_key, self.legacy)


async def run(device: Device, check: Check, context: ProbeContext) -> Finding:
    settings = check.settings if isinstance(check.settings, SshSettings) else SshSettings()
    port = settings.port or (device.ssh.port if device.ssh else 22)
    if device.ssh is None and settings.command:
        raise ProbeError(Outcome.LOCAL_FAULT, "a command is to be run, and the device has no `ssh` access")
    if device.ssh is None or not settings.login:
        return await _greet(device, check, port, settings, context)
    made = await dial(await context.resolver.addresses(device.address, check.family), port)
    with made:
        place = str(made.getpeername()[0]), port
        return await _log_in(_Visit(place, made, device.ssh, settings, context.host_keys), check.name)


async def _greet(device: Device, check: Check, port: int, settings: SshSettings, context: ProbeContext) -> Finding:
    async with connect(device, check, port, context) as (reader, _):
        greeting = await _read_greeting(reader, port)
    facts = {"banner": greeting}
    failed = settings.expect is not None and not settings.expect.search(greeting)
    readings = (match_reading(check.name, failed=failed),)
    if failed:
        return Finding(Outcome.DEGRADED, f"the greeting is not what is expected: {greeting!r}", readings, facts=facts)
    return Finding(readings=readings, facts=facts)


async def _read_greeting(reader: asyncio.StreamReader, port: int) -> str:
    read = 0
    while read < LONGEST_GREETING_BYTES:
        try:
            line = await reader.readline()
        except ValueError:  # a line longer than the reader's limit
            break
        if line.startswith(b"SSH-"):
            return first_line(line)
        if not line:
            break
        read += len(line)
    raise ProbeError(Outcome.PROTOCOL, f"port {port} takes a connection and does not speak SSH")


@dataclass(slots=True)
class _Visit:
    """One login: where, as whom, and which key the server showed."""

    place: Place
    connected: socket.socket
    access: SshAccess
    settings: SshSettings
    pins: HostKeyPins
    shown: asyncssh.SSHKey | None = field(default=None)

    def trusts(self, key: asyncssh.SSHKey) -> bool:
        self.shown = key
        if self.settings.host_key == "any":
            return True
        if self.settings.host_key != "pin":
            return key.get_fingerprint().rstrip("=") == self.settings.host_key.rstrip("=")
        pinned = self.pins.keys_of(self.place)
        return not pinned or _line_of(key) in pinned

    def remember(self) -> None:
        if self.shown and self.settings.host_key == "pin":
            self.pins.pin(self.place, _line_of(self.shown))


class _Client(asyncssh.SSHClient):
    def __init__(self, visit: _Visit) -> None:
        self._visit = visit

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        note_contact()

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        return self._visit.trusts(key)


async def _log_in(visit: _Visit, check: CheckName) -> Finding:
    try:
        async with await _open(visit) as connection:
            visit.remember()
            facts = _facts_of(connection, visit)
            if not visit.settings.command:
                return Finding(readings=(match_reading(check, failed=False),), facts=facts)
            status, output = await _run_command(connection, visit.settings.command)
    except (asyncssh.Error, PacketDecodeError, UnicodeError) as error:
        raise _fault_of_ssh(error, visit) from None
    except OSError as error:
        raise fault_of(error, f"port {visit.place[1]}") from None
    return _judge(visit.settings, check, status, output, facts)


async def _open(visit: _Visit) -> asyncssh.SSHClientConnection:
    """Connects with nothing but what the inventory says: no agent, no configuration, no keys of the daemon's user."""
    access = visit.access
    algorithms = _LEGACY if visit.settings.legacy else {"server_host_key_algs": "default"}
    return await asyncssh.connect(
        visit.place[0],
        visit.place[1],
        sock=visit.connected,
        client_factory=lambda: _Client(visit),
        username=access.username,
        password=access.password.reveal() if access.password else None,
        client_keys=_read_keys(access),
        known_hosts=([], [], []),
        config=None,
        agent_path=None,
        gss_host=None,
        x509_trusted_certs=None,
        host_based_auth=False,
        **algorithms,
    )


def _read_keys(access: SshAccess) -> list[asyncssh.SSHKey] | None:
    if access.key is None:
        return None
    passphrase = access.password.reveal() if access.password else None
    try:
        return [asyncssh.import_private_key(Path(access.key).read_bytes(), passphrase)]
    except OSError as error:
        raise ProbeError(Outcome.LOCAL_FAULT, f"the key file cannot be read: {error.strerror}") from None
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        raise ProbeError(Outcome.LOCAL_FAULT, "the key file holds no private key that can be used") from None


def _facts_of(connection: asyncssh.SSHClientConnection, visit: _Visit) -> dict[str, str]:
    version = connection.get_extra_info("server_version", "")
    banner = version.decode("ascii", "replace") if isinstance(version, bytes) else str(version)
    return {"banner": banner, "host_key": visit.shown.get_fingerprint() if visit.shown else ""}


async def _run_command(connection: asyncssh.SSHClientConnection, command: str) -> tuple[int | None, str]:
    """Exit status and output, cut at LONGEST_OUTPUT_BYTES: then the rest is not waited for and the status is None."""
    output = bytearray()
    async with connection.create_process(
        command, stdin=asyncssh.DEVNULL, stderr=asyncssh.STDOUT, encoding=None
    ) as remote:
        while len(output) < LONGEST_OUTPUT_BYTES:
            chunk = await remote.stdout.read(16_384)
            if not chunk:
                await remote.wait_closed()
                return remote.exit_status, decode_octets(bytes(output))
            output += chunk
        remote.terminate()
        connection.abort()
    return None, decode_octets(bytes(output[:LONGEST_OUTPUT_BYTES]))


def _judge(settings: SshSettings, check: CheckName, status: int | None, output: str, facts: dict[str, str]) -> Finding:
    match = settings.expect.search(output) if settings.expect and not status else None
    failed = settings.expect is not None and not status and match is None
    matched = match_reading(check, failed=failed)
    if status:
        return Finding(Outcome.DEGRADED, f"the command ended with status {status}", (matched,), facts=facts)
    if failed:
        return Finding(
            Outcome.DEGRADED, "what the command printed does not match what is expected", (matched,), facts=facts
        )
    return Finding(readings=(matched, *(_readings_of(match, check) if match else ())), facts=facts)


@lru_cache(maxsize=256)
def ssh_block(check: CheckName, names: tuple[str, ...]) -> SeriesBlock:
    """The series of the named groups of one check's `expect`."""
    return SeriesBlock(tuple(SeriesKey("ssh_value", (("check", check), ("name", name))) for name in names))


def _readings_of(match: re.Match[str], check: CheckName) -> tuple[Reading, ...]:
    groups = match.groupdict()
    if not groups:
        return ()
    return (Reading(ssh_block(check, tuple(groups)), array("d", (_number(text) for text in groups.values()))),)


def _number(text: str | None) -> float:
    with suppress(ValueError):
        return float(text or "")
    return nan


def _line_of(key: asyncssh.SSHKey) -> str:
    return " ".join(key.export_public_key("openssh").decode("ascii").split()[:2])


def _fault_of_ssh(error: Exception, visit: _Visit) -> ProbeError:
    """What went wrong in words of our own: the library's may quote what the far end sent."""
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        shown = visit.shown.get_fingerprint() if visit.shown else "none"
        return ProbeError(
            Outcome.AUTH,
            f"the host key is not the one that is trusted: shown {shown}. If it was changed on purpose, "
            "delete the line of this address from var/known_hosts",
        )
    if isinstance(error, asyncssh.PermissionDenied):
        return ProbeError(Outcome.AUTH, f"the login of {visit.access.username} is refused")
    if isinstance(error, asyncssh.KeyExchangeFailed):
        return ProbeError(Outcome.PROTOCOL, "no algorithms in common; an old device may need `legacy: true`")
    if isinstance(error, asyncssh.ConnectionLost) and visit.shown is None and not visit.settings.legacy:
        # The server finds out as soon as we do that there is nothing in common, and may be the first to hang up.
        return ProbeError(Outcome.PROTOCOL, "it hung up during the key exchange; an old device may need `legacy: true`")
    if isinstance(error, asyncssh.ChannelOpenError):
        return ProbeError(Outcome.DEGRADED, "logged in, and no command may be run")
    return ProbeError(Outcome.PROTOCOL, f"the SSH connection broke ({type(error).__name__})")
