"""The tables, in plain types that SQLite and PostgreSQL share. Times are ISO 8601 text in UTC, which sorts as time."""

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

METADATA = MetaData()

journal = Table(
    "journal",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("type", String(40), nullable=False),
    Column("schema", Integer, nullable=False),
    Column("incident", String(64)),
    Column("device", Text),
    Column("payload", Text, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Index("journal_incident", "incident", "seq"),
    Index("journal_at", "at"),
)

# One row: the head of the journal, kept apart from it so that a cut tail is seen. `touched_at` is when somebody last
# found out whether the database can be written.
head = Table(
    "head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("touched_at", String(40)),
)

# The last few short cuts to a world; each can be thrown away, the journal holds everything.
snapshot = Table(
    "snapshot",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("at", String(40), nullable=False),
    Column("body", LargeBinary, nullable=False),
)

outbox = Table(
    "outbox",
    METADATA,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("id", String(160), nullable=False, unique=True),
    Column("channel", String(80), nullable=False),
    Column("key", String(80), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("next_attempt_at", String(40), nullable=False),
    Column("finished_at", String(40)),
    Column("error", Text, nullable=False),
    Index("outbox_waiting", "state", "channel", "key", "position"),
    sqlite_autoincrement=True,
)
