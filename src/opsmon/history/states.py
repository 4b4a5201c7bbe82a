"""The last 24 hours of each device as the journal tells them: its states, and when its configuration was changed.

Where nobody watched, because no daemon ran or the machine slept, nothing is known, whatever the journal said before.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from opsmon.model.event import BackupRecorded, DeviceRenamed, DeviceState, DeviceStateChanged, Event
from opsmon.model.name import DeviceName

KEPT = timedelta(hours=24)
MAX_CHANGES = 400  # of a device; one that changes more often has the oldest dropped
MIN_GAP = timedelta(minutes=1)  # a check comes once a minute: who was away for less has missed nothing
Gap = tuple[datetime, datetime]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StateSpan:
    """A device was in one state from `since` to before `until`; None says that nobody watched."""

    state: DeviceState | None
    since: datetime
    until: datetime


@dataclass(slots=True)
class StateHistory:
    """Hears every event; forgets what is older than a day."""

    gaps: Callable[[], Sequence[Gap]] = tuple  # when nobody watched, in order
    # lists: most devices have one change or none, and a deque takes 600 octets for them
    _changes: dict[DeviceName, list[DeviceStateChanged]] = field(default_factory=lambda: defaultdict(list))
    _configured: dict[DeviceName, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    def hear(self, seq: int, events: Sequence[Event]) -> None:
        """What has just been journaled."""
        self.load(events)

    def load(self, events: Iterable[Event]) -> None:
        """Events in the order of the journal."""
        for event in events:
            if isinstance(event, DeviceStateChanged):
                self._keep(event)
            elif isinstance(event, BackupRecorded) and event.ok and event.changed:
                _add(self._configured[event.device], event.taken_at)
            elif isinstance(event, DeviceRenamed):
                self._rename(event.formerly, event.device)

    def _keep(self, event: DeviceStateChanged) -> None:
        changes = self._changes[event.device]
        while changes and changes[0].at < event.at - 2 * KEPT:
            del changes[0]
        if event.before is not event.after:
            _add(changes, event)

    def _rename(self, old: DeviceName, new: DeviceName) -> None:
        """What came under the old name comes first; of too many the oldest are dropped."""
        changes, configured = self._changes, self._configured
        changes[new] = [*changes.pop(old, ()), *changes[new]][-MAX_CHANGES:]
        configured[new] = [*configured.pop(old, ()), *configured[new]][-MAX_CHANGES:]

    def spans(self, device: DeviceName, present: DeviceState, now: datetime) -> list[StateSpan]:
        """The states of the last 24 hours without a gap; `present` is the state that it has now."""
        start = now - KEPT
        recent = [one for one in self._changes.get(device, ()) if one.at > start]
        found: list[StateSpan] = []
        since, state = start, recent[0].before if recent else present
        for change in recent:
            if change.at > since:
                found.append(StateSpan(state, since, change.at))
            since, state = change.at, change.after
        return _without(self.gaps(), [*found, StateSpan(state, since, now)])

    def configured(self, device: DeviceName, since: datetime, until: datetime) -> list[datetime]:
        """When a capture between the two times found the configuration changed."""
        return [at for at in self._configured.get(device, ()) if since <= at <= until]


def _without(gaps: Iterable[Gap], spans: list[StateSpan]) -> list[StateSpan]:
    """The spans with every gap cut out of them and put in as one that nobody watched."""
    for since, until in gaps:
        first, last = spans[0].since, spans[-1].until
        if until - since < MIN_GAP or until <= first or since >= last:
            continue
        gap = StateSpan(None, max(since, first), min(until, last))
        before = [replace(one, until=min(one.until, gap.since)) for one in spans if one.since < gap.since]
        after = [replace(one, since=max(one.since, gap.until)) for one in spans if one.until > gap.until]
        spans = [*before, gap, *after]
    return spans


def _add(kept: list[T], one: T) -> None:
    """Of too many the oldest is dropped."""
    kept.append(one)
    if len(kept) > MAX_CHANGES:
        del kept[0]
