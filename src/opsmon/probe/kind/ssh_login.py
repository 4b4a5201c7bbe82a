"""Logs in to an SSH server and runs one command, by asyncssh.

The library takes long to import, so `probe.kind.ssh` brings this module in at the first login: who only reads an
inventory does not wait for it.
"""

import socket
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh
from asyncssh.packet import PacketDecodeError

from opsmon.errors import ProbeError
from opsmon.layout import KNOWN_HOSTS
from opsmon.model.device import SshAccess
from opsmon.model.sample import Outcome
from opsmon.probe.kind.ssh import SshSettings
from opsmon.probe.weak_ssh import asyncssh_algorithms
from opsmon.protocol.charset import decode_octets
from opsmon.protocol.host_keys import HostKeyPins, KeyPlace
from opsmon.protocol.liveness import note_contact
from opsmon.protocol.socket_fault import fault_of

MAX_OUTPUT_BYTES = 262_144


@dataclass(slots=True)
class SshVisit:
    """One login: where, as whom, and which key the server showed.

    `place` is where its key is pinned. It is dialled by a socket that is `connected`, or over a `tunnel`, a jump host's
    session, to the address `dialled`; `is_device` says that it is the end of the way.
    """

    place: KeyPlace
    connected: socket.socket | None
    access: SshAccess
    settings: SshSettings
    pins: HostKeyPins
    shown: asyncssh.SSHKey | None = field(default=None)
    trouble: OSError | None = field(default=None)

    @property
    def legacy(self) -> bool:
        """Whether weak algorithms may be used."""
        return self.settings.legacy or self.access.legacy

    tunnel: asyncssh.SSHClientConnection | None = None
    dialled: str = ""
    is_device: bool = False

    def trusts(self, key: asyncssh.SSHKey) -> bool:
        """Asked before anything secret is sent; a key that cannot be pinned is not trusted."""
        self.shown = key
        if self.settings.host_key == "any":
            return True
        if self.settings.host_key != "pin":
            return key.get_fingerprint().rstrip("=") == self.settings.host_key.rstrip("=")
        try:
            return self.pins.trusts(self.place, _line_of(key))
        except OSError as error:
            self.trouble = error
            return False


class _Client(asyncssh.SSHClient):
    def __init__(self, visit: SshVisit) -> None:
        self._visit = visit

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        if self._visit.is_device:
            note_contact()

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        return self._visit.trusts(key)


async def log_in(visit: SshVisit) -> tuple[dict[str, str], tuple[int | None, str] | None]:
    """What the server says of itself, and exit status and output of the command, where one is to be run.

    Raises ProbeError.
    """
    try:
        async with await open_session(visit) as connection:
            facts, command = _facts_of(connection, visit), visit.settings.command
            ran = await _run_command(connection, command) if command else None
    except (asyncssh.Error, PacketDecodeError, UnicodeError) as error:
        raise _fault_of_ssh(error, visit) from None
    except OSError as error:
        raise fault_of(error, f"port {visit.place.port}") from None
    return facts, ran


async def open_session(visit: SshVisit) -> asyncssh.SSHClientConnection:
    """A session of a server that is trusted. Raises ProbeError."""
    try:
        return await _open(visit)
    except (asyncssh.Error, PacketDecodeError, UnicodeError) as error:
        raise _fault_of_ssh(error, visit) from None
    except OSError as error:
        raise fault_of(error, f"port {visit.place.port}") from None


