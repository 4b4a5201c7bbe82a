"""The key of a root's placeholders: made once, kept under the root's `var/`, readable by its owner alone."""

import os
import secrets
from pathlib import Path

from opsmon.errors import BackupError
from opsmon.layout import SCRUB_KEY
from opsmon.private_file import make_private_folder
from opsmon.text.bilingual import Sentence

KEY_BYTES = 32


def load_scrub_key(root: Path) -> bytes:
    """The key, made at the first call. Two processes that make it at once end up with one. Raises BackupError."""
    path = root / SCRUB_KEY
    try:
        make_private_folder(path.parent)
        if not path.exists():
            _write_new(path)
        key = path.read_bytes()
    except OSError as error:
        raise BackupError(
            Sentence(
                f"the key of the placeholders cannot be kept in {path}: {error.strerror}",
                f"占位符密钥无法保存到 {path}：{error.strerror}",
            )
        ) from error
    if len(key) != KEY_BYTES:
        raise BackupError(
            Sentence(
                f"{path} is no key of {KEY_BYTES} bytes; delete it to make a new one (placeholders will change)",
                f"{path} 不是 {KEY_BYTES} 字节的密钥；删除后会生成新的（占位符随之改变）",
            )
        )
    return key


def _write_new(path: Path) -> None:
    """Whole or not at all: written beside, linked into its place, whoever comes first wins."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, secrets.token_bytes(KEY_BYTES))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(beside, path)
    except FileExistsError:
        pass  # another process made it in the meantime
    finally:
        beside.unlink()
