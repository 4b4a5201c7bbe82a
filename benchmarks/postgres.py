"""The journal in a SQLite file and in PostgreSQL: `python -m benchmarks.postgres [EVENTS]`.

Events a second that are on the disk, for commits of 1, 20 and 200 events (the daemon decides up to 500 samples in one),
each commit with a delivery, in turns on both in one run; every commit waits for the disk. Then two daemons' locks on
one store: how long the right to write
takes to pass on when the session that holds it is ended, and when its holder says nothing more.
"""

import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from opsmon.model.event import DiagnosisAttached
from opsmon.model.name import IncidentId
from opsmon.store.outbox import NewDelivery
from opsmon.store.store import Store, make_store, open_store
from tests.support.store.postgres import PASSWORD, PostgresServer, running_postgres

EVENTS, ROUNDS = 10_000, 3
SIZES = (1, 20, 200)
EVENTS_BAR, TAKEOVER_BAR_S, LOOK_S = 2_000, 15.0, 1.0
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
INCIDENT = IncidentId("20261120-1")


def events_a_second(store: Store, events: int, a_commit: int) -> float:
    first = store.head.seq
    began_s = time.perf_counter()
    for start in range(first, first + events, a_commit):
        found = [
            DiagnosisAttached(NOW + timedelta(seconds=n), INCIDENT, f"finding {n}")
            for n in range(start, start + a_commit)
        ]
        store.commit(found, [NewDelivery(f"d-{start}", "oncall", f"k{start}", "{}")], NOW)
    return (store.head.seq - first) / (time.perf_counter() - began_s)


def compare(server: PostgresServer, folder: Path, events: int) -> None:
    stores = {
        "SQLite": open_store("sqlite:///opsmon.db", folder),
        "PostgreSQL, socket": open_store(server.new_schema(), folder),
        "PostgreSQL, TCP": open_store(_with_password(server.over_tcp(server.new_schema())), folder),
    }
    for size in SIZES:
        rates: dict[str, list[float]] = {name: [] for name in stores}
        for _ in range(ROUNDS):
            for name, store in stores.items():
                rates[name].append(events_a_second(store, max(size, events * size // SIZES[-1]), size))
        for name, found in rates.items():
            bar = f" (bar {EVENTS_BAR})" if size == SIZES[-1] else ""
            told = f"{min(found):,.0f} to {max(found):,.0f}"
            print(f"{name:20} {size:3} a commit: {statistics.median(found):9,.0f} events/s{bar}, {told}")
    for store in stores.values():
        assert store.verify().damage == ()
        store.close()


def _with_password(url: str) -> str:
    return url.replace("opsmon@", f"opsmon:{PASSWORD}@")


def takeover_s(server: PostgresServer, folder: Path, *, silent: bool) -> float:
    """From the end of a holder to the right of the next, who looks every second, as a daemon does."""
    url = server.new_schema()
    first, second = make_store(url, folder), make_store(url, folder)
    waiting = second.claim()
    assert waiting is not None
    lock = first.claim()
    assert lock is not None
    assert lock.try_take("")
    for _ in range(3):
        lock.beat()
        assert not waiting.try_take("")
        time.sleep(LOOK_S)
    if not silent:
        with server.connect() as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
    began_s = time.monotonic()
    while not waiting.try_take(""):
        time.sleep(LOOK_S)
    took_s = time.monotonic() - began_s
    lock.release()
    waiting.release()
    first.close()
    second.close()
    return took_s


def main() -> None:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    with tempfile.TemporaryDirectory() as folder, running_postgres() as server:
        compare(server, Path(folder), events)
        ended_s = takeover_s(server, Path(folder), silent=False)
        silent_s = takeover_s(server, Path(folder), silent=True)
    print(
        f"the right passes on {ended_s:.1f} s after its session ended, {silent_s:.1f} s after its holder fell silent",
        end="",
    )
    print(f" (bar {TAKEOVER_BAR_S:g} s, with the start of the daemon)")


if __name__ == "__main__":
    main()
