"""The tables of accounts, sessions and tokens. They are no part of the journal: it is told of every change."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table

from opsmon.store.database import Number, Words
from opsmon.store.schema import METADATA

account = Table(
    "account",
    METADATA,
    Column("name", Words(80), primary_key=True),
    Column("title", Words(), nullable=False),
    Column("language", Words(8), nullable=False),
    Column("password", Words(), nullable=False),
    Column("issuer", Words(), nullable=False),
    Column("subject", Words(), nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("role", Words(16), nullable=False),
    Column("contracts", Words(), nullable=False),  # JSON list; an empty one limits nothing
    Column("sites", Words(), nullable=False),
    Column("money", Boolean, nullable=False),
    Index("account_subject", "issuer", "subject"),
)

session = Table(
    "session",
    METADATA,
    Column("id", Words(64), primary_key=True),
    Column("account", Words(80), ForeignKey("account.name"), nullable=False),
    Column("began_at", Words(40), nullable=False),
    Column("seen_at", Words(40), nullable=False),
    Column("ends_at", Words(40), nullable=False),
    Column("stays", Boolean, nullable=False),
    Column("began_by", Words(), nullable=False),
    Column("address", Words(80), nullable=False),
    Column("agent", Words(), nullable=False),
    Index("session_account", "account"),
    Index("session_ends", "ends_at"),
)

token = Table(
    "token",
    METADATA,
    Column("id", Words(64), primary_key=True),
    Column("name", Words(80), nullable=False, unique=True),
    Column("made_at", Words(40), nullable=False),
    Column("ends_at", Words(40), nullable=False),
    Column("made_by", Words(200), nullable=False),
    Column("role", Words(16), nullable=False),
    Column("contracts", Words(), nullable=False),
    Column("sites", Words(), nullable=False),
    Column("money", Boolean, nullable=False),
)

# What the journal has yet to be told, written with the change itself; the daemon tells it and takes the row away.
access_note = Table(
    "access_note",
    METADATA,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("type", Words(40), nullable=False),
    Column("payload", Words(), nullable=False),
    sqlite_autoincrement=True,
)
