"""Vouchers and their batches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, code, text

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_voucher_batches",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("name", text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("expires_on", sa.Date()),
        sa.Column("sold", text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_voucher_batches"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_voucher_batches_id", "larabill_voucher_batches", ["seller_id", "id"])
    op.create_table(
        "larabill_vouchers",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("batch_id", Id(), nullable=False),
        sa.Column("digest", code(64), nullable=False),
        sa.Column("status", code(32), nullable=False),
        sa.Column("customer_id", Id()),
        sa.Column("redeemed_at", Instant()),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_vouchers"),
        sa.ForeignKeyConstraint(["batch_id"], ["larabill_voucher_batches.id"], name="fk_larabill_vouchers_batch_id"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_vouchers_batch", "larabill_vouchers", ["seller_id", "batch_id", "status"])
    op.create_index("uq_larabill_vouchers_digest", "larabill_vouchers", ["seller_id", "digest"], unique=True)


def downgrade() -> None:
    """Drop the tables, the dependent one first."""
    op.drop_table("larabill_vouchers")
    op.drop_table("larabill_voucher_batches")
