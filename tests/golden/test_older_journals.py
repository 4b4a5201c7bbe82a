"""Journals that were written by an earlier opsmon (November 2026) still load, whole and from their snapshots.

Each `journal/NAME.sql` is a database as SQLite dumps it; `NAME.json` is what that opsmon made of it. Together they hold
every type of event that there was. What may not change: names and fields of events, hashes, snapshots, and what they
mean. A type that is new since then needs no journal here.
"""

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsmon.engine.world import World
from opsmon.pipeline.recovery import load_world
from opsmon.store.codec import EVENT_TYPES
from opsmon.store.store import Store, open_existing_store, open_store
from tests.support.engine.scene import rules_of

JOURNALS = sorted((Path(__file__).parent / "journal").glob("*.sql"))
EVENT_TYPES_OF_2026 = {
    "backup_recorded", "child_attached", "child_detached", "clock_changed", "command_refused", "condition_cleared",
    "condition_raised", "condition_unseen", "contract_watched", "device_renamed", "device_state_changed",
    "diagnosis_attached", "fact_added", "fault_seen", "host_key_recorded", "incident_closed", "incident_opened",
    "incident_renewed", "incident_reopened", "maintenance_set", "obligation_done", "obligation_excused",
    "obligation_undone", "recovery_seen", "recovery_withdrawn", "scope_judged", "severity_set", "task_changed",
}  # fmt: skip
AFTERWARDS = datetime(2026, 3, 21, 2, 0, tzinfo=UTC)


def restored(dump: Path, root: Path, *, snapshots: bool) -> Path:
    """The database of a dump, in a root of its own."""
    root.mkdir(exist_ok=True)
    with sqlite3.connect(root / "opsmon.db") as database:
        database.executescript(dump.read_text(encoding="utf-8"))
        if not snapshots:
            database.execute("DELETE FROM snapshot")
    database.close()
    return root


def what_is_known(world: World) -> dict[str, object]:
    """What people see of a world: incidents with their facts, clocks, and obligations."""
    incidents = {
        str(name): {
            "condition": one.condition,
            "device": one.device,
            "site": one.site,
            "severity": one.severity.value,
            "opened_at": one.opened_at.isoformat(),
            "closed_at": None if one.closed_at is None else one.closed_at.isoformat(),
            "children": sorted(one.children),
            "facts": [f"{fact.at.isoformat()} {fact.type.value} {fact.by} {fact.note}" for fact in one.facts],
            "clocks": {
                "/".join(map(str, key)): f"{word.last.after.value} {word.last.starts_at.isoformat()} {word.last.due_at}"
                for key, word in sorted(world.clock_statuses.get(name, {}).items())
            },
            "alerts_sent": world.alerts_sent.get(name, 0),
        }
        for name, one in sorted(world.incidents.by_id.items())
    }
    told = {" ".join(map(str, task)): state.value for task, state in world.duties.reported.items()}
    return {
        "incidents": incidents,
        "numbers": dict(sorted(world.incidents.numbers.items())),
        "conditions": sorted(
            f"{name} {key.condition} {key.subject}"
            for name, held in world.fleet.standings.items()
            for key in held.by_key
        ),
        "ticks": len(world.duties.ticks) + len(world.duties.occasions),
        "excused": len(world.duties.excused),
        "tasks": dict(sorted(told.items())),
    }


@pytest.mark.parametrize("dump", JOURNALS, ids=lambda path: path.stem)
@pytest.mark.parametrize("snapshots", [False, True], ids=["whole", "from-snapshot"])
def test_an_older_journal_means_what_it_meant(dump: Path, snapshots: bool, tmp_path: Path) -> None:
    root = restored(dump, tmp_path / "root", snapshots=snapshots)
    store = open_store("sqlite:///opsmon.db", root)
    try:
        assert store.verify().damage == ()
        known = what_is_known(load_world(store, rules_of(), AFTERWARDS))
    finally:
        store.close()
    assert known == json.loads(dump.with_suffix(".json").read_text(encoding="utf-8"))


def test_the_journals_hold_every_type_of_event_that_there_was(tmp_path: Path) -> None:
    seen: set[str] = set()
    for dump in JOURNALS:
        store: Store = open_existing_store("sqlite:///opsmon.db", restored(dump, tmp_path / dump.stem, snapshots=False))
        seen |= {name for entry in store.read() for name, kind in EVENT_TYPES.items() if type(entry.event) is kind}
        store.close()
    assert seen == EVENT_TYPES_OF_2026
