"""An SSH session of a device's command line, through netmiko, with the host key pinned and reasons in words.

netmiko finds the platform's driver, dials, logs in and opens the shell; what is said in the shell is dialogue.py's. Its
drivers are kept from answering questions by themselves: the one of Huawei would save the running configuration. The key
that a device shows at first is pinned in the same file as the probes' (`var/known_hosts`); another one later ends the
session before a password is sent. No error holds a secret or anything that the device said.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import netmiko
import paramiko
from netmiko.exceptions import ReadException
from netmiko.ssh_dispatcher import CLASS_MAPPER

from opsmon.backup.outcome import HOST_KEY_CHANGED
from opsmon.backup.watched_channel import CutError, WatchedChannel
from opsmon.errors import BackupError
from opsmon.model.device import Device, SshAccess
from opsmon.probe.host_key import HostKeyPins, Place

CONNECT_S, BANNER_S, LOGIN_S, BLOCKING_S = 10.0, 15.0, 15.0, 20.0
# What paramiko offers and nobody should: used only where `legacy: true` says so.
WEAK = {
    "kex": ["diffie-hellman-group-exchange-sha1", "diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1"],
    "keys": ["ssh-rsa", "ssh-dss"],
    "pubkeys": ["ssh-rsa", "ssh-dss"],
    "ciphers": ["aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"],
    "macs": ["hmac-md5", "hmac-md5-96", "hmac-sha1-96"],
}
# Both write what a device said, and what was sent to it, into their logs.
for _name in ("netmiko", "paramiko"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)
    logging.getLogger(_name).propagate = False


@dataclass(frozen=True, slots=True)
class Line:
    """An open shell and the client that it belongs to (for file transfer)."""

    channel: WatchedChannel
    driver: Any
    client: paramiko.SSHClient


class _Pinned(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]  # paramiko has no types
    """Trusts whom the pins trust; asked before the login."""

    def __init__(self, pins: HostKeyPins, place: Place) -> None:
        self._pins, self._place = pins, place
        self.refused = False

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        peer = str(client.get_transport().getpeername()[0])
        self.refused = not self._pins.trusts(replace(self._place, address=peer), f"{key.get_name()} {key.get_base64()}")
        if self.refused:
            raise paramiko.SSHException("the host key is not the pinned one")

    def prefer_pinned(self, transport: paramiko.Transport) -> None:
        """Asks the device for a key of the algorithm that is pinned: it may have several keys."""
        options = transport.get_security_options()
        pinned = {key.split()[0] for key in self._pins.keys_of(self._place)}
        if "ssh-rsa" in pinned:  # the same key, signed with SHA-2 (RFC 8332, 3)
            pinned |= {"rsa-sha2-256", "rsa-sha2-512"}
        first = [name for name in options.key_types if name in pinned]
        options.key_types = [*first, *(name for name in options.key_types if name not in pinned)]


def driver_of(platform: str) -> type[Any]:
    """netmiko's driver. Raises BackupError for a name that it does not know."""
    driver: type[Any] | None = CLASS_MAPPER.get(platform)
    if driver is None:
        raise BackupError(f"`{platform}` is no platform of netmiko {netmiko.__version__}")
    return driver


@contextmanager
def open_line(device: Device, pins: HostKeyPins, *, own_login: bool) -> Iterator[Line]:
    """A shell on the device. Raises BackupError with the reason, CutError where the session ends under way."""
    access = device.ssh
    if access is None or access.platform is None:
        raise BackupError("the device has no `ssh.platform`")
    if access.platform.endswith(("_telnet", "_serial")):
        raise BackupError(f"`{access.platform}` would send the password in plain: only SSH is spoken")
    policy = _Pinned(pins, Place(device.name, access.port, device.address, device.formerly))
    driver = _quiet(driver_of(access.platform), policy, own_login)(**_parameters(device.address, access))
    try:
        with _reasons(policy, access):
            driver.establish_connection()
        driver.channel = WatchedChannel(driver.remote_conn, driver.encoding)
        if not own_login:
            with _reasons(policy, access):
                driver.special_login_handler()
                driver._try_session_preparation()
        yield Line(driver.channel, driver, driver.remote_conn_pre)
    finally:
        _hang_up(driver)


