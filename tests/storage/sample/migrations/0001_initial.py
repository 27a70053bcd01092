"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, Json, UnitPrice, code, text

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_notes",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("label", code(40), nullable=False),
        sa.Column("body", text(), nullable=False),
        sa.Column("mood", code(20)),
        sa.Column("parts", Json(), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("unit_price", UnitPrice()),
        sa.Column("written_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_notes"),
        **MYSQL_OPTIONS,
    )
    op.create_table(
        "larabill_stamps",
        sa.Column("id", Id(), nullable=False),
        sa.Column("note_id", Id(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_stamps"),
        sa.ForeignKeyConstraint(["note_id"], ["larabill_notes.id"], name="fk_larabill_stamps_note_id"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_stamps_note_id", "larabill_stamps", ["note_id"])


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_stamps")
    op.drop_table("larabill_notes")
