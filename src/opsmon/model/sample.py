"""What a check brings home: an outcome, and series of numbers whose names are shared from poll to poll."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, overload

from opsmon.model.name import CheckName, DeviceName


class Outcome(StrEnum):
    """How a check went. A failed check is data, and says whose fault it is."""

    OK = "ok"
    DEGRADED = "degraded"  # it answered, and what it said is bad
    TIMEOUT = "timeout"  # nothing came back in time
    REFUSED = "refused"  # the port is closed, the host unreachable says a router
    AUTH = "auth"  # it answered, and does not let us in
    PROTOCOL = "protocol"  # it answered nonsense
    LOCAL_FAULT = "local_fault"  # our socket, our DNS, our permission, our lateness: says nothing of the device

    @property
    def measured(self) -> bool:
        """Whether the check says anything of the device at all."""
        return self is not Outcome.LOCAL_FAULT

    @property
    def reached(self) -> bool:
        """Whether the device answered, whatever it answered."""
        return self in (Outcome.OK, Outcome.DEGRADED, Outcome.AUTH, Outcome.PROTOCOL)


class LocalCause(StrEnum):
    """What of ours is at fault in a LOCAL_FAULT, where that is known."""

    NETWORK = "network"  # no route, no address, the interface is down: nothing can be sent there
    RESOURCES = "resources"  # no files, no buffers, no memory
    PERMISSION = "permission"  # a filter, or a right that this process lacks
    NAMES = "names"  # the name service does not answer, or does not know the name


Labels = tuple[tuple[str, str], ...]


class SeriesKey(NamedTuple):
    """The identity of one series: metric name, and labels as sorted pairs (without `instance`, which is the device)."""

    metric: str
    labels: Labels = ()


class SeriesBlock:
    """The names of a run of series that are measured together.

    One object lives as long as the device keeps its shape, so that whatever a room derives from the names (rendered
    text, which conditions apply) is derived once: compare blocks by identity, and key caches by the object. `charted`
    are the places of those that people look at as a curve.
    """

    __slots__ = ("__weakref__", "charted", "keys")

    def __init__(self, keys: Sequence[SeriesKey], charted: tuple[int, ...] = ()) -> None:
        self.keys = keys
        self.charted = charted

    def __len__(self) -> int:
        return len(self.keys)


class TableKeys(Sequence[SeriesKey]):
    """Every metric of a table in every row, metric by metric. A key is made when somebody asks for it: of a switch with
    48 interfaces there are 720, and hardly ever does anybody."""

    __slots__ = ("metrics", "rows")

    def __init__(self, metrics: tuple[str, ...], rows: Sequence[Labels]) -> None:
        self.metrics = metrics
        self.rows = rows

    def __len__(self) -> int:
        return len(self.metrics) * len(self.rows)

    @overload
    def __getitem__(self, at: int) -> SeriesKey: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[SeriesKey]: ...
    def __getitem__(self, at: int | slice) -> SeriesKey | Sequence[SeriesKey]:
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(len(self)))]
        metric, row = divmod(range(len(self))[at], len(self.rows))
        return SeriesKey(self.metrics[metric], self.rows[row])

    def __iter__(self) -> Iterator[SeriesKey]:
        rows = tuple(self.rows)
        return (SeriesKey(metric, labels) for metric in self.metrics for labels in rows)


class TableBlock(SeriesBlock):
    """The block of a table that has the same labels in each column. `rows` may be made when they are asked for, too."""

    __slots__ = ("metrics", "rows")

    def __init__(self, metrics: tuple[str, ...], rows: Sequence[Labels]) -> None:
        super().__init__(TableKeys(metrics, rows))
        self.metrics = metrics
        self.rows = rows


class Reading(NamedTuple):
    """The numbers of one block at one moment: `values` is an array('d') as long as the block; NaN means absent."""

    block: SeriesBlock
    values: "array[float]"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the device says it is; an empty string is what it does not say."""

    profile: str = ""
    vendor: str = ""
    model: str = ""
    serial: str = ""
    software: str = ""
    system: Mapping[str, str] = field(default_factory=dict)  # sysName, sysObjectID, sysDescr, …


@dataclass(frozen=True, slots=True)
class Sample:
    """The result of one check of one device.

    `started_at` and `at` (the end) are aware UTC; `duration_s` is measured on the monotonic clock. `confirms` is true
    for a quick re-probe that the state machine asked for. `facts` are words that a check learned and no number holds
    (certificate subject, banner).
    """

    device: DeviceName
    check: CheckName
    outcome: Outcome
    started_at: datetime
    at: datetime
    duration_s: float
    detail: str = ""
    readings: tuple[Reading, ...] = ()
    identity: Identity | None = None
    confirms: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)
    cause: LocalCause | None = None
