"""Rules by which customers buy credit automatically."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, code

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "larabill_top_up_rules",
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("threshold", Amount(), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name="pk_larabill_top_up_rules"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_top_up_rules_seller", "larabill_top_up_rules", ["seller_id", "customer_id"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("larabill_top_up_rules")
