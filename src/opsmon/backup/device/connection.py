"""An SSH session of a device's command line, through netmiko, with the host key pinned and reasons in words.

netmiko finds the platform's driver, dials, logs in and opens the shell; what is said in the shell is dialogue.py's. Its
drivers are kept from answering questions by themselves: the one of Huawei would save the running configuration. The key
that a device shows at first is pinned in the same file as the probes' (`var/known_hosts`); another one later ends the
session before a password is sent. A device behind jump hosts is dialled from the last of them (jump_host.py). Reasons
may quote what the device said: whoever shows them scrubs them.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import netmiko
import paramiko
from netmiko.exceptions import ReadException
from netmiko.ssh_dispatcher import CLASS_MAPPER

from opsmon.backup.device.host_key import Pinned
from opsmon.backup.device.jump_host import way_to
from opsmon.backup.device.login_reason import BANNER_S, CONNECT_S, LOGIN_S, login_reason
from opsmon.backup.device.login_record import LoginRecord
from opsmon.backup.device.silence import session_ended
from opsmon.backup.device.watched_channel import CutError, WatchedChannel
from opsmon.errors import BackupError
from opsmon.model.device import Device, SshAccess
from opsmon.probe.weak_ssh import paramiko_disabled
from opsmon.protocol.host_keys import HostKeyPins, KeyPlace
from opsmon.text.bilingual import Sentence

BLOCKING_S = 20.0
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


@dataclass(slots=True)
class _Login:
    """What is known of one login while it is made."""

    access: SshAccess
    policy: Pinned
    sock: paramiko.Channel | None
    record: LoginRecord = field(default_factory=LoginRecord)


def driver_of(platform: str) -> type[Any]:
    """netmiko's driver. Raises BackupError for a name that it does not know."""
    driver: type[Any] | None = CLASS_MAPPER.get(platform)
    if driver is None:
        raise BackupError(
            Sentence(
                f"`{platform}` is no platform of netmiko {netmiko.__version__}",
                f"netmiko {netmiko.__version__} 不支持平台 `{platform}`",
            )
        )
    return driver


@contextmanager
def open_line(device: Device, pins: HostKeyPins, *, own_login: bool) -> Iterator[Line]:
    """A shell on the device. Raises BackupError with the reason, CutError where the session ends under way."""
    access = device.ssh
    if access is None or access.platform is None:
        raise BackupError(Sentence("the device has no `ssh.platform`", "设备未设置 `ssh.platform`"))
    if access.platform.endswith(("_telnet", "_serial")):
        raise BackupError(
            Sentence(
                f"`{access.platform}` would send the password in plain: only SSH is spoken",
                f"`{access.platform}` 会明文发送密码：只支持 SSH",
            )
        )
    driver_type = driver_of(access.platform)
    with way_to(device.address, access, pins) as sock:
        place = KeyPlace(device.name, access.port, "" if sock else device.address, device.formerly)
        login = _Login(access, Pinned(pins, place), sock)
        driver = _quiet(driver_type, login, own_login)(**_parameters(device.address, access), sock=sock)
        try:
            yield _logged_in(driver, login, own_login=own_login)
        finally:
            _hang_up(driver)


def _logged_in(driver: Any, login: _Login, *, own_login: bool) -> Line:
    with _reasons(login):
        driver.establish_connection()
    channel = driver.channel = WatchedChannel(driver.remote_conn, driver.encoding)
    if not own_login:
        try:
            with _reasons(login):
                driver.special_login_handler()
                driver._try_session_preparation()
        except CutError:
            raise CutError(session_ended(channel.heard, "")) from None
    return Line(channel, driver, driver.remote_conn_pre)


def _hang_up(driver: Any) -> None:
    """Closes at once. Not `disconnect`, which first talks to a device that may not answer, and waits."""
    with suppress(Exception):
        driver.paramiko_cleanup()
    logging.getLogger("netmiko").removeFilter(driver._secrets_filter)


def _quiet(driver: type[Any], login: _Login, own_login: bool) -> type[Any]:
    """The driver that dials and does not begin to talk by itself."""

    class Quiet(driver):  # type: ignore[misc]  # the base is found at run time
        def _build_ssh_client(self) -> paramiko.SSHClient:
            client = self._get_ssh_client_instance()
            client.set_missing_host_key_policy(login.policy)
            return client

        def _connect_params_dict(self) -> dict[str, Any]:
            parameters: dict[str, Any] = super()._connect_params_dict()
            return {**parameters, "transport_factory": login.policy.preferring(login.record.open_transport)}

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
        "disabled_algorithms": paramiko_disabled(legacy=access.legacy),
    }


@contextmanager
def _reasons(login: _Login) -> Iterator[None]:
    """Turns what the libraries raise into a reason. `from None`: their errors name their classes."""
    try:
        yield
    except (BackupError, CutError):
        raise
    except netmiko.ReadTimeout:
        raise BackupError(
            Sentence(
                "netmiko's driver of the platform waited in vain for what it expects at login",
                "netmiko 的平台驱动在登录时未等到预期输出",
            )
        ) from None
    except ReadException:
        raise CutError(Sentence("the device ended the session", "设备结束了会话")) from None
    except (netmiko.NetmikoBaseException, paramiko.SSHException, OSError, EOFError, ValueError) as error:
        refused = login.policy.refused
        raise BackupError(login_reason(error, login.record, login.access, key_refused=refused)) from None
