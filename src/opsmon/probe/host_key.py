"""Which SSH host keys are trusted: the key that a device showed at first is pinned, and another one is refused.

Kept as an OpenSSH known_hosts file (sshd(8)), so that people can read it, edit it, and fill it beforehand. A device
whose key was changed on purpose is accepted again once its line is deleted; the file is read anew when it changed.
"""

import os
from pathlib import Path

Place = tuple[str, int]


class HostKeyPins:
    """The pinned keys by address and port. Without a path they are kept for the life of the process only."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._keys: dict[str, set[str]] = {}
        self._read_as: tuple[int, int] | None = None

    def keys_of(self, place: Place) -> frozenset[str]:
        """The trusted keys, each as `algorithm base64`; empty when the place was never seen. Raises OSError."""
        self._refresh()
        return frozenset(self._keys.get(pattern_of(place), ()))

    def pin(self, place: Place, key: str) -> None:
        """Trusts a key from now on. Raises OSError when it cannot be written."""
        if key in self.keys_of(place):
            return
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="ascii") as file:
                file.write(f"{pattern_of(place)} {key}\n")
        self._keys.setdefault(pattern_of(place), set()).add(key)

    def _refresh(self) -> None:
        state = _state_of(self._path)
        if self._path is None or state == self._read_as:
            return
        self._read_as = state
        self._keys = parse_known_hosts(self._path.read_text("utf-8", "replace")) if state else {}


def pattern_of(place: Place) -> str:
    """A place as known_hosts writes it: the bare address for port 22, else `[address]:port`."""
    address, port = place
    return address if port == 22 else f"[{address}]:{port}"


def parse_known_hosts(text: str) -> dict[str, set[str]]:
    """Keys by pattern. Hashed names, markers and comments are passed over: only plain names can be compared."""
    keys: dict[str, set[str]] = {}
    for line in text.splitlines():
        fields = line.split()
        if len(fields) < 3 or fields[0].startswith(("#", "@", "|")):
            continue
        for pattern in fields[0].split(","):
            keys.setdefault(pattern, set()).add(f"{fields[1]} {fields[2]}")
    return keys


def _state_of(path: Path | None) -> tuple[int, int] | None:
    if path is None:
        return None
    try:
        found = os.stat(path)  # noqa: PTH116 - called for every check, and without a second object
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size
