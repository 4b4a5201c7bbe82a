"""What became of one device in a run: the words that the worker, the keeper and the commands pass along."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from opsmon.model.device import Device
from opsmon.model.name import DeviceName, SiteName

HOST_KEY_CHANGED = "the host key changed since it was pinned"  # how that reason begins


class Occasion(StrEnum):
    """Why a configuration is read."""

    ROUTINE = "routine"
    BEFORE = "before"  # a change order begins
    AFTER = "after"  # it ends
    TRIGGERED = "triggered"  # the device said that it was configured


@dataclass(frozen=True, slots=True)
class Taken:
    """A proved and scrubbed configuration that is to be kept.

    `changed` says that it is not the last good one, `first` that there was none, `stored` that git has it already where
    it is to be. `text` is plain UTF-8: `encoding_note` says which lines are of another encoding, or of none.
    """

    device: Device
    at: datetime
    text: str = field(repr=False)
    sealed: bytes | None = field(repr=False)
    chars: int
    hostname: str
    encoding: str
    recipe: str
    users: str
    changed: bool
    took_s: float
    first: bool = False
    stored: bool = False
    digest: str = ""
    encoding_note: str = ""


@dataclass(frozen=True, slots=True)
class FailedCapture:
    """A failure and its reason in words; `aside` is what came, scrubbed."""

    device: Device
    at: datetime
    reason: str
    quarantine: str = field(repr=False)
    took_s: float


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the summary."""

    device: DeviceName
    site: SiteName
    at: datetime
    ok: bool
    reason: str = ""
    changed: bool = False
    first: bool = False
    unannounced: bool = False
    order: str = ""
    lines: int = 0
    chars: int = 0
    commit: str = ""
    took_s: float = 0.0
    round: int = 1
    note: str = ""
