"""The tables, in plain types that SQLite and PostgreSQL share. Times are ISO 8601 text in UTC, which sorts as time."""

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, Table

from opsmon.store.database import Number, Words

METADATA = MetaData()

journal = Table(
    "journal",
    METADATA,
    Column("seq", Number, primary_key=True, autoincrement=False),
    Column("at", Words(40), nullable=False),
    Column("type", Words(40), nullable=False),
    Column("schema", Integer, nullable=False),
    Column("incident", Words(64)),
    Column("device", Words()),
    Column("payload", Words(), nullable=False),
    Column("prev_hash", Words(64), nullable=False),
    Column("hash", Words(64), nullable=False, unique=True),
    Index("journal_incident", "incident", "seq"),
    Index("journal_at", "at"),
)

# One row: the head of the journal, kept apart from it so that a cut tail is seen. `touched_at` is when somebody last
# found out whether the database can be written.
head = Table(
    "head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Number, nullable=False),
    Column("hash", Words(64), nullable=False),
    Column("touched_at", Words(40)),
)

# From when until when a daemon watched, a row for each time without a break.
watch = Table(
    "watch",
    METADATA,
    Column("began_at", Words(40), primary_key=True),
    Column("seen_at", Words(40), nullable=False),
)

# One row: which daemon writes to a store that several can reach, by an `epoch` that each of them counts up, and a beat
# by which it says that it is there.
writer = Table(
    "writer",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Number, nullable=False),
    Column("beat", Number, nullable=False),
    Column("holder", Words(200), nullable=False),
    Column("taken_at", Words(40), nullable=False),
)

# The last few short cuts to a world; each can be thrown away, the journal holds everything.
snapshot = Table(
    "snapshot",
    METADATA,
    Column("seq", Number, primary_key=True, autoincrement=False),
    Column("hash", Words(64), nullable=False),
    Column("at", Words(40), nullable=False),
    Column("body", LargeBinary, nullable=False),
)

outbox = Table(
    "outbox",
    METADATA,
    Column("position", Number, primary_key=True, autoincrement=True),
    Column("id", Words(160), nullable=False, unique=True),
    Column("channel", Words(80), nullable=False),
    Column("key", Words(80), nullable=False),
    Column("body", Words(), nullable=False),
    Column("state", Words(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Words(40), nullable=False),
    Column("next_attempt_at", Words(40), nullable=False),
    Column("finished_at", Words(40)),
    Column("error", Words(), nullable=False),
    Index("outbox_waiting", "state", "channel", "key", "position"),
    sqlite_autoincrement=True,
)

# One message of a channel for people; made before it is sent, so that a restart repeats the same one.
parcel = Table(
    "parcel",
    METADATA,
    Column("position", Number, primary_key=True, autoincrement=True),
    Column("id", Words(40), nullable=False, unique=True),
    Column("channel", Words(80), nullable=False),
    Column("person", Words(80), nullable=False),
    Column("body", Words(), nullable=False),
    Column("follows", Words(40), nullable=False),
    Column("state", Words(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Words(40), nullable=False),
    Column("attempted_at", Words(40)),
    Column("unknown_since", Words(40)),
    Column("next_attempt_at", Words(40), nullable=False),
    Column("finished_at", Words(40)),
    Column("error", Words(), nullable=False),
    Index("parcel_waiting", "state", "channel", "position"),
    sqlite_autoincrement=True,
)

# What a parcel tells.
parcel_delivery = Table(
    "parcel_delivery",
    METADATA,
    Column("position", Number, primary_key=True, autoincrement=True),
    Column("parcel", Words(40), nullable=False),
    Column("delivery", Words(160), nullable=False, unique=True),
    Index("parcel_delivery_parcel", "parcel", "position"),
    sqlite_autoincrement=True,
)

# Until when a channel for people wants to be left alone, where it said so.
channel_ban = Table(
    "channel_ban",
    METADATA,
    Column("channel", Words(80), primary_key=True),
    Column("until", Words(40), nullable=False),
)

# When something was sent to a channel, taken or not: what its windows and its month are counted by.
channel_request = Table(
    "channel_request",
    METADATA,
    Column("position", Number, primary_key=True, autoincrement=True),
    Column("channel", Words(80), nullable=False),
    Column("person", Words(80), nullable=False),
    Column("at", Words(40), nullable=False),
    Index("channel_request_at", "channel", "at"),
    sqlite_autoincrement=True,
)
