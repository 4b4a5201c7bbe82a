"""A file that another file names: what hinders reading it, told before anybody needs it."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from opsmon.text.bilingual import Sentence, filled


@dataclass(frozen=True, slots=True)
class FileFault:
    """Why a named file cannot be used. `is_elsewhere` where another machine or account may have it all the same."""

    reason: Sentence
    is_elsewhere: bool


def fault_of_file(path: Path) -> FileFault | None:
    """What hinders reading a regular file; None when it can be read. Never waits for a pipe."""
    try:
        if path.is_dir():
            return FileFault(Sentence("is a directory, not a file", "是目录，不是文件"), is_elsewhere=False)
        if path.exists() and not path.is_file():
            return FileFault(Sentence("is no regular file", "不是普通文件"), is_elsewhere=False)
        with path.open("rb"):
            return None
    except FileNotFoundError:
        return FileFault(Sentence("is not there", "不存在"), is_elsewhere=True)
    except (OSError, ValueError) as error:
        no_name = Sentence("no name of a file", "不是文件名")
        reason = error.strerror if isinstance(error, OSError) else no_name
        return FileFault(filled("cannot be read: {}", "无法读取：{}", reason), is_elsewhere=True)


def fault_of_certificates(path: Path) -> FileFault | None:
    """What hinders taking a readable file as certificates to trust (PEM, RFC 7468); None when nothing does."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError:  # of OpenSSL too
        return FileFault(Sentence("holds no certificates in PEM form", "不含 PEM 格式的证书"), is_elsewhere=False)
    return None
