"""Exemptions of customers, and answers about their tax ids."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, code, text

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_tax_exemptions",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("category", code(2), nullable=False),
        sa.Column("reason", text(), nullable=False),
        sa.Column("reason_code", code(32), nullable=False),
        sa.Column("certificate", text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_tax_exemptions"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_tax_exemptions_customer", "larabill_tax_exemptions", ["seller_id", "customer_id"])
    op.create_table(
        "larabill_tax_id_checks",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("tax_id", code(32), nullable=False),
        sa.Column("answer", code(16), nullable=False),
        sa.Column("account", code(64), nullable=False),
        sa.Column("consultation", code(64), nullable=False),
        sa.Column("reason", text(), nullable=False),
        sa.Column("checked_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_tax_id_checks"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_tax_id_checks_customer", "larabill_tax_id_checks", ["seller_id", "customer_id", "id"])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("larabill_tax_id_checks")
    op.drop_table("larabill_tax_exemptions")
