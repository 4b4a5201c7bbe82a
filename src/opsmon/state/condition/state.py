"""What is known of the conditions of one device: which are ripening, which are raised."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from immutables import Map

from opsmon.model.incident import Severity
from opsmon.model.name import CheckName
from opsmon.state.condition.rate import CounterReading


class StandingKey(NamedTuple):
    """Which condition of which part of the device."""

    condition: str
    subject: str


@dataclass(frozen=True, slots=True)
class ConditionState:
    """One condition that holds. `since` is the first bad observation (wall); `began` and `seen` are steady.

    `check` is the one that measures it, None until it is seen after a restart. `missed` counts, by check, the good
    polls in a row in which the series was absent; `unseen` is one of which that was told, for the `vanished`-th time.
    """

    since: datetime
    severity: Severity
    began: datetime | None = None
    seen: datetime | None = None
    raised: bool = False
    value: float | None = None
    check: CheckName | None = None
    missed: Map[CheckName, int] = field(default_factory=Map)
    unseen: bool = False
    vanished: int = 0
    reported: bool = False  # another room found it; only that room clears it


@dataclass(frozen=True, slots=True)
class ConditionStates:
    """The conditions of one device, and the counters that its rates are measured from (by interface). `together` are
    names of interfaces of which several were up at once: they are not one link."""

    by_key: Map[StandingKey, ConditionState] = field(default_factory=Map)
    counters: Map[str, CounterReading] = field(default_factory=Map)
    together: frozenset[str] = frozenset()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to keep."""
        return not self.by_key and not self.counters and not self.together
