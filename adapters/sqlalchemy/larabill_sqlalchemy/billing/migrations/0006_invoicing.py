"""Invoices, their lines, states, drafts and number series."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, Json, UnitPrice, code, text

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables."""
    _create_invoices()
    _create_invoice_lines()
    _create_invoice_states()
    _create_payment_allocations()


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_payment_allocations")
    op.drop_table("larabill_invoice_states")
    op.drop_table("larabill_invoice_lines")
    op.drop_table("larabill_invoices")


def _create_invoices() -> None:
    op.create_table(
        "larabill_invoices",
        sa.Column("id", Id(), nullable=False),
        sa.Column("type", code(16), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("order_id", Id()),
        sa.Column("subscription_id", Id()),
        sa.Column("preceding_id", Id()),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("net", Amount(), nullable=False),
        sa.Column("tax", Amount(), nullable=False),
        sa.Column("total", Amount(), nullable=False),
        sa.Column("taxes", Json(), nullable=False),
        sa.Column("allowances", Json(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("language", code(35), nullable=False),
        sa.Column("purchase_order", text(), nullable=False),
        sa.Column("note", text(), nullable=False),
        sa.Column("terms", text(), nullable=False),
        sa.Column("seller", Json(), nullable=False),
        sa.Column("buyer", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_invoices"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_invoices_order", "larabill_invoices", ["seller_id", "order_id"])
    op.create_index("ix_larabill_invoices_preceding", "larabill_invoices", ["seller_id", "preceding_id"])


def _create_invoice_lines() -> None:
    op.create_table(
        "larabill_invoice_lines",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("invoice_id", Id(), nullable=False),
        sa.Column("type", code(16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("charge_id", Id(), nullable=False),
        sa.Column("kind", code(32), nullable=False),
        sa.Column("description", text(), nullable=False),
        sa.Column("period_start", sa.Date()),
        sa.Column("period_end", sa.Date()),
        sa.Column("quantity", UnitPrice(), nullable=False),
        sa.Column("unit_price", UnitPrice(), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("share", Amount(), nullable=False),
        sa.Column("allowances", Json(), nullable=False),
        sa.Column("tax_category", code(2), nullable=False),
        sa.Column("tax_rate", Amount(), nullable=False),
        sa.Column("taxes", Json(), nullable=False),
        sa.Column("trace", Json()),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_invoice_lines"),
        sa.ForeignKeyConstraint(["invoice_id"], ["larabill_invoices.id"], name="fk_larabill_invoice_lines_invoice_id"),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "uq_larabill_invoice_lines_charge", "larabill_invoice_lines", ["seller_id", "charge_id", "type"], unique=True
    )
    op.create_index(
        "uq_larabill_invoice_lines_position",
        "larabill_invoice_lines",
        ["seller_id", "invoice_id", "position"],
        unique=True,
    )


def _create_invoice_states() -> None:
    op.create_table(
        "larabill_invoice_states",
        sa.Column("invoice_id", Id(), nullable=False),
        sa.Column("type", code(16), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("subscription_id", Id()),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", code(32), nullable=False),
        sa.Column("balance", Amount(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("paid_at", Instant()),
        sa.Column("plan_id", Id()),
        sa.PrimaryKeyConstraint("invoice_id", name="pk_larabill_invoice_states"),
        sa.ForeignKeyConstraint(["invoice_id"], ["larabill_invoices.id"], name="fk_larabill_invoice_states_invoice_id"),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "ix_larabill_invoice_states_due", "larabill_invoice_states", ["seller_id", "status", "due_on", "invoice_id"]
    )
    op.create_index(
        "ix_larabill_invoice_states_customer", "larabill_invoice_states", ["seller_id", "customer_id", "invoice_id"]
    )
    op.create_index("ix_larabill_invoice_states_id", "larabill_invoice_states", ["seller_id", "invoice_id"])
    op.create_index(
        "ix_larabill_invoice_states_status", "larabill_invoice_states", ["seller_id", "status", "invoice_id"]
    )


def _create_payment_allocations() -> None:
    op.create_table(
        "larabill_payment_allocations",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("invoice_id", Id(), nullable=False),
        sa.Column("source_kind", code(32), nullable=False),
        sa.Column("source_id", Id(), nullable=False),
        sa.Column("cause", code(64), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_payment_allocations"),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["larabill_invoices.id"], name="fk_larabill_payment_allocations_invoice_id"
        ),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "ix_larabill_payment_allocations_invoice", "larabill_payment_allocations", ["seller_id", "invoice_id"]
    )
    op.create_index(
        "uq_larabill_payment_allocations_source",
        "larabill_payment_allocations",
        ["seller_id", "source_kind", "source_id", "invoice_id", "cause"],
        unique=True,
    )
