"""The tables of accounts, sessions and tokens. They are no part of the journal: it is told of every change."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from opsmon.store.schema import METADATA

account = Table(
    "account",
    METADATA,
    Column("name", String(80), primary_key=True),
    Column("title", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("password", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("role", String(16), nullable=False),
    Column("contracts", Text, nullable=False),  # JSON list; an empty one limits nothing
    Column("sites", Text, nullable=False),
    Column("money", Boolean, nullable=False),
    Index("account_subject", "issuer", "subject"),
)

session = Table(
    "session",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("account", String(80), ForeignKey("account.name"), nullable=False),
    Column("began_at", String(40), nullable=False),
    Column("seen_at", String(40), nullable=False),
    Column("ends_at", String(40), nullable=False),
    Column("stays", Boolean, nullable=False),
    Column("began_by", Text, nullable=False),
    Column("address", String(80), nullable=False),
    Column("agent", Text, nullable=False),
    Index("session_account", "account"),
    Index("session_ends", "ends_at"),
)

token = Table(
    "token",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("made_at", String(40), nullable=False),
    Column("ends_at", String(40), nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("role", String(16), nullable=False),
    Column("contracts", Text, nullable=False),
    Column("sites", Text, nullable=False),
    Column("money", Boolean, nullable=False),
)

# What the journal has yet to be told, written with the change itself; the daemon tells it and takes the row away.
access_note = Table(
    "access_note",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("type", String(40), nullable=False),
    Column("payload", Text, nullable=False),
    sqlite_autoincrement=True,
)
