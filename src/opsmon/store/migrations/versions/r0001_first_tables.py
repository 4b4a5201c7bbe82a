"""The tables as they were when revisions began, each made where it is missing: stores of before have some of them."""

from alembic import op
from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary

from opsmon.errors import StoreError
from opsmon.store.database import Number, Words
from opsmon.text.bilingual import Sentence

revision = "r0001"
down_revision = None


def upgrade() -> None:
    """Also takes over a store of before."""
    _journal()
    _outbox()
    _parcels()
    _people()


def downgrade() -> None:
    """There is nothing before it."""
    raise StoreError(Sentence("there is no older revision of the store", "数据库没有更早的结构版本"))


def _journal() -> None:
    op.create_table(
        "journal",
        Column("seq", Number, primary_key=True, autoincrement=False),
        Column("at", Words(40), nullable=False),
        Column("type", Words(40), nullable=False),
        Column("schema", Integer, nullable=False),
        Column("incident", Words(64)),
        Column("device", Words()),
        Column("payload", Words(), nullable=False),
        Column("prev_hash", Words(64), nullable=False),
        Column("hash", Words(64), nullable=False, unique=True),
        if_not_exists=True,
    )
    op.create_index("journal_incident", "journal", ["incident", "seq"], if_not_exists=True)
    op.create_index("journal_at", "journal", ["at"], if_not_exists=True)
    op.create_table(
        "head",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("seq", Number, nullable=False),
        Column("hash", Words(64), nullable=False),
        Column("touched_at", Words(40)),
        if_not_exists=True,
    )
    op.create_table(
        "watch",
        Column("began_at", Words(40), primary_key=True),
        Column("seen_at", Words(40), nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "snapshot",
        Column("seq", Number, primary_key=True, autoincrement=False),
        Column("hash", Words(64), nullable=False),
        Column("at", Words(40), nullable=False),
        Column("body", LargeBinary, nullable=False),
        if_not_exists=True,
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
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
        sqlite_autoincrement=True,
        if_not_exists=True,
    )
    op.create_index("outbox_waiting", "outbox", ["state", "channel", "key", "position"], if_not_exists=True)


def _parcels() -> None:
    op.create_table(
        "parcel",
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
        sqlite_autoincrement=True,
        if_not_exists=True,
    )
    op.create_index("parcel_waiting", "parcel", ["state", "channel", "position"], if_not_exists=True)
    op.create_table(
        "parcel_delivery",
        Column("position", Number, primary_key=True, autoincrement=True),
        Column("parcel", Words(40), nullable=False),
        Column("delivery", Words(160), nullable=False, unique=True),
        sqlite_autoincrement=True,
        if_not_exists=True,
    )
    op.create_index("parcel_delivery_parcel", "parcel_delivery", ["parcel", "position"], if_not_exists=True)
    op.create_table(
        "channel_ban",
        Column("channel", Words(80), primary_key=True),
        Column("until", Words(40), nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "channel_request",
        Column("position", Number, primary_key=True, autoincrement=True),
        Column("channel", Words(80), nullable=False),
        Column("person", Words(80), nullable=False),
        Column("at", Words(40), nullable=False),
        sqlite_autoincrement=True,
        if_not_exists=True,
    )
    op.create_index("channel_request_at", "channel_request", ["channel", "at"], if_not_exists=True)


def _people() -> None:
    op.create_table(
        "account",
        Column("name", Words(80), primary_key=True),
        Column("title", Words(), nullable=False),
        Column("language", Words(8), nullable=False),
        Column("password", Words(), nullable=False),
        Column("issuer", Words(), nullable=False),
        Column("subject", Words(), nullable=False),
        Column("disabled", Boolean, nullable=False),
        Column("role", Words(16), nullable=False),
        Column("contracts", Words(), nullable=False),
        Column("sites", Words(), nullable=False),
        Column("money", Boolean, nullable=False),
        if_not_exists=True,
    )
    op.create_index("account_subject", "account", ["issuer", "subject"], if_not_exists=True)
    op.create_table(
        "session",
        Column("id", Words(64), primary_key=True),
        Column("account", Words(80), ForeignKey("account.name"), nullable=False),
        Column("began_at", Words(40), nullable=False),
        Column("seen_at", Words(40), nullable=False),
        Column("ends_at", Words(40), nullable=False),
        Column("stays", Boolean, nullable=False),
        Column("began_by", Words(), nullable=False),
        Column("address", Words(80), nullable=False),
        Column("agent", Words(), nullable=False),
        if_not_exists=True,
    )
    op.create_index("session_account", "session", ["account"], if_not_exists=True)
    op.create_index("session_ends", "session", ["ends_at"], if_not_exists=True)
    op.create_table(
        "token",
        Column("id", Words(64), primary_key=True),
        Column("name", Words(80), nullable=False, unique=True),
        Column("made_at", Words(40), nullable=False),
        Column("ends_at", Words(40), nullable=False),
        Column("made_by", Words(200), nullable=False),
        Column("role", Words(16), nullable=False),
        Column("contracts", Words(), nullable=False),
        Column("sites", Words(), nullable=False),
        Column("money", Boolean, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "access_note",
        Column("number", Number, primary_key=True, autoincrement=True),
        Column("type", Words(40), nullable=False),
        Column("payload", Words(), nullable=False),
        sqlite_autoincrement=True,
        if_not_exists=True,
    )
