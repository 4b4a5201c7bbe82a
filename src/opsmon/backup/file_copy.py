"""Files of a host, over SFTP, put one after the other into one text, each under a header with its number of lines.

A file that is not there is left out; one that the user may not read has its header and a word for that. One that
changes its size while it is read is refused: it may be half of it.
"""

import stat
from pathlib import PurePosixPath

import paramiko

from opsmon.backup.sections import file_header
from opsmon.backup.silence import quoted
from opsmon.backup.watched_channel import CutError
from opsmon.errors import BackupError

LONGEST_FILE_BYTES = 20_000_000
READ_S = 30.0


def fetch_files(client: paramiko.SSHClient, patterns: tuple[str, ...]) -> str:
    """The files that the patterns (`*` in the last part of a path) name. Raises BackupError, CutError."""
    try:
        with client.open_sftp() as sftp:
            channel = sftp.get_channel()
            if channel is not None:
                channel.settimeout(READ_S)
            paths = [path for pattern in patterns for path in _matching(sftp, pattern)]
            texts = [_text(sftp, path) for path in paths]
    except (EOFError, ConnectionError):
        raise CutError("the session was cut") from None
    except TimeoutError:
        raise BackupError(f"file transfer stalled: nothing came for {READ_S:g} s") from None
    except paramiko.SSHException:
        raise BackupError("the host offers no file transfer (SFTP) to `ssh.username`") from None
    except OSError as error:
        raise BackupError(f"file transfer failed: {quoted(error.strerror or str(error))}") from None
    if not texts:
        raise BackupError("none of the files is there")
    return "".join(texts)


def _matching(sftp: paramiko.SFTPClient, pattern: str) -> list[str]:
    path = PurePosixPath(pattern)
    if "*" not in path.name:
        return [pattern] if _size(sftp, pattern) is not None else []
    try:
        names = sorted(sftp.listdir(str(path.parent)))
    except FileNotFoundError:
        return []
    found = [str(path.parent / name) for name in names if PurePosixPath(name).match(path.name)]
    return [name for name in found if _size(sftp, name) is not None]


def _size(sftp: paramiko.SFTPClient, path: str) -> int | None:
    """The size of a regular file; None where there is none."""
    try:
        found = sftp.stat(path)
    except FileNotFoundError:
        return None
    return found.st_size if found.st_mode is not None and stat.S_ISREG(found.st_mode) else None


def _read(sftp: paramiko.SFTPClient, path: str) -> str:
    size = _size(sftp, path) or 0
    if size > LONGEST_FILE_BYTES:
        raise BackupError(f"{path} has {size} bytes; no configuration is so long")
    with sftp.open(path, "rb") as file:
        file.prefetch(size)
        content = file.read()
    if len(content) != _size(sftp, path):
        raise BackupError(f"{path} changed while it was read")
    return str(content, "utf-8", "surrogateescape")


def _text(sftp: paramiko.SFTPClient, path: str) -> str:
    try:
        content = _read(sftp, path)
    except PermissionError:
        return file_header(path, 0, readable=False) + "\n"
    lines = [line.rstrip(" \t\r") for line in content.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join([file_header(path, len(lines)), *lines]) + "\n"
