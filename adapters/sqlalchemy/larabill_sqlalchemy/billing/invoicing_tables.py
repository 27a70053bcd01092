"""The tables of documents: headers and lines (insert-only), the state beside each, and allocations (insert-only)."""

from __future__ import annotations

import sqlalchemy as sa

from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, Json, UnitPrice, code, text

INVOICES = sa.Table(
    "larabill_invoices",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("type", code(16), nullable=False),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("order_id", Id),
    sa.Column("subscription_id", Id),
    sa.Column("preceding_id", Id),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("net", Amount, nullable=False),
    sa.Column("tax", Amount, nullable=False),
    sa.Column("total", Amount, nullable=False),
    sa.Column("taxes", Json, nullable=False),
    sa.Column("allowances", Json, nullable=False),
    sa.Column("issued_on", sa.Date, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("issued_at", Instant, nullable=False),
    sa.Column("language", code(35), nullable=False),
    sa.Column("purchase_order", text(), nullable=False),
    sa.Column("note", text(), nullable=False),
    sa.Column("terms", text(), nullable=False),
    sa.Column("seller", Json, nullable=False),
    sa.Column("buyer", Json, nullable=False),
    sa.Index("ix_larabill_invoices_order", "seller_id", "order_id"),
    sa.Index("ix_larabill_invoices_preceding", "seller_id", "preceding_id"),
    **MYSQL_OPTIONS,
)

LINES = sa.Table(
    "larabill_invoice_lines",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("invoice_id", Id, sa.ForeignKey("larabill_invoices.id"), nullable=False),
    sa.Column("type", code(16), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("charge_id", Id, nullable=False),
    sa.Column("kind", code(32), nullable=False),
    sa.Column("description", text(), nullable=False),
    sa.Column("period_start", sa.Date),
    sa.Column("period_end", sa.Date),
    sa.Column("quantity", UnitPrice, nullable=False),
    sa.Column("unit_price", UnitPrice, nullable=False),
    sa.Column("amount", Amount, nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("share", Amount, nullable=False),
    sa.Column("allowances", Json, nullable=False),
    sa.Column("tax_category", code(2), nullable=False),
    sa.Column("tax_rate", Amount, nullable=False),
    sa.Column("taxes", Json, nullable=False),
    sa.Column("trace", Json),
    sa.Index("uq_larabill_invoice_lines_position", "seller_id", "invoice_id", "position", unique=True),
    sa.Index("uq_larabill_invoice_lines_charge", "seller_id", "charge_id", "type", unique=True),
    **MYSQL_OPTIONS,
)

STATES = sa.Table(
    "larabill_invoice_states",
    METADATA,
    sa.Column("invoice_id", Id, sa.ForeignKey("larabill_invoices.id"), primary_key=True),
    sa.Column("type", code(16), nullable=False),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("subscription_id", Id),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("status", code(32), nullable=False),
    sa.Column("balance", Amount, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("paid_at", Instant),
    sa.Column("plan_id", Id),
    sa.Index("ix_larabill_invoice_states_due", "seller_id", "status", "due_on", "invoice_id"),
    sa.Index("ix_larabill_invoice_states_customer", "seller_id", "customer_id", "invoice_id"),
    sa.Index("ix_larabill_invoice_states_id", "seller_id", "invoice_id"),
    sa.Index("ix_larabill_invoice_states_status", "seller_id", "status", "invoice_id"),
    **MYSQL_OPTIONS,
)

ALLOCATIONS = sa.Table(
    "larabill_payment_allocations",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("invoice_id", Id, sa.ForeignKey("larabill_invoices.id"), nullable=False),
    sa.Column("source_kind", code(32), nullable=False),
    sa.Column("source_id", Id, nullable=False),
    sa.Column("cause", code(64), nullable=False),
    sa.Column("amount", Amount, nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Index(
        "uq_larabill_payment_allocations_source",
        "seller_id",
        "source_kind",
        "source_id",
        "invoice_id",
        "cause",
        unique=True,
    ),
    sa.Index("ix_larabill_payment_allocations_invoice", "seller_id", "invoice_id"),
    **MYSQL_OPTIONS,
)
