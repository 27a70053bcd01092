"""Who changed what in billing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, code, text

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_billing_audits",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("subject_kind", code(32), nullable=False),
        sa.Column("subject_id", Id(), nullable=False),
        sa.Column("action", code(64), nullable=False),
        sa.Column("state_before", code(32), nullable=False),
        sa.Column("state_after", code(32), nullable=False),
        sa.Column("actor", code(160), nullable=False),
        sa.Column("reason", text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_billing_audits"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_billing_audits_id", "larabill_billing_audits", ["seller_id", "id"])
    op.create_index(
        "ix_larabill_billing_audits_subject", "larabill_billing_audits", ["seller_id", "subject_kind", "subject_id"]
    )


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_billing_audits")
