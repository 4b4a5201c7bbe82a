"""Change orders: which devices, by whom, why; the copies before and after, and the difference, bound to the order.

Kept in the repository itself, under `.changes/`, one JSON file an order and the difference beside it: whoever has the
copies has the proof that belongs to them (contract clauses B8 and E19: a copy before and after every change, and its
record).
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from opsmon.backup.repository.commit_stream import Commit
from opsmon.backup.repository.repository import Repository
from opsmon.backup.status import file_stem
from opsmon.errors import BackupError
from opsmon.model.name import DeviceName
from opsmon.text.bilingual import Sentence
from opsmon.text.safe import is_seen

FOLDER = ".changes"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a device that belongs to an order: its file and the commit that it is in."""

    path: str
    """The file of the copy in the repository."""
    commit: str
    """The commit that holds it."""
    at: datetime
    """When it was taken, with its offset from UTC."""


@dataclass(frozen=True, slots=True)
class Order:
    """A change that was announced. Open until every device has its copy from after the change."""

    name: str
    """What the order is called."""
    by: str
    """Who announced it."""
    why: str
    """What it is for."""
    begun_at: datetime
    """When it was announced, with its offset from UTC."""
    devices: tuple[DeviceName, ...]
    """The devices that it concerns."""
    before: Mapping[DeviceName, Copy] = field(default_factory=dict)
    """The copy of each device from before the change."""
    after: Mapping[DeviceName, Copy] = field(default_factory=dict)
    """The copy of each device from after the change."""
    ended_at: datetime | None = None
    """When every device had its copy from after the change; null while it is open."""

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


class OrderBook:
    """The orders of a repository. Written by the holder of the run's lock alone."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def load(self, name: str) -> Order | None:
        """The order of this name; None where there is none. Raises BackupError where it cannot be understood."""
        text = self._repository.read(_path(name))
        return _parsed(text, _path(name)) if text else None

    def load_all(self) -> list[Order]:
        """Every order, by name. One that cannot be understood is told in the log and hinders no other."""
        found = []
        for path in self._repository.paths(FOLDER):
            text = self._repository.read(path) if path.endswith(".json") else None
            try:
                found += [_parsed(text, path)] if text else []
            except BackupError as error:
                log.warning("%s", error)
        return found

    def open_orders(self) -> dict[DeviceName, str]:
        """The devices that are under an open order, and which."""
        return {device: order.name for order in self.load_all() if order.is_open for device in order.devices}

    def write(self, order: Order, now: datetime, *, diff: str | None = None) -> str:
        """Commits the order and, at its end, the difference. Returns the commit."""
        files: dict[str, bytes | None] = {_path(order.name): _text(order).encode()}
        if diff is not None:
            files[_path(order.name).removesuffix(".json") + ".diff"] = diff.encode("utf-8", "surrogateescape")
        word = "begun" if order.is_open else "ended"
        told = {"Change": order.name, "By": order.by, "Why": order.why, "Devices": ", ".join(order.devices)}
        trailers = "\n".join(f"{key}: {' '.join(value.split())}" for key, value in told.items())
        message = f"change {order.name} {word}\n\n{trailers}\n"
        return self._repository.commit([Commit(files, now, message)])[0]

    def diff_of(self, order: Order) -> str:
        """What the change did to each device, one unified difference after the other."""
        parts = []
        for device, after in order.after.items():
            before = order.before[device]
            try:
                parts.append(self._repository.diff(after.path, before.commit, after.commit, before.path))
            except BackupError as error:  # a copy of before that the repository lost: the order ends all the same
                parts.append(f"# {device}: no difference can be shown: {error}\n")
        return "".join(parts)


def with_copies(order: Order, phase: str, copies: Mapping[DeviceName, Copy]) -> Order:
    """The order with these copies added to those `before` or `after`."""
    if phase == "before":
        return replace(order, before={**order.before, **copies})
    return replace(order, after={**order.after, **copies})


def check_name(name: str) -> None:
    """Raises BackupError for a name that cannot stand in a commit."""
    if not name.strip() or not is_seen(name):
        raise BackupError(
            Sentence("a change order needs a name of printable characters", "变更单名称须由可显示字符组成")
        )


def _path(name: str) -> str:
    return f"{FOLDER}/{file_stem(name)}.json"


def _text(order: Order) -> str:
    document = asdict(order, dict_factory=lambda pairs: {key: _plain(value) for key, value in pairs})
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _parsed(text: str, path: str) -> Order:
    try:
        return _order(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BackupError(
            Sentence(
                f"the change order {path} in the repository cannot be understood", f"仓库中的变更单 {path} 无法识别"
            )
        ) from None


def _order(document: dict[str, Any]) -> Order:
    return Order(
        name=document["name"],
        by=document["by"],
        why=document["why"],
        begun_at=datetime.fromisoformat(document["begun_at"]),
        devices=tuple(DeviceName(name) for name in document["devices"]),
        before=_copies(document["before"]),
        after=_copies(document["after"]),
        ended_at=datetime.fromisoformat(document["ended_at"]) if document["ended_at"] else None,
    )


def _copies(document: dict[str, Any]) -> dict[DeviceName, Copy]:
    return {
        DeviceName(name): Copy(copy["path"], copy["commit"], datetime.fromisoformat(copy["at"]))
        for name, copy in document.items()
    }
