"""Whose daemon answers: its root and its instance, in the headers of every answer to one who was let in.

Several daemons may run on one machine, and a port tells nothing of them. A command sends the root that it means; a
daemon of another root refuses it before it does anything.
"""

from urllib.parse import quote, unquote

ROOT_HEADER, INSTANCE_HEADER = "X-Opsmon-Root", "X-Opsmon-Instance"
MISDIRECTED = 421  # RFC 9110, 15.5.20: the request was meant for another server
_PLAIN = "/:\\ ()+,=@"


def dialled(host: str) -> str:
    """Where a client of this machine finds a server that listens on `host`: on every address is on loopback, too."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound


def as_header(path: object) -> str:
    """A path as a header's value: a name in Chinese is percent-encoded UTF-8."""
    return quote(str(path), safe=_PLAIN)


def from_header(value: str) -> str:
    """The path that `as_header` encoded."""
    return unquote(value, errors="replace")
