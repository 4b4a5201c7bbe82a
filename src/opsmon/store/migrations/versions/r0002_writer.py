"""Which daemon writes to a store that several can reach."""

from alembic import op
from sqlalchemy import Column, Integer

from opsmon.store.database import Number, Words

revision = "r0002"
down_revision = "r0001"


def upgrade() -> None:
    """No daemon has written yet."""
    op.create_table(
        "writer",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("epoch", Number, nullable=False),
        Column("beat", Number, nullable=False),
        Column("holder", Words(200), nullable=False),
        Column("taken_at", Words(40), nullable=False),
        if_not_exists=True,
    )


def downgrade() -> None:
    """Nothing but who wrote last goes with it."""
    op.drop_table("writer")
