"""Evidence of where customers are, and what providers of taxes said about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, code, text

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_tax_evidence",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("kind", code(16), nullable=False),
        sa.Column("country", code(2), nullable=False),
        sa.Column("source", text(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_tax_evidence"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_tax_evidence_customer", "larabill_tax_evidence", ["seller_id", "customer_id", "id"])
    op.create_table(
        "larabill_tax_answers",
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("asked", code(64), nullable=False),
        sa.Column("taxes", Json(), nullable=False),
        sa.Column("answered_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("seller_id", "customer_id", name="pk_larabill_tax_answers"),
        **MYSQL_OPTIONS,
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("larabill_tax_answers")
    op.drop_table("larabill_tax_evidence")
