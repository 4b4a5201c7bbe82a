"""Why a device could not be dialled or did not let us in: what the libraries raise, and what the server said, in words.

No name of a class of ours or of a library reaches people. What a server said is quoted; whoever shows it scrubs it.
"""

import errno
import re
import socket
from collections.abc import Iterator

import paramiko

from opsmon.backup.device.login_record import LoginRecord
from opsmon.backup.device.silence import CHANGE_BY_HAND, quoted, second_factor, speaks_of_expiry
from opsmon.backup.outcome import HOST_KEY_CHANGED
from opsmon.layout import KNOWN_HOSTS
from opsmon.model.device import SshAccess
from opsmon.probe.weak_ssh import CIPHERS, KEX, MACS

CONNECT_S, BANNER_S, LOGIN_S = 10.0, 15.0, 15.0
MAX_ALGORITHMS = 12
# What `legacy: true` would cure: paramiko has neither ssh-dss nor the weak MACs of the `-etm` kind.
_WEAK = {"key exchange": KEX, "host key": ("ssh-rsa",), "cipher": CIPHERS, "MAC": MACS[:4]}
_PARTS = (
    ("kex algorithm", "key exchange"),
    ("host key", "host key"),
    ("ciphers", "cipher"),
    ("macs", "MAC"),
    ("compression", "compression"),
)
_LOCKED = re.compile(r"(?i)\block(?:ed|out)\b|too many (?:failed|login|authentication)|锁定")
_CONNECTIONS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((socket.gaierror,), "its name leads to no address"),
    ((ConnectionRefusedError,), "the SSH port refused the connection"),
    ((TimeoutError,), f"nobody answered at the SSH port within {CONNECT_S:g} s"),
    ((EOFError, ConnectionError), "the device closed the connection before the login"),
    ((paramiko.ssh_exception.NoValidConnectionsError,), "the SSH port refused the connection"),
)
_ERRNO = {
    errno.EHOSTUNREACH: "there is no way to its address",
    errno.ENETUNREACH: "there is no way to its address",
    errno.EADDRNOTAVAIL: "this machine has no address or port left to dial from",
    errno.EMFILE: "this process may open no more connections",
    errno.EACCES: "this machine may not dial it (a local firewall)",
    errno.EPERM: "this machine may not dial it (a local firewall)",
}


def login_reason(error: BaseException, record: LoginRecord, access: SshAccess, *, key_refused: bool) -> str:
    """The reason, whatever was raised."""
    causes = list(_chain(error))
    if key_refused or _find(causes, paramiko.BadHostKeyException):
        return f"{HOST_KEY_CHANGED} (delete its line in {KNOWN_HOSTS} if that was on purpose)"
    unwritten = next(
        (c for c in causes if isinstance(c, OSError) and str(c.filename or "").endswith(KNOWN_HOSTS)), None
    )
    if unwritten is not None:
        return f"{KNOWN_HOSTS} cannot be read or written: {unwritten.strerror}"
    told = _demanded(causes, record) or _no_algorithm(causes, record, access) or _refused(causes, record, access)
    return told or _no_session(causes, record) or _no_greeting(causes, record) or _no_connection(causes, access)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if not type(error).__module__.startswith("netmiko"):  # its errors only wrap paramiko's
            yield error
        error = error.__cause__ or error.__context__


def _find(causes: list[BaseException], *kinds: type[BaseException]) -> BaseException | None:
    return next((cause for cause in causes if isinstance(cause, kinds)), None)


def _said(record: LoginRecord) -> str:
    """The server's words about a login, if it had any: its disconnect first, for banners are mostly warnings."""
    return record.parting or record.instructions.strip() or record.banner


def _demanded(causes: list[BaseException], record: LoginRecord) -> str:
    """A new password (RFC 4252, 8: message 60 while a password is judged), or a second factor."""
    if any("Illegal info request" in str(cause) for cause in causes):
        return f"the server demands a new password before it lets us in: {CHANGE_BY_HAND}"
    if record.unanswered and speaks_of_expiry(record.instructions + record.banner + record.unanswered):
        return f"the server demands a new password and asks `{quoted(record.unanswered)}`: {CHANGE_BY_HAND}"
    if record.unanswered:
        return second_factor(record.unanswered)
    if record.partial:
        return (
            "the server wants a second step after the first (another factor), which no program can give: "
            "let `ssh.username` log in without one"
        )
    return ""


