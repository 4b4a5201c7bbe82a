"""From when until when somebody watched: a row for each time without a break, its end written with every commit.

A daemon that is killed writes nothing more, so what says until when it watched is the last thing that it wrote before:
a commit, or the mark of the store's check, which comes every ten seconds where there is nothing else to write. A clock
that jumped, or a machine that slept, begins another row. No part of the journal: it holds what was seen, and no event
follows from these rows.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from opsmon.store import schema
from opsmon.store.outbox import time_text

KEPT = timedelta(days=62)
Gap = tuple[datetime, datetime]


class WatchMarks:
    """The rows of the last two months; without `begin` nothing is written, so that who only visits does not watch."""

    def __init__(self) -> None:
        self._rows: list[tuple[datetime, datetime]] = []
        self._is_watching = False

    def begin(self, connection: Connection, now: datetime) -> None:
        """Reads the earlier rows; from now on somebody watches."""
        table = schema.watch
        connection.execute(delete(table).where(table.c.seen_at < time_text(now - KEPT)))
        found = connection.execute(select(table.c.began_at, table.c.seen_at).order_by(table.c.began_at))
        self._rows = [(datetime.fromisoformat(row.began_at), datetime.fromisoformat(row.seen_at)) for row in found]
        self._is_watching = True
        self.break_off(now)
        self.see(connection, now)

    def break_off(self, now: datetime) -> None:
        """What was seen until now does not reach to this moment."""
        if self._is_watching:
            self._rows.append((now, now))

    def see(self, connection: Connection, now: datetime) -> None:
        """Somebody still watches."""
        if not self._is_watching:
            return
        table, began = schema.watch, self._rows[-1][0]
        self._rows[-1] = began, now
        written = update(table).where(table.c.began_at == time_text(began)).values(seen_at=time_text(now))
        if connection.execute(written).rowcount == 0:
            connection.execute(insert(table).values(began_at=time_text(began), seen_at=time_text(now)))

    def gaps(self) -> list[Gap]:
        """When nobody watched, between the first row and the last."""
        found: list[Gap] = []
        seen: datetime | None = None
        for began, until in sorted(self._rows):
            if seen is not None and began > seen:
                found.append((seen, began))
            seen = until if seen is None else max(seen, until)
        return found
