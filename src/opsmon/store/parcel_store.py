"""The parcels of a store, for the lanes: each method is one transaction, may block, and raises StoreError."""

from collections.abc import Sequence
from datetime import datetime

from opsmon.store import parcel as parcels
from opsmon.store.outbox import NewDelivery
from opsmon.store.parcel import NewParcel, ParcelReceipt, StoredParcel, WaitingDelivery
from opsmon.store.store import Store


class ParcelStore:
    def __init__(self, store: Store) -> None:
        self._store = store

    def waiting(self, channel: str, limit: int) -> tuple[WaitingDelivery, ...]:
        with self._store.reading() as connection:
            return parcels.waiting_deliveries(connection, channel, limit)

    def packed(self, parcel: str) -> tuple[WaitingDelivery, ...]:
        with self._store.reading() as connection:
            return parcels.packed_deliveries(connection, parcel)

    def open_parcels(self, channel: str) -> tuple[StoredParcel, ...]:
        with self._store.reading() as connection:
            return parcels.open_parcels(connection, channel)

    def waiting_channels(self) -> tuple[str, ...]:
        with self._store.reading() as connection:
            return parcels.waiting_channels(connection)

    def banned_until(self, channel: str) -> datetime | None:
        with self._store.reading() as connection:
            return parcels.banned_until(connection, channel)

    def ban(self, channel: str, until: datetime) -> None:
        with self._store.writing() as connection:
            parcels.ban(connection, channel, until)

    def requests_since(self, channel: str, since: datetime) -> tuple[tuple[str, datetime], ...]:
        with self._store.reading() as connection:
            return parcels.requests_since(connection, channel, since)

    def send_first(self, made: Sequence[NewParcel], now: datetime) -> None:
        """Writes parcels down, with the attempt at the first of them that begins now."""
        with self._store.writing() as connection:
            parcels.add_parcels(connection, made, now)
            parcels.begin_attempt(connection, made[0].id, now)

    def begin_attempt(self, parcel: str, now: datetime) -> None:
        with self._store.writing() as connection:
            parcels.begin_attempt(connection, parcel, now)

    def end_attempt(self, parcel: str, next_attempt_at: datetime, error: str, *, known: bool) -> None:
        with self._store.writing() as connection:
            parcels.end_attempt(connection, parcel, next_attempt_at, error, known=known)

    def take(self, receipt: ParcelReceipt) -> None:
        """For a parcel that tells nothing of an incident; others are taken in the commit of their events."""
        with self._store.writing() as connection:
            parcels.take(connection, receipt)

    def take_apart(self, parcel: str, now: datetime) -> None:
        with self._store.writing() as connection:
            parcels.take_apart(connection, parcel, now)

    def bury(self, parcel: str, now: datetime, reason: str) -> None:
        with self._store.writing() as connection:
            parcels.bury(connection, parcel, now, reason)

    def move(self, deliveries: Sequence[str], instead: Sequence[NewDelivery], now: datetime, reason: str) -> None:
        with self._store.writing() as connection:
            parcels.move(connection, deliveries, instead, now, reason)

    def withdraw(self, deliveries: Sequence[str], now: datetime, reason: str) -> None:
        with self._store.writing() as connection:
            parcels.withdraw(connection, deliveries, now, reason)

    def give_up(self, deliveries: Sequence[str], now: datetime, reason: str) -> None:
        with self._store.writing() as connection:
            parcels.give_up(connection, deliveries, now, reason)
