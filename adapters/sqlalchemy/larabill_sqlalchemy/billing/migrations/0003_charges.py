"""Amounts due, before and after they are invoiced."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, Json, UnitPrice, code, text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    _create_charges()
    _create_invoice_drafts()
    _create_invoice_series()


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_invoice_series")
    op.drop_table("larabill_invoice_drafts")
    op.drop_table("larabill_charges")


def _create_charges() -> None:
    op.create_table(
        "larabill_charges",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("subscription_id", Id()),
        sa.Column("subscription_item_id", Id()),
        sa.Column("kind", code(32), nullable=False),
        sa.Column("period_start", sa.Date()),
        sa.Column("period_end", sa.Date()),
        sa.Column("cause", code(128), nullable=False),
        sa.Column("description", text(), nullable=False),
        sa.Column("quantity", UnitPrice(), nullable=False),
        sa.Column("unit_price", UnitPrice(), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("tax_class", code(32), nullable=False),
        sa.Column("taxes", Json()),
        sa.Column("allowances", Json(), nullable=False),
        sa.Column("credited_line_id", Id()),
        sa.Column("trace", Json()),
        sa.Column("invoice_id", Id()),
        sa.Column("status", code(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_charges"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_charges_credited", "larabill_charges", ["seller_id", "credited_line_id"])
    op.create_index("ix_larabill_charges_invoice", "larabill_charges", ["seller_id", "invoice_id"])
    op.create_index("ix_larabill_charges_subscription", "larabill_charges", ["seller_id", "subscription_id"])
    op.create_index(
        "uq_larabill_charges_cause",
        "larabill_charges",
        ["seller_id", "subscription_item_id", "kind", "period_start", "cause"],
        unique=True,
    )


def _create_invoice_drafts() -> None:
    op.create_table(
        "larabill_invoice_drafts",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("order_id", Id()),
        sa.Column("subscription_id", Id()),
        sa.Column("preceding_id", Id()),
        sa.Column("purchase_order", text(), nullable=False),
        sa.Column("note", text(), nullable=False),
        sa.Column("terms", text(), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_invoice_drafts"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_invoice_drafts_id", "larabill_invoice_drafts", ["seller_id", "id"])
    op.create_index("ix_larabill_invoice_drafts_waits", "larabill_invoice_drafts", ["seller_id", "waits", "id"])


def _create_invoice_series() -> None:
    op.create_table(
        "larabill_invoice_series",
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("code", code(16), nullable=False),
        sa.Column("first_number", sa.Integer(), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seller_id", "code", name="pk_larabill_invoice_series"),
        **MYSQL_OPTIONS,
    )
