"""Commits in the words of git-fast-import(1): files by path (None removes one), when, and the message. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from opsmon.backup.repository.repair import BRANCH

AUTHOR = "opsmon <opsmon@localhost>"
JOURNAL_HEAD = "Journal-Head"


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit to be: files by path (None removes one), when, and its message."""

    files: dict[str, bytes | None] = field(repr=False)
    at: datetime
    message: str


def with_trailer(changes: Sequence[Commit], name: str, value: str) -> list[Commit]:
    """The commits with one more line at the end of their trailers; without a value as they are."""
    return [replace(one, message=f"{one.message}{name}: {value}\n") if value else one for one in changes]


def commit_stream(changes: Sequence[Commit], head: str | None) -> bytes:
    """The commits as git-fast-import(1) reads them, `done` at the end: a stream that breaks off changes nothing."""
    parts = [b"feature done\n"]
    for number, change in enumerate(changes, 1):
        message = change.message.encode("utf-8", "replace")
        parts.append(
            f"commit {BRANCH}\nmark :{number}\ncommitter {AUTHOR} {change.at.timestamp():.0f} +0000\n".encode()
        )
        parts.append(b"data %d\n%s\n" % (len(message), message))
        if number == 1 and head is not None:
            parts.append(f"from {head}\n".encode())
        elif number > 1:
            parts.append(f"from :{number - 1}\n".encode())
        for path, content in change.files.items():
            parts.append(_file(path.encode(), content))
        parts.append(b"\n")
    return b"".join((*parts, b"done\n"))


def _file(path: bytes, content: bytes | None) -> bytes:
    quoted = b'"' + path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
    if content is None:
        return b"D " + quoted + b"\n"
    return b"M 100644 inline " + quoted + b"\ndata %d\n" % len(content) + content + b"\n"
