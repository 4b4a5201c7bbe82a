"""What the console is given of the daemon's own load: figures of the last seconds and of the last minute, queues."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from opsmon.model.name import CheckName, DeviceName
from opsmon.probe.schedule.run_counts import RunCounts


@dataclass(frozen=True, slots=True)
class LoadWindow:
    """What happened within `lasted_s` seconds, up to now. `cpu_s` is processor time of the whole process, `cpu_parts`
    the share of each part in it (0 to 1, together 1, or empty where nothing was seen), `held_s` how long who held the
    loop, `holds` how often anybody did. `worst_lag_s` is of the last minute, whatever the window."""

    lasted_s: float = 0.0
    kinds: Mapping[str, RunCounts] = field(default_factory=dict)
    sites: Mapping[str, RunCounts] = field(default_factory=dict)
    cpu_s: float = 0.0
    cpu_parts: Mapping[str, float] = field(default_factory=dict)
    holds: int = 0
    worst_lag_s: float = 0.0
    held_s: Mapping[str, float] = field(default_factory=dict)

    @property
    def cpu_ratio(self) -> float:
        """The share of one core."""
        return self.cpu_s / self.lasted_s if self.lasted_s else 0.0

    def lateness_s(self, counts: RunCounts, share: float) -> float | None:
        """Within how many seconds of their due time this share of the runs began; None where none did. What is told of
        a bucket is never more than the worst."""
        late_s = counts.lateness_s(share)
        return None if late_s is None else min(late_s, self.worst_lag_s)


@dataclass(frozen=True, slots=True)
class QueueLengths:
    """What waits, and what is under way, at this moment."""

    inputs: int = 0  # samples and commands to be decided
    running: int = 0  # checks
    waiting: int = 0  # heavy checks without a free place
    pings: int = 0
    held_back: int = 0  # pings and SNMP calls that wait until their neighbourhood may have another
    snmp_in_flight: int = 0  # requests
    snmp_waiting: int = 0  # calls whose agent has to answer another one first
    notifications: int | None = 0  # to be delivered; None while the store cannot be read
    backups: int = 0  # scheduled runs
    streams: int = 0  # open pages that are told of changes


@dataclass(frozen=True, slots=True)
class LoadFigures:
    uptime_s: float = 0.0
    recent: LoadWindow = field(default_factory=LoadWindow)
    minute: LoadWindow = field(default_factory=LoadWindow)
    rss_bytes: int = 0
    queues: QueueLengths = field(default_factory=QueueLengths)


def always_due(device: DeviceName, check: CheckName) -> str:
    """For a console without a scheduler."""
    return "due"


@dataclass(frozen=True, slots=True)
class LoadPort:
    """`figures` and `stage_of` (what a check is at: running, waiting, due) may be asked in any thread."""

    figures: Callable[[], LoadFigures] = LoadFigures
    stage_of: Callable[[DeviceName, CheckName], str] = always_due
