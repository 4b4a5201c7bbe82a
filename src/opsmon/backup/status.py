"""How each device stands: its last good copy, the last attempt, and a change that nobody announced.

One small JSON file a device under `var/backup/devices/`, replaced as a whole. The repository holds the texts; this
holds what has no commit of its own: a capture that changed nothing, a failure and its reason.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from opsmon.errors import BackupError
from opsmon.layout import BACKUP_STATUSES
from opsmon.model.device import Device
from opsmon.model.name import DeviceName, SiteName
from opsmon.text.bilingual import Sentence, chinese_of, kept_sentence


@dataclass(frozen=True, slots=True)
class Unannounced:
    """A change outside any order: when it was seen, between which commits, by whom if the device says so."""

    seen_at: datetime
    before: str
    after: str
    diff: str
    who: str = ""
    path: str = ""  # where the copy of before is


@dataclass(frozen=True, slots=True)
class BackupStatus:
    """What is known of the copies of one device. `reason` is why the last attempt failed; empty where it did not.

    `digest` tells whether another text is the same, `blob` is git's name of the stored one: what git has is compared
    with both. `encoding_note` says in words what `encoding` alone does not. `earlier` are the files from a time under
    another name that was told only after the device had a file under its present one.
    """

    device: DeviceName
    site: SiteName
    path: str = ""
    tried_at: datetime | None = None
    reason: str = ""
    good_at: datetime | None = None
    changed_at: datetime | None = None
    commit: str = ""
    hostname: str = ""
    chars: int = 0
    lines: int = 0
    encoding: str = "utf-8"
    recipe: str = ""
    failures: int = 0
    order: str = ""
    unannounced: Unannounced | None = None
    digest: str = ""
    blob: str = ""
    encoding_note: str = ""
    earlier: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        return self.good_at is not None and not self.reason


def under_present_names(
    standings: Mapping[DeviceName, BackupStatus], renamed: Mapping[DeviceName, DeviceName]
) -> dict[DeviceName, BackupStatus]:
    """What is known under a former name is known under the present one, until a run says more of that. Pure."""
    former = {name: known for name, known in standings.items() if name in renamed}
    found = {renamed[name]: replace(known, device=renamed[name]) for name, known in former.items()}
    return found | {name: known for name, known in standings.items() if name not in former}


class BackupStatuses:
    """The files of one root."""

    def __init__(self, root: Path) -> None:
        self._folder = root / BACKUP_STATUSES

    def load(self, device: DeviceName, site: SiteName) -> BackupStatus:
        """What is known; a new standing where nothing is, or where its file cannot be understood."""
        return self._read(self._path(device)) or BackupStatus(device, site)

    def of(self, device: Device) -> BackupStatus:
        """What is known of a device, under a name that it had before where nothing is under its own."""
        own = self.load(device.name, device.site)
        former = [found for name in device.formerly if (found := self._read(self._path(name))) and found.good_at]
        if own.good_at is None:
            return replace(former[0], device=device.name) if former else own
        return replace(own, earlier=own.earlier + tuple(found.path for found in former))

    def forget(self, names: Iterable[DeviceName]) -> None:
        """What is known under names that are given up. Raises BackupError."""
        for name in names:
            path = self._path(name)
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise BackupError(
                    Sentence(f"{path} cannot be removed: {error.strerror}", f"无法删除 {path}：{error.strerror}")
                ) from error

    def load_all(self) -> dict[DeviceName, BackupStatus]:
        """Of every device that was ever tried."""
        found = (self._read(path) for path in sorted(self._folder.glob("*.json")))
        return {standing.device: standing for standing in found if standing}

    def write(self, standing: BackupStatus) -> None:
        """Whole or not at all. Raises BackupError."""
        path = self._path(standing.device)
        beside = path.with_suffix(f".{os.getpid()}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside.write_text(json.dumps(_document(standing), ensure_ascii=False), encoding="utf-8")
            beside.replace(path)
        except OSError as error:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise BackupError(
                Sentence(f"{path} cannot be written: {error.strerror}", f"无法写入 {path}：{error.strerror}")
            ) from error

    def stamps(self) -> Mapping[str, int]:
        """When each file was last replaced, in nanoseconds: whoever follows the results reads what is newer."""
        return {path.name: path.stat().st_mtime_ns for path in self._folder.glob("*.json")}

    def _path(self, device: DeviceName) -> Path:
        return self._folder / f"{file_stem(device)}.json"

    def _read(self, path: Path) -> BackupStatus | None:
        try:
            return _standing(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return None


def file_stem(name: str) -> str:
    """A name as a part of a path: itself where that is harmless, else a near one with a mark of its own."""
    plain = "".join(char if char.isalnum() or char in "-_.+@" else "_" for char in name).lstrip(".")
    if plain == name and len(name.encode()) < 200:
        return name
    return f"{plain[:50]}~{hashlib.sha256(name.encode()).hexdigest()[:8]}"


_BLANK = asdict(
    BackupStatus(DeviceName(""), SiteName(""))
)  # what each key holds; another kind of value is not understood


_REASON_ZH = "reason_zh"  # beside `reason`: the same in Chinese


def _document(standing: BackupStatus) -> dict[str, Any]:
    """Not by `asdict`, which copies every value deeply."""
    document = {key: _plain(getattr(standing, key)) for key in BackupStatus.__dataclass_fields__}
    return document | {_REASON_ZH: chinese_of(standing.reason)}


def _plain(value: object) -> object:
    if isinstance(value, Unannounced):
        return {key: _plain(getattr(value, key)) for key in Unannounced.__dataclass_fields__}
    return value.isoformat() if isinstance(value, datetime) else value


def _standing(document: dict[str, Any]) -> BackupStatus:
    times = {key: _time(document.get(key)) for key in ("tried_at", "good_at", "changed_at")}
    told = document.get("unannounced")
    unannounced = Unannounced(**{**told, "seen_at": _time(told["seen_at"])}) if told else None
    known = {key: value for key, value in document.items() if key in BackupStatus.__dataclass_fields__}
    for key, blank in _BLANK.items():
        if isinstance(blank, str | int) and not isinstance(known.get(key, blank), type(blank)):
            raise TypeError(f"{key} is no {type(blank).__name__}")
    earlier = tuple(document.get("earlier", ()))
    known["reason"] = kept_sentence(known.get("reason", ""), str(document.get(_REASON_ZH, "")))
    return replace(BackupStatus(**{**known, **times, "unannounced": None, "earlier": earlier}), unannounced=unannounced)


def _time(text: str | None) -> datetime | None:
    at = datetime.fromisoformat(text) if text else None
    if at is not None and at.tzinfo is None:
        raise ValueError("a time without its zone")
    return at