def _hang_up(driver: Any) -> None:
    """Closes at once. Not `disconnect`, which first talks to a device that may not answer, and waits."""
    with suppress(Exception):
        driver.paramiko_cleanup()
    logging.getLogger("netmiko").removeFilter(driver._secrets_filter)


def _quiet(driver: type[Any], policy: _Pinned, own_login: bool) -> type[Any]:
    """The driver that dials and does not begin to talk by itself."""

    class Quiet(driver):  # type: ignore[misc]  # the base is found at run time
        def _build_ssh_client(self) -> paramiko.SSHClient:
            client = self._get_ssh_client_instance()
            client.set_missing_host_key_policy(policy)
            return client

        def _connect_params_dict(self) -> dict[str, Any]:
            parameters: dict[str, Any] = super()._connect_params_dict()

            def transport(*given: Any, **named: Any) -> paramiko.Transport:
                made = paramiko.Transport(*given, **named)
                policy.prefer_pinned(made)
                return made

            return {**parameters, "transport_factory": transport}

        def establish_connection(self, width: int = 511, height: int = 1000) -> None:
            self.dialling = True
            super().establish_connection(width=width, height=height)
            self.dialling = False

        def special_login_handler(self, delay_factor: float = 1.0) -> None:
            if not self.dialling:
                super().special_login_handler(delay_factor=delay_factor)

    return Quiet


def _parameters(address: str, access: SshAccess) -> dict[str, Any]:
    return {
        "host": address,
        "port": access.port,
        "device_type": access.platform,
        "username": access.username,
        "password": access.password.reveal() if access.password else None,
        "secret": access.enable.reveal() if access.enable else "",
        "use_keys": False,
        "key_file": access.key,
        "allow_agent": False,
        "conn_timeout": CONNECT_S,
        "banner_timeout": BANNER_S,
        "auth_timeout": LOGIN_S,
        "blocking_timeout": BLOCKING_S,
        "auto_connect": False,
        "disabled_algorithms": None if access.legacy else WEAK,
    }


@contextmanager
def _reasons(policy: _Pinned, access: SshAccess) -> Iterator[None]:
    """Turns what the libraries raise into a reason. `from None`: their errors may quote what the device said."""
    try:
        yield
    except (BackupError, CutError):
        raise
    except (netmiko.NetmikoAuthenticationException, paramiko.AuthenticationException):
        raise BackupError(f"the login of `{access.username}` was refused (password or key)") from None
    except netmiko.ReadTimeout:
        raise BackupError("netmiko's driver of the platform waited in vain for what it expects at login") from None
    except ReadException:
        raise CutError("the device ended the session") from None
    except (netmiko.NetmikoTimeoutException, paramiko.SSHException, OSError, EOFError, ValueError) as error:
        raise BackupError(_reason(error, policy)) from None


def _reason(error: BaseException, policy: _Pinned) -> str:
    cause: BaseException = error.__context__ or error
    if policy.refused:
        return f"{HOST_KEY_CHANGED} (delete its line in var/known_hosts if that was on purpose)"
    if isinstance(cause, paramiko.ssh_exception.IncompatiblePeer):
        return "no algorithms in common; an old device may need `ssh: {legacy: true}`"
    if isinstance(cause, FileNotFoundError | PermissionError):
        return "the key file of `ssh.key` cannot be read"
    if isinstance(cause, ConnectionRefusedError | paramiko.ssh_exception.NoValidConnectionsError):
        return "the SSH port refused the connection"
    if isinstance(cause, TimeoutError):
        return f"nobody answered at the SSH port within {CONNECT_S:g} s"
    closed = isinstance(cause, EOFError | ConnectionError)
    return "the device closed the connection before the login" if closed else f"SSH failed ({type(cause).__name__})"
