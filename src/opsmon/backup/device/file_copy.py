"""Files of a host, over SFTP, put one after the other into one text, each under a header with its number of lines.

A file that is not there is left out; one that the user may not read has its header and a word for that. One that
changes its size while it is read is refused: it may be half of it.
"""

import stat
import time
from pathlib import PurePosixPath

import paramiko

from opsmon.backup.device.silence import quoted
from opsmon.backup.device.watched_channel import SESSION_CUT, CutError
from opsmon.backup.proof.sections import file_header
from opsmon.bounds import COMMAND_CHARS
from opsmon.errors import BackupError
from opsmon.text.bilingual import Sentence

MAX_FILE_BYTES = 20_000_000
READ_S = 30.0
MAX_NAMES = 10_000


def fetch_files(client: paramiko.SSHClient, patterns: tuple[str, ...], longest_s: float) -> str:
    """The files that the patterns (`*` in the last part of a path) name. Raises BackupError, CutError."""
    allowance = _Allowance(longest_s)
    try:
        with client.open_sftp() as sftp:
            channel = sftp.get_channel()
            if channel is not None:
                channel.settimeout(READ_S)
            paths = [path for pattern in patterns for path in _matching(sftp, pattern, allowance)]
            texts = [_text(sftp, path, allowance) for path in paths]
    except (EOFError, ConnectionError):
        raise CutError(SESSION_CUT) from None
    except TimeoutError:
        raise BackupError(
            Sentence(f"file transfer stalled: nothing came for {READ_S:g} s", f"文件传输停滞：{READ_S:g} 秒内没有数据")
        ) from None
    except paramiko.SSHException:
        raise BackupError(
            Sentence(
                "the host offers no file transfer (SFTP) to `ssh.username`",
                "主机不向 `ssh.username` 提供文件传输（SFTP）",
            )
        ) from None
    except OSError as error:
        raise BackupError(
            Sentence(
                f"file transfer failed: {quoted(error.strerror or str(error))}",
                f"文件传输失败：{quoted(error.strerror or str(error))}",
            )
        ) from None
    if not texts:
        raise BackupError(Sentence("none of the files is there", "所列文件均不存在"))
    return "".join(texts)


class _Allowance:
    """How much may still come, and until when: files of a host are many as soon as it says so."""

    def __init__(self, longest_s: float) -> None:
        self._longest_s, self._deadline_s = longest_s, time.monotonic() + longest_s
        self._octets, self._names = COMMAND_CHARS, MAX_NAMES

    def take(self, *, octets: int = 0, names: int = 0) -> None:
        """Raises BackupError where it is used up."""
        self._octets -= octets
        self._names -= names
        if self._octets < 0:
            raise BackupError(
                Sentence(
                    f"the files are more than {COMMAND_CHARS} bytes in all; no configuration is so long",
                    f"文件总计超过 {COMMAND_CHARS} 字节；配置不会这么长",
                )
            )
        if self._names < 0:
            raise BackupError(
                Sentence(
                    f"the folders of the files hold more than {MAX_NAMES} names", f"文件所在目录超过 {MAX_NAMES} 个名称"
                )
            )
        if time.monotonic() > self._deadline_s:
            raise BackupError(
                Sentence(
                    f"the file transfer was not over after {self._longest_s:g} s; "
                    "if it needs longer, set `ssh: {longest: 30m}` for it",
                    f"{self._longest_s:g} 秒后文件传输仍未结束；如确需更久，请为其设置 `ssh: {{longest: 30m}}`",
                )
            )


def _matching(sftp: paramiko.SFTPClient, pattern: str, allowance: _Allowance) -> list[str]:
    path = PurePosixPath(pattern)
    if "*" not in path.name:
        return [pattern] if _size(sftp, pattern) is not None else []
    try:
        names = []
        for entry in sftp.listdir_iter(str(path.parent)):
            allowance.take(names=1)
            names.append(entry.filename)
    except FileNotFoundError:
        return []
    found = [str(path.parent / name) for name in sorted(names) if PurePosixPath(name).match(path.name)]
    return [name for name in found if _size(sftp, name) is not None]


def _size(sftp: paramiko.SFTPClient, path: str) -> int | None:
    """The size of a regular file; None where there is none."""
    try:
        found = sftp.stat(path)
    except FileNotFoundError:
        return None
    return found.st_size if found.st_mode is not None and stat.S_ISREG(found.st_mode) else None


def _read(sftp: paramiko.SFTPClient, path: str, allowance: _Allowance) -> str:
    size = _size(sftp, path) or 0
    allowance.take(octets=size)
    if size > MAX_FILE_BYTES:
        raise BackupError(
            Sentence(f"{path} has {size} bytes; no configuration is so long", f"{path} 有 {size} 字节；配置不会这么长")
        )
    with sftp.open(path, "rb") as file:
        file.prefetch(size)
        content = file.read(size + 1)  # a server may send more than it says that there is
    if len(content) != _size(sftp, path):
        raise BackupError(Sentence(f"{path} changed while it was read", f"{path} 在读取过程中发生变化"))
    return str(content, "utf-8", "surrogateescape")


def _text(sftp: paramiko.SFTPClient, path: str, allowance: _Allowance) -> str:
    try:
        content = _read(sftp, path, allowance)
    except PermissionError:
        return file_header(path, 0, readable=False) + "\n"
    lines = [line.rstrip(" \t\r") for line in content.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join([file_header(path, len(lines)), *lines]) + "\n"
