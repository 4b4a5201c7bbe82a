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
from opsmon.text.bilingual import Sentence, filled

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
_PARTS_ZH = {
    "key exchange": "密钥交换", "host key": "主机密钥", "cipher": "加密", "MAC": "消息认证", "compression": "压缩",
}  # fmt: skip
_LOCKED = re.compile(r"(?i)\block(?:ed|out)\b|too many (?:failed|login|authentication)|锁定")
_PORT_REFUSED = Sentence("the SSH port refused the connection", "SSH 端口拒绝连接")
_NO_ROUTE = Sentence("there is no way to its address", "没有到达其地址的路由")
_NOT_ALLOWED = Sentence("this machine may not dial it (a local firewall)", "本机不允许连接（本地防火墙）")
_CONNECTIONS: tuple[tuple[tuple[type[BaseException], ...], Sentence], ...] = (
    ((socket.gaierror,), Sentence("its name leads to no address", "设备名解析不到地址")),
    ((ConnectionRefusedError,), _PORT_REFUSED),
    (
        (TimeoutError,),
        Sentence(f"nobody answered at the SSH port within {CONNECT_S:g} s", f"{CONNECT_S:g} 秒内 SSH 端口无人应答"),
    ),
    (
        (EOFError, ConnectionError),
        Sentence("the device closed the connection before the login", "设备在登录前关闭了连接"),
    ),
    ((paramiko.ssh_exception.NoValidConnectionsError,), _PORT_REFUSED),
)
_ERRNO = {
    errno.EHOSTUNREACH: _NO_ROUTE,
    errno.ENETUNREACH: _NO_ROUTE,
    errno.EADDRNOTAVAIL: Sentence(
        "this machine has no address or port left to dial from", "本机没有可用的源地址或端口"
    ),
    errno.EMFILE: Sentence("this process may open no more connections", "本进程无法再打开更多连接"),
    errno.EACCES: _NOT_ALLOWED,
    errno.EPERM: _NOT_ALLOWED,
}


def login_reason(error: BaseException, record: LoginRecord, access: SshAccess, *, key_refused: bool) -> str:
    """The reason, whatever was raised."""
    causes = list(_chain(error))
    if key_refused or _find(causes, paramiko.BadHostKeyException):
        return Sentence(
            f"{HOST_KEY_CHANGED} (delete its line in {KNOWN_HOSTS} if that was on purpose)",
            f"主机密钥与已固定的不同（如系有意更换，请删除 {KNOWN_HOSTS} 中对应的一行）",
        )
    unwritten = next(
        (c for c in causes if isinstance(c, OSError) and str(c.filename or "").endswith(KNOWN_HOSTS)), None
    )
    if unwritten is not None:
        return Sentence(
            f"{KNOWN_HOSTS} cannot be read or written: {unwritten.strerror}",
            f"{KNOWN_HOSTS} 无法读写：{unwritten.strerror}",
        )
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
        return filled(
            "the server demands a new password before it lets us in: {}",
            "服务器要求先设置新密码才能登录：{}",
            CHANGE_BY_HAND,
        )
    if record.unanswered and speaks_of_expiry(record.instructions + record.banner + record.unanswered):
        return filled(
            "the server demands a new password and asks `{}`: {}",
            "服务器要求设置新密码，并询问 `{}`：{}", quoted(record.unanswered), CHANGE_BY_HAND,
        )  # fmt: skip
    if record.unanswered:
        return second_factor(record.unanswered)
    if record.partial:
        return Sentence(
            "the server wants a second step after the first (another factor), which no program can give: "
            "let `ssh.username` log in without one",
            "服务器在第一步之后还要求第二步验证，程序无法提供：请让 `ssh.username` 免二次验证登录",
        )
    return ""


def _no_algorithm(causes: list[BaseException], record: LoginRecord, access: SshAccess) -> str:
    cause = _find(causes, paramiko.ssh_exception.IncompatiblePeer)
    if cause is None:
        return ""
    part = next((part for mark, part in _PARTS if mark in str(cause)), "")
    if part and record.theirs:
        return filled(
            "no algorithm in common ({}): the device offers {}, and opsmon takes {}; {}",
            "没有共同的算法（{}）：设备提供 {}，opsmon 接受 {}；{}",
            Sentence(part, _PARTS_ZH[part]), _listed(record.theirs[part]), _listed(record.ours[part]),
            _cure(record, part, access),
        )  # fmt: skip
    version = re.search(rb"SSH-(1\.[0-8]\d?)-", record.heard)
    if version:
        number = version[1].decode()
        return Sentence(
            f"the device speaks SSH version {number} only, which is not safe to log in with",
            f"设备只支持 SSH {number} 版，用它登录不安全",
        )
    said = quoted(str(cause))
    return Sentence(
        f"the device and opsmon have no way of talking in common: {said}", f"设备与 opsmon 没有共同的通信方式：{said}"
    )


def _cure(record: LoginRecord, part: str, access: SshAccess) -> str:
    if not access.legacy and set(record.theirs[part]) & set(_WEAK.get(part, ())):
        return Sentence("an old device may need `ssh: {legacy: true}`", "老设备可能需要 `ssh: {legacy: true}`")
    return Sentence("let the device offer one of these", "请让设备提供其中之一")


