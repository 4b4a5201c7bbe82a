"""From the store to a world at the start, and from the world to a short cut for the next start."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from immutables import Map

from opsmon.engine.compaction import compact
from opsmon.engine.fold import evict, fold, resume
from opsmon.engine.rules import Rules
from opsmon.engine.world import World, start_world
from opsmon.model.event import Event
from opsmon.model.name import IncidentId
from opsmon.store.chain import ChainHead
from opsmon.store.snapshot import Snapshot
from opsmon.store.store import Store
from opsmon.text.count import counted

# Longer than the longest month that a budget counts, and the month before it for the report.
REMEMBERED = timedelta(days=62)
log = logging.getLogger(__name__)


def load_world(store: Store, rules: Rules, now: datetime, numbers: Mapping[str, int] = MappingProxyType({})) -> World:
    """The world that the journal tells, ready for its first Tick. Raises StoreError if the journal cannot be read.

    `numbers` says how far the incidents of each day are numbered, though the journal may not know it any more.
    """
    world, after = start_world(rules, now), 0
    snapshot = store.load_snapshot()
    if snapshot is not None:
        for event in snapshot.events:
            world = fold(world, event)
        world, after = _as_kept(world, snapshot), snapshot.head.seq
    read = after
    for entry in store.read(after=after):
        world, read = fold(world, entry.event), entry.seq
    log.info("the journal holds %s, %d after the last snapshot", counted(read, "events"), read - after)
    return resume(evict(_numbered(world, numbers), now - REMEMBERED), now)


def _numbered(world: World, numbers: Mapping[str, int]) -> World:
    known = world.incidents.numbers
    for day, number in numbers.items():
        if number > known.get(day, 0):
            log.warning("the journal knows incidents of %s up to number %d of %d", day, known.get(day, 0), number)
            known = known.set(day, number)
    return replace(world, incidents=replace(world.incidents, numbers=known))


def _as_kept(world: World, snapshot: Snapshot) -> World:
    """With what the compacted events do not tell: the past of what was let go."""
    alerts_sent = {IncidentId(name): count for name, count in snapshot.notices.items()}
    incidents = replace(world.incidents, numbers=Map(snapshot.numbers))
    return replace(world, incidents=incidents, alerts_sent=Map(alerts_sent))


def save_world(store: Store, world: World, head: ChainHead, now: datetime) -> None:
    """Writes a short cut to the world as it was at `head`. Raises StoreError."""
    events = compact(_told_until(store, head), world.incidents.by_id)
    alerts_sent = {str(name): count for name, count in world.alerts_sent.items()}
    store.save_snapshot(Snapshot(head, now, events, alerts_sent, dict(world.incidents.numbers.items())))


def _told_until(store: Store, head: ChainHead) -> Iterator[Event]:
    """The last compacted events and what was journaled after it."""
    snapshot, after = store.load_snapshot(), 0
    if snapshot is not None and snapshot.head.seq <= head.seq:
        yield from snapshot.events
        after = snapshot.head.seq
    for entry in store.read(after=after):
        if entry.seq > head.seq:
            return
        yield entry.event
