"""Which SSH host keys are trusted: the one place that says so, for probes, the daemon and backups.

A device is known by its name in the inventory and the port, so one that moves to another address is still the one that
was pinned; the address that it was met at stands beside the name, and speaks for names that were never met. The first
key is pinned before anything secret is sent: an impostor who was first is seen as soon as the device itself answers.

Kept as an OpenSSH known_hosts file (sshd(8)), so that people can read it, edit it, and fill it beforehand. A device
whose key was changed on purpose is accepted again once its line is deleted; the file is read anew when it changed.
"""

import base64
import binascii
import fcntl
import hashlib
import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from opsmon.model.device import JumpHost, SshAccess
from opsmon.private_file import open_private

_BRACKETED = re.compile(r"\[([^\]]*)\]:(\d{1,5})")


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where a device answers: its name in the inventory, the port, the numeric address if known, former names."""

    name: str
    port: int
    address: str = ""
    formerly: tuple[str, ...] = ()


class KeyStatus(StrEnum):
    """What became of a key."""

    NEW = "new"  # the first one of the place: pinned
    REFUSED = "refused"  # another one than is pinned
    AGAIN = "again"  # the pinned one, after another one was shown
    MET = "met"  # the pinned one, for the first time in the life of this process


@dataclass(frozen=True, slots=True)
class KeyNews:
    """Something that people should know of a place. `fingerprint` as OpenSSH writes it."""

    place: KeyPlace
    fingerprint: str
    standing: KeyStatus


Tell = Callable[[KeyNews], None]


class HostKeyPins:
    """The pinned keys. Without a path they are kept for the life of the process only. May be used by many threads, and
    many processes may use one file. `tell` hears of news, once of each."""

    def __init__(self, path: Path | None = None, tell: Tell | None = None) -> None:
        self._path = path
        self._keys: dict[str, set[str]] = {}
        self._read_as: tuple[int, int] | None = None
        self._met: set[tuple[str, int]] = set()
        self._unheard: list[KeyNews] = []
        self._refused: dict[tuple[str, int], set[str]] = {}
        self._lock = threading.Lock()
        self.tell = tell

    def trusts(self, place: KeyPlace, key: str) -> bool:
        """Whether `key` (`algorithm base64`) may be talked to; the first one of a place is pinned by asking. Raises
        OSError when it cannot be written: then nothing is trusted that was not before."""
        with self._lock:
            self._refresh()
            trusted, standing = self._judge(place, key)
            if standing is not None:
                self._unheard.append(KeyNews(place, fingerprint_of(key), standing))
        self._tell()
        return trusted

    def look(self) -> None:
        """Tells of what others have written since: a backup, a person. Raises OSError."""
        with self._lock:
            self._refresh()
        self._tell()

    def _tell(self) -> None:
        news, self._unheard = self._unheard, []
        if self.tell is not None:
            for one in news:
                self.tell(one)

    def keys_of(self, place: KeyPlace) -> frozenset[str]:
        """The trusted keys; empty when the place was never seen. Raises OSError."""
        with self._lock:
            self._refresh()
            return self._known(place)

    def _judge(self, place: KeyPlace, key: str) -> tuple[bool, KeyStatus | None]:
        """Whether it is trusted, and what is new about it, if anything is."""
        known, here = self._known(place), (place.name, place.port)
        if (known and key not in known) or not self._pin(place, key):
            told = self._refused.setdefault(here, set())
            news = None if key in told else KeyStatus.REFUSED
            told.add(key)
            return False, news
        met, refused = here in self._met, self._refused.pop(here, None)
        self._met.add(here)
        if not known:
            return True, KeyStatus.NEW
        if refused:
            return True, KeyStatus.AGAIN
        return True, None if met else KeyStatus.MET

    def _known(self, place: KeyPlace) -> frozenset[str]:
        """By the name; else by the names that it had; else by its address."""
        names = (pattern_of(name, place.port) for name in (place.name, *place.formerly))
        for pattern in (*names, *_by_address(place)):
            if found := self._keys.get(pattern):
                return frozenset(found)
        return frozenset()

    def _pin(self, place: KeyPlace, key: str) -> bool:
        """Puts down by what name and at what address the key is met, where that is not known. False where another
        process pinned another key meanwhile."""
        patterns = dict.fromkeys((pattern_of(place.name, place.port), *_by_address(place)))
        if all(key in self._keys.get(pattern, ()) for pattern in patterns):
            return True
        if self._path is not None and not self._write(self._path, place, f"{','.join(patterns)} {key}\n"):
            return False
        for pattern in patterns:
            self._keys.setdefault(pattern, set()).add(key)
        return True

    def _write(self, path: Path, place: KeyPlace, line: str) -> bool:
        """Appends under a lock, unless what others wrote meanwhile speaks against it."""
        with open_private(path, "a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            text = file.read()
            self._keys = parse_known_hosts(text)
            known = self._known(place)
            if known and line.split(maxsplit=1)[1].strip() not in known:
                return False
            file.write(line if text.endswith("\n") or not text else f"\n{line}")
        self._read_as = _state_of(path)
        return True

    def _refresh(self) -> None:
        state = _state_of(self._path)
        if self._path is None or state == self._read_as:
            return
        first, self._read_as = self._read_as is None, state
        before, self._keys = self._keys, parse_known_hosts(self._path.read_text("utf-8", "replace")) if state else {}
        for pattern, keys in self._keys.items() if not first else ():
            place = place_of(pattern)
            self._unheard += [
                KeyNews(place, fingerprint_of(key), KeyStatus.NEW) for key in sorted(keys - before.get(pattern, set()))
            ]


def pattern_of(host: str, port: int) -> str:
    """A place as known_hosts writes it: the bare name or address for port 22, else `[name]:port`."""
    return host if port == 22 else f"[{host}]:{port}"


def hop_place(hop: JumpHost, access: SshAccess) -> KeyPlace:
    """Where the key of a jump host is pinned. Behind another one an address may be another host than elsewhere."""
    outer = access.jump
    if outer is None:
        return KeyPlace(hop.name, access.port, hop.address, hop.formerly)
    name = hop.name if hop.name != hop.address else f"{hop.address}@{outer.name}"
    return KeyPlace(name, access.port, formerly=hop.formerly)


def place_of(pattern: str) -> KeyPlace:
    """The place of a pattern; of an address it is one whose name is the address."""
    match = _BRACKETED.fullmatch(pattern)
    return KeyPlace(match[1], int(match[2])) if match else KeyPlace(pattern, 22)


def _by_address(place: KeyPlace) -> tuple[str, ...]:
    return (pattern_of(place.address, place.port),) if place.address and place.address != place.name else ()


def fingerprint_of(key: str) -> str:
    """As `ssh-keygen -l` prints it: SHA256 of the key, in base64 without padding (RFC 4648, 4)."""
    try:
        raw = base64.b64decode(key.split()[1], validate=True)
    except (binascii.Error, ValueError, IndexError):
        return "unreadable"
    return "SHA256:" + base64.b64encode(hashlib.sha256(raw).digest()).decode("ascii").rstrip("=")


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
