"""A store with something in every table."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from opsmon.model.access_event import AccountChange, AccountChanged
from opsmon.model.account import AccessToken, Account, Grant, Role, Scope, SignInSession
from opsmon.model.event import DiagnosisAttached
from opsmon.model.name import ContractId, IncidentId
from opsmon.store.outbox import NewDelivery
from opsmon.store.parcel import NewParcel
from opsmon.store.parcel_store import ParcelStore
from opsmon.store.schema import METADATA
from opsmon.store.snapshot import Snapshot
from opsmon.store.store import Store

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def told(number: int) -> DiagnosisAttached:
    return DiagnosisAttached(
        NOW + timedelta(seconds=number), IncidentId("20261120-1"), f"第 {number} 跳\nfinding {number}"
    )


def fill(store: Store, events: int = 5) -> None:
    """Something in every table but that of the writer."""
    found = [told(number) for number in range(events)]
    store.begin_watch(NOW)
    rows = [NewDelivery(f"20261120-1-{n}-robot", "robot", "20261120-1", f'{{"n": {n}}}') for n in range(3)]
    store.commit(found, rows, NOW)
    store.save_snapshot(Snapshot(store.head, NOW, tuple(found[:1]), {"20261120-1": 1}, {"20261120": 1}))
    parcels = ParcelStore(store)
    parcels.send_first([NewParcel("p1", "robot", "", "{}", (rows[0].id,))], NOW)
    parcels.ban("robot", NOW + timedelta(minutes=1))
    grant = Grant(Role.MANAGER, Scope(frozenset({ContractId("xicheng-vc-2025")})), money=True)
    changed = AccountChanged(NOW, "desk", AccountChange.ADDED, "root@desk", NOW)
    store.access.put_account(Account("desk", grant, "值班", "zh", "a hash"), (changed,))
    session = SignInSession("s" * 64, "desk", NOW, NOW, NOW + timedelta(hours=8), stays=True, agent="a browser")
    store.access.add_session(session, at_most=5)
    store.access.add_token(AccessToken("t" * 64, "cli", grant, NOW, NOW + timedelta(days=9), "desk"), ())


def rows_of(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with store.reading() as connection:
        return {
            name: [tuple(row) for row in connection.execute(select(one).order_by(*one.primary_key.columns))]
            for name, one in METADATA.tables.items()
        }
