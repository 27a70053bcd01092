"""Disputes about payments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, code, text

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "larabill_disputes",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("payment_id", Id(), nullable=False),
        sa.Column("account", code(100), nullable=False),
        sa.Column("gateway_id", code(255), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("fee", Amount(), nullable=False),
        sa.Column("reason", text(), nullable=False),
        sa.Column("respond_by", Instant()),
        sa.Column("status", code(32), nullable=False),
        sa.Column("reopened", Amount(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_disputes"),
        sa.ForeignKeyConstraint(["payment_id"], ["larabill_payments.id"], name="fk_larabill_disputes_payment_id"),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "uq_larabill_disputes_gateway_id", "larabill_disputes", ["seller_id", "account", "gateway_id"], unique=True
    )
    op.create_index("ix_larabill_disputes_payment", "larabill_disputes", ["seller_id", "payment_id"])
    op.create_index("ix_larabill_disputes_customer", "larabill_disputes", ["seller_id", "customer_id", "status"])
    op.create_index("ix_larabill_disputes_id", "larabill_disputes", ["seller_id", "id"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("larabill_disputes")
