"""Jump hosts: each is logged in to from the one before it, and the device is dialled from the last (`ssh.jump`).

The keys of all of them are pinned as the devices' are. A failure says which host of the way it was.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import paramiko

from opsmon.backup.device.host_key import Pinned
from opsmon.backup.device.login_reason import BANNER_S, CONNECT_S, LOGIN_S, login_reason
from opsmon.backup.device.login_record import LoginRecord
from opsmon.backup.device.silence import quoted
from opsmon.errors import BackupError
from opsmon.model.device import JumpHost, SshAccess
from opsmon.probe.weak_ssh import paramiko_disabled
from opsmon.protocol.host_keys import HostKeyPins, hop_place
from opsmon.text.bilingual import Text, filled

_PROHIBITED, _NOT_CONNECTED = 1, 2  # RFC 4254, 5.1


@contextmanager
def way_to(address: str, access: SshAccess, pins: HostKeyPins) -> Iterator[paramiko.Channel | None]:
    """A connection to the device from the last jump host; None where it is dialled at once. Raises BackupError."""
    targets = [*((hop.address, own.port) for hop, own in access.hops[1:]), (address, access.port)]
    sock: paramiko.Channel | None = None
    with ExitStack() as open_hosts:
        for (hop, own), target in zip(access.hops, targets, strict=False):
            client = _log_in(hop, own, pins, sock)
            open_hosts.callback(client.close)
            sock = _forward(hop, client, target)
        yield sock


_NO_WAY = Text("the jump host {} could not reach {}{}", "跳板机 {} 无法到达 {}{}")
_NO_CHANNEL = Text("the jump host {} opens no connection to {}{}", "跳板机 {} 不建立到 {} 的连接{}")


def _log_in(hop: JumpHost, access: SshAccess, pins: HostKeyPins, sock: paramiko.Channel | None) -> paramiko.SSHClient:
    policy, record = Pinned(pins, hop_place(hop, access)), LoginRecord()
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(policy)
    try:
        client.connect(
            hop.address, access.port, access.username, access.password.reveal() if access.password else None,
            key_filename=access.key, allow_agent=False, look_for_keys=False, timeout=CONNECT_S, sock=sock,
            banner_timeout=BANNER_S, auth_timeout=LOGIN_S, transport_factory=policy.preferring(record.open_transport),
            disabled_algorithms=paramiko_disabled(legacy=access.legacy),
        )  # fmt: skip
    except (paramiko.SSHException, OSError, EOFError, ValueError) as error:
        client.close()
        reason = login_reason(error, record, access, key_refused=policy.refused)
        raise BackupError(filled("at the jump host {}: {}", "跳板机 {}：{}", _named(hop), reason)) from None
    return client


def _forward(hop: JumpHost, client: paramiko.SSHClient, target: tuple[str, int]) -> paramiko.Channel:
    where = filled("{} port {}", "{} 端口 {}", *target)
    transport = client.get_transport()
    try:
        if transport is None:
            raise EOFError
        channel: paramiko.Channel = transport.open_channel("direct-tcpip", target, ("127.0.0.1", 0), timeout=CONNECT_S)
    except paramiko.ChannelException as error:
        said = f" (`{quoted(error.text)}`)" if error.text else ""
        if error.code == _PROHIBITED:
            raise BackupError(
                filled(
                    "the jump host {} does not let us go on to {}{}: "
                    "its sshd needs `AllowTcpForwarding` and `PermitOpen` for that",
                    "跳板机 {} 不允许转到 {}{}：其 sshd 需要 `AllowTcpForwarding` 和 `PermitOpen`",
                    _named(hop),
                    where,
                    said,
                )
            ) from None
        told = _NO_WAY if error.code == _NOT_CONNECTED else _NO_CHANNEL
        raise BackupError(filled(told.en, told.zh, _named(hop), where, said)) from None
    except (paramiko.SSHException, OSError, EOFError):
        raise BackupError(
            filled(
                "the jump host {} could not reach {} within {:g} s",
                "跳板机 {0} 在 {2:g} 秒内未能到达 {1}",
                _named(hop),
                where,
                CONNECT_S,
            )
        ) from None
    return channel


def _named(hop: JumpHost) -> str:
    return f"`{hop.name}`" if hop.name == hop.address else f"`{hop.name}` ({hop.address})"