def _no_algorithm(causes: list[BaseException], record: LoginRecord, access: SshAccess) -> str:
    cause = _find(causes, paramiko.ssh_exception.IncompatiblePeer)
    if cause is None:
        return ""
    part = next((part for mark, part in _PARTS if mark in str(cause)), "")
    if part and record.theirs:
        return (
            f"no algorithm in common ({part}): the device offers {_listed(record.theirs[part])}, "
            f"and opsmon takes {_listed(record.ours[part])}; {_cure(record, part, access)}"
        )
    version = re.search(rb"SSH-(1\.[0-8]\d?)-", record.heard)
    if version:
        return f"the device speaks SSH version {version[1].decode()} only, which is not safe to log in with"
    return f"the device and opsmon have no way of talking in common: {quoted(str(cause))}"


def _cure(record: LoginRecord, part: str, access: SshAccess) -> str:
    if not access.legacy and set(record.theirs[part]) & set(_WEAK.get(part, ())):
        return "an old device may need `ssh: {legacy: true}`"
    return "let the device offer one of these"


def _listed(names: object) -> str:
    """Names of algorithms; those of OpenSSH's certificates, which no device has, are left out."""
    listed = [str(name) for name in names if "-cert-v" not in str(name)] if isinstance(names, list | tuple) else []
    more = f" and {len(listed) - MAX_ALGORITHMS} more" if len(listed) > MAX_ALGORITHMS else ""
    return (", ".join(listed[:MAX_ALGORITHMS]) or "none") + more


def _refused(causes: list[BaseException], record: LoginRecord, access: SshAccess) -> str:
    cause = _find(causes, paramiko.AuthenticationException)
    if cause is None and not (record.parting and _find(causes, paramiko.SSHException, EOFError)):
        return ""
    if isinstance(cause, paramiko.PasswordRequiredException):
        return "the key file of `ssh.key` is encrypted: give its passphrase as `ssh.password`"
    said = _said(record)
    words = f"; the device says: `{quoted(said)}`" if said.strip() else ""
    if speaks_of_expiry(said):
        return f"the server demands a new password: {CHANGE_BY_HAND}{words}"
    if _LOCKED.search(said):
        return f"the login of `{access.username}` is locked or was tried too often{words}"
    return f"{_kind_of_refusal(cause, access)}{words}"


def _kind_of_refusal(cause: BaseException | None, access: SshAccess) -> str:
    if cause is None:
        return "the device ended the connection before the login"
    if isinstance(cause, paramiko.BadAuthenticationType):
        taken = ", ".join(cause.allowed_types) or "nothing"
        given = "key" if access.key else "password"
        return f"the login of `{access.username}` was refused: the device takes {taken}, and a {given} was given"
    if "timeout" in str(cause).lower():
        return f"the device did not answer to the login of `{access.username}` within {LOGIN_S:g} s"
    return f"the login of `{access.username}` was refused (password or key)"


def _no_session(causes: list[BaseException], record: LoginRecord) -> str:
    cause = _find(causes, paramiko.ChannelException)
    if not isinstance(cause, paramiko.ChannelException):
        return ""
    said = record.parting or cause.text
    words = f": `{quoted(said)}`" if said else ""
    return f"the device let us in and opens no terminal (are all its lines in use?){words}"


def _no_greeting(causes: list[BaseException], record: LoginRecord) -> str:
    """What came instead of an SSH greeting (RFC 4253, 4.2)."""
    banner = next(
        (cause for cause in causes if "protocol banner" in str(cause) or "protocol version" in str(cause)), None
    )
    if banner is None or not isinstance(banner, paramiko.SSHException):
        return ""
    heard = quoted(record.heard.decode("utf-8", "replace"))
    if record.heard and not record.heard.startswith(b"SSH-"):
        return f"what listens at the SSH port does not speak SSH; it says `{heard}` (is `ssh.port` right?)"
    if _find(causes, TimeoutError):
        return f"the SSH port takes the connection and no greeting came within {BANNER_S:g} s"
    return (
        "the device closed the connection before it greeted "
        "(are all its sessions in use, or is this address not allowed to log in?)"
    )


def _no_connection(causes: list[BaseException], access: SshAccess) -> str:
    if access.key and (told := _bad_key_file(causes)):
        return told
    known = next((told for kinds, told in _CONNECTIONS if _find(causes, *kinds)), "")
    refused = next((_ERRNO[c.errno] for c in causes if isinstance(c, OSError) and c.errno in _ERRNO), "")
    if refused or known:
        return refused or known
    said = next((str(cause) for cause in reversed(causes) if str(cause).strip()), "")
    if "No authentication methods" in said:
        return "there is nothing to log in with: give `ssh.password` or `ssh.key`"
    return f"the SSH session failed: {quoted(said)}" if said else "the SSH session failed without a word"


def _bad_key_file(causes: list[BaseException]) -> str:
    if _find(causes, FileNotFoundError, PermissionError, IsADirectoryError):
        return "the key file of `ssh.key` cannot be read"
    unfit = _find(causes, ValueError) or any("not a valid" in str(cause) for cause in causes)
    return "the key file of `ssh.key` holds no private key that can be used" if unfit else ""
