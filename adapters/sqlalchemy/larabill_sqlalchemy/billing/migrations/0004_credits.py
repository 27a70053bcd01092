"""Credit of customers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, code

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_credits",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("lot_id", Id(), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("source", code(32), nullable=False),
        sa.Column("source_id", Id(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("expires_on", sa.Date()),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_credits"),
        **MYSQL_OPTIONS,
    )
    for name, *columns in (
        ("customer", "customer_id", "currency", "lot_id", "amount"),
        ("history", "customer_id", "id"),
        ("lot", "lot_id", "amount"),
    ):
        op.create_index(f"ix_larabill_credits_{name}", "larabill_credits", ["seller_id", *columns])
    op.create_index(
        "uq_larabill_credits_source", "larabill_credits", ["seller_id", "source", "source_id", "part"], unique=True
    )


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_credits")