def _listed(names: object) -> str:
    """Names of algorithms; those of OpenSSH's certificates, which no device has, are left out."""
    listed = [str(name) for name in names if "-cert-v" not in str(name)] if isinstance(names, list | tuple) else []
    told, left = ", ".join(listed[:MAX_ALGORITHMS]), len(listed) - MAX_ALGORITHMS
    if not told:
        return Sentence("none", "无")
    return Sentence(f"{told} and {left} more", f"{told} 等另 {left} 种") if left > 0 else told


def _refused(causes: list[BaseException], record: LoginRecord, access: SshAccess) -> str:
    cause = _find(causes, paramiko.AuthenticationException)
    if cause is None and not (record.parting and _find(causes, paramiko.SSHException, EOFError)):
        return ""
    if isinstance(cause, paramiko.PasswordRequiredException):
        return Sentence(
            "the key file of `ssh.key` is encrypted: give its passphrase as `ssh.password`",
            "`ssh.key` 的密钥文件已加密：请用 `ssh.password` 给出口令",
        )
    said = _said(record)
    words = filled("; the device says: `{}`", "；设备提示：`{}`", quoted(said)) if said.strip() else ""
    if speaks_of_expiry(said):
        return filled("the server demands a new password: {}{}", "服务器要求设置新密码：{}{}", CHANGE_BY_HAND, words)
    if _LOCKED.search(said):
        return filled(
            "the login of `{}` is locked or was tried too often{}",
            "`{}` 的登录被锁定或尝试过多{}",
            access.username,
            words,
        )
    return filled("{}{}", "{}{}", _kind_of_refusal(cause, access), words)


def _kind_of_refusal(cause: BaseException | None, access: SshAccess) -> str:
    if cause is None:
        return Sentence("the device ended the connection before the login", "设备在登录前结束了连接")
    if isinstance(cause, paramiko.BadAuthenticationType):
        taken = ", ".join(cause.allowed_types) or Sentence("nothing", "无")
        given = Sentence("key", "密钥") if access.key else Sentence("password", "密码")
        return filled(
            "the login of `{}` was refused: the device takes {}, and a {} was given",
            "`{}` 的登录被拒绝：设备接受 {}，而提供的是{}", access.username, taken, given,
        )  # fmt: skip
    if "timeout" in str(cause).lower():
        return Sentence(
            f"the device did not answer to the login of `{access.username}` within {LOGIN_S:g} s",
            f"{LOGIN_S:g} 秒内设备未对 `{access.username}` 的登录作出应答",
        )
    return Sentence(
        f"the login of `{access.username}` was refused (password or key)",
        f"`{access.username}` 的登录被拒绝（密码或密钥）",
    )


def _no_session(causes: list[BaseException], record: LoginRecord) -> str:
    cause = _find(causes, paramiko.ChannelException)
    if not isinstance(cause, paramiko.ChannelException):
        return ""
    said = record.parting or cause.text
    words = f": `{quoted(said)}`" if said else ""
    return Sentence(
        f"the device let us in and opens no terminal (are all its lines in use?){words}",
        f"设备允许登录但不打开终端（终端线路是否已占满？）{words}",
    )


def _no_greeting(causes: list[BaseException], record: LoginRecord) -> str:
    """What came instead of an SSH greeting (RFC 4253, 4.2)."""
    banner = next(
        (cause for cause in causes if "protocol banner" in str(cause) or "protocol version" in str(cause)), None
    )
    if banner is None or not isinstance(banner, paramiko.SSHException):
        return ""
    heard = quoted(record.heard.decode("utf-8", "replace"))
    if record.heard and not record.heard.startswith(b"SSH-"):
        return Sentence(
            f"what listens at the SSH port does not speak SSH; it says `{heard}` (is `ssh.port` right?)",
            f"SSH 端口上的服务不是 SSH，其应答为 `{heard}`（`ssh.port` 是否正确？）",
        )
    if _find(causes, TimeoutError):
        return Sentence(
            f"the SSH port takes the connection and no greeting came within {BANNER_S:g} s",
            f"SSH 端口接受了连接，但 {BANNER_S:g} 秒内没有问候",
        )
    return Sentence(
        "the device closed the connection before it greeted "
        "(are all its sessions in use, or is this address not allowed to log in?)",
        "设备未问候即关闭连接（会话是否已占满，或本机地址是否未获准登录？）",
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
        return Sentence(
            "there is nothing to log in with: give `ssh.password` or `ssh.key`",
            "没有可用的登录凭据：请设置 `ssh.password` 或 `ssh.key`",
        )
    if said:
        return Sentence(f"the SSH session failed: {quoted(said)}", f"SSH 会话失败：{quoted(said)}")
    return Sentence("the SSH session failed without a word", "SSH 会话失败，没有任何提示")


def _bad_key_file(causes: list[BaseException]) -> str:
    if _find(causes, FileNotFoundError, PermissionError, IsADirectoryError):
        return Sentence("the key file of `ssh.key` cannot be read", "无法读取 `ssh.key` 的密钥文件")
    unfit = _find(causes, ValueError) or any("not a valid" in str(cause) for cause in causes)
    unusable = Sentence(
        "the key file of `ssh.key` holds no private key that can be used", "`ssh.key` 的密钥文件中没有可用的私钥"
    )
    return unusable if unfit else ""