async def _open(visit: SshVisit) -> asyncssh.SSHClientConnection:
    """Connects with nothing but what the inventory says: no agent, no configuration, no keys of the daemon's user."""
    access = visit.access
    return await asyncssh.connect(
        visit.dialled or visit.place.address,
        visit.place.port,
        sock=visit.connected,
        tunnel=visit.tunnel,
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
        **asyncssh_algorithms(legacy=visit.legacy),
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


def _facts_of(connection: asyncssh.SSHClientConnection, visit: SshVisit) -> dict[str, str]:
    version = connection.get_extra_info("server_version", "")
    banner = version.decode("ascii", "replace") if isinstance(version, bytes) else str(version)
    return {"banner": banner, "host_key": visit.shown.get_fingerprint() if visit.shown else ""}


async def _run_command(connection: asyncssh.SSHClientConnection, command: str) -> tuple[int | None, str]:
    """Exit status and output, cut at MAX_OUTPUT_BYTES: then the rest is not waited for and the status is None."""
    output = bytearray()
    async with connection.create_process(
        command, stdin=asyncssh.DEVNULL, stderr=asyncssh.STDOUT, encoding=None
    ) as remote:
        while len(output) < MAX_OUTPUT_BYTES:
            chunk = await remote.stdout.read(16_384)
            if not chunk:
                await remote.wait_closed()
                return remote.exit_status, decode_octets(bytes(output))
            output += chunk
        remote.terminate()
        connection.abort()
    return None, decode_octets(bytes(output[:MAX_OUTPUT_BYTES]))


def _line_of(key: asyncssh.SSHKey) -> str:
    return " ".join(key.export_public_key("openssh").decode("ascii").split()[:2])


def _fault_of_ssh(error: Exception, visit: SshVisit) -> ProbeError:
    """What went wrong in words of our own: the library's may quote what the far end sent."""
    if isinstance(error, asyncssh.ChannelOpenError) and visit.tunnel is not None and visit.shown is None:
        return no_way_on(error, f"{visit.dialled} port {visit.place.port}")
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return _distrust(visit)
    if isinstance(error, asyncssh.ConnectionLost) and visit.shown is None and not visit.legacy:
        # The server finds out as soon as we do that there is nothing in common, and may be the first to hang up.
        return ProbeError(Outcome.PROTOCOL, "it hung up during the key exchange; an old device may need `legacy: true`")
    outcome, told = next(((outcome, told) for kind, outcome, told in _FAULTS if isinstance(error, kind)), _BROKEN)
    return ProbeError(outcome, told.format(user=visit.access.username))


def _distrust(visit: SshVisit) -> ProbeError:
    if visit.trouble is not None:
        return ProbeError(Outcome.LOCAL_FAULT, f"{KNOWN_HOSTS} cannot be written: {visit.trouble.strerror}")
    shown = visit.shown.get_fingerprint() if visit.shown else "none"
    return ProbeError(
        Outcome.AUTH,
        f"the host key is not the one that is trusted: shown {shown}. If it was changed on purpose, "
        f"delete the lines of {visit.place.name} and of its address from {KNOWN_HOSTS}",
    )


_BROKEN = (Outcome.PROTOCOL, "the SSH connection broke: what came is no SSH that is understood")
_FAULTS: tuple[tuple[type[Exception], Outcome, str], ...] = (
    (asyncssh.PasswordChangeRequired, Outcome.AUTH, "the server demands a new password of {user}"),
    (asyncssh.PermissionDenied, Outcome.AUTH, "the login of {user} is refused"),
    (asyncssh.KeyExchangeFailed, Outcome.PROTOCOL, "no algorithms in common; an old device may need `legacy: true`"),
    (asyncssh.ConnectionLost, Outcome.PROTOCOL, "the SSH connection broke: the server hung up"),
    (asyncssh.ChannelOpenError, Outcome.DEGRADED, "logged in, and no command may be run"),
)


def no_way_on(error: asyncssh.Error, where: str) -> ProbeError:
    """Why the last jump host did not get us to the device (RFC 4254, 5.1), as far as it tells."""
    said = str(getattr(error, "reason", ""))
    code = getattr(error, "code", None)
    if code == asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED:
        return ProbeError(Outcome.LOCAL_FAULT, f"the jump host does not let us go on to {where} (AllowTcpForwarding)")
    if code == asyncssh.OPEN_CONNECT_FAILED:
        outcome = Outcome.REFUSED if "refused" in said.lower() else Outcome.TIMEOUT
        told = "its port refuses the connection" if outcome is Outcome.REFUSED else "nobody answers there"
        return ProbeError(outcome, f"the jump host could not reach {where}: {told}")
    return ProbeError(Outcome.LOCAL_FAULT, f"the jump host opens no connection to {where}")
