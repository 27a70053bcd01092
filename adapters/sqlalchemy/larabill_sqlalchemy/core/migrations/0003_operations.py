"""Operations: what is asked of the outside world."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, code, text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_operations",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("subject_kind", code(30), nullable=False),
        sa.Column("subject_id", Id(), nullable=False),
        sa.Column("open_subject_id", Id()),
        sa.Column("account", code(100), nullable=False),
        sa.Column("action", code(50), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("operation_key", code(150), nullable=False),
        sa.Column("ref", code(255), nullable=False),
        sa.Column("status", code(20), nullable=False),
        sa.Column("handle", text(), nullable=False),
        sa.Column("progress", Json(), nullable=False),
        sa.Column("arguments", Json(), nullable=False),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("last_error", text(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", Instant()),
        sa.Column("next_at", Instant(), nullable=False),
        sa.Column("deadline_at", Instant(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_operations"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_operations_account", "larabill_operations", ["account", "lease_until"])
    op.create_index("ix_larabill_operations_status", "larabill_operations", ["status", "next_at"])
    op.create_index("uq_larabill_operations_open_subject_id", "larabill_operations", ["open_subject_id"], unique=True)
    op.create_index("uq_larabill_operations_operation_key", "larabill_operations", ["operation_key"], unique=True)
    op.create_index("uq_larabill_operations_subject_id", "larabill_operations", ["subject_id", "seq"], unique=True)


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_operations")
