"""Payments, methods, allocations and refunds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, Json, code, text

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the tables."""
    _create_payment_methods()
    _create_payments()
    _create_payment_parts()
    _create_refunds()


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_refunds")
    op.drop_table("larabill_payment_parts")
    op.drop_table("larabill_payments")
    op.drop_table("larabill_payment_methods")


def _create_payment_methods() -> None:
    op.create_table(
        "larabill_payment_methods",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("account", code(100), nullable=False),
        sa.Column("reference", code(255), nullable=False),
        sa.Column("label", text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_payment_methods"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_payment_methods_customer", "larabill_payment_methods", ["seller_id", "customer_id"])


def _create_payments() -> None:
    op.create_table(
        "larabill_payments",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("invoice_id", Id(), nullable=False),
        sa.Column("account", code(100), nullable=False),
        sa.Column("method_id", Id()),
        sa.Column("kind", code(32), nullable=False),
        sa.Column("ref", code(255), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("capture", sa.Boolean(), nullable=False),
        sa.Column("status", code(32), nullable=False),
        sa.Column("transaction_id", code(255)),
        sa.Column("code", code(100), nullable=False),
        sa.Column("reason", text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("captured_at", Instant()),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_payments"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_payments_customer", "larabill_payments", ["seller_id", "customer_id", "id"])
    op.create_index("ix_larabill_payments_id", "larabill_payments", ["seller_id", "id"])
    op.create_index("ix_larabill_payments_invoice", "larabill_payments", ["seller_id", "invoice_id"])
    op.create_index("ix_larabill_payments_status", "larabill_payments", ["seller_id", "status", "id"])
    op.create_index("uq_larabill_payments_ref", "larabill_payments", ["seller_id", "ref"], unique=True)
    op.create_index(
        "uq_larabill_payments_transaction", "larabill_payments", ["seller_id", "account", "transaction_id"], unique=True
    )


def _create_payment_parts() -> None:
    op.create_table(
        "larabill_payment_parts",
        sa.Column("payment_id", Id(), nullable=False),
        sa.Column("invoice_id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.PrimaryKeyConstraint("payment_id", "invoice_id", name="pk_larabill_payment_parts"),
        sa.ForeignKeyConstraint(["payment_id"], ["larabill_payments.id"], name="fk_larabill_payment_parts_payment_id"),
        sa.ForeignKeyConstraint(["invoice_id"], ["larabill_invoices.id"], name="fk_larabill_payment_parts_invoice_id"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_payment_parts_invoice", "larabill_payment_parts", ["seller_id", "invoice_id"])
    op.create_index("ix_larabill_payment_parts_payment", "larabill_payment_parts", ["seller_id", "payment_id"])


def _create_refunds() -> None:
    op.create_table(
        "larabill_refunds",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("payment_id", Id(), nullable=False),
        sa.Column("account", code(100), nullable=False),
        sa.Column("ref", code(255), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("from_credit", Amount(), nullable=False),
        sa.Column("destination", code(16), nullable=False),
        sa.Column("returned", Json(), nullable=False),
        sa.Column("status", code(32), nullable=False),
        sa.Column("transaction_id", code(255)),
        sa.Column("reason", text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_refunds"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_refunds_payment", "larabill_refunds", ["seller_id", "payment_id"])
    op.create_index("uq_larabill_refunds_ref", "larabill_refunds", ["seller_id", "ref"], unique=True)
