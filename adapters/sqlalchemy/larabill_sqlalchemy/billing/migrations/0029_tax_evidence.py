"""Evidence of where customers are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, code, text

revision = "0029"
down_revision = "0027"


def upgrade() -> None:
    """Create the table."""
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


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("larabill_tax_evidence")
