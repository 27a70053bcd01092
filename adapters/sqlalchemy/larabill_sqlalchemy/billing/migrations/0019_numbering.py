"""The number of each document, in a row of its own; drafts that staff write."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, code, text

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Create the tables."""
    _create_invoice_numbers()
    _create_draft_invoices()


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("larabill_draft_invoices")
    op.drop_table("larabill_invoice_numbers")


def _create_invoice_numbers() -> None:
    op.create_table(
        "larabill_invoice_numbers",
        sa.Column("invoice_id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("series", code(16), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("number", code(64), nullable=False),
        sa.PrimaryKeyConstraint("invoice_id", name="pk_larabill_invoice_numbers"),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["larabill_invoices.id"], name="fk_larabill_invoice_numbers_invoice_id"
        ),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "uq_larabill_invoice_numbers_number", "larabill_invoice_numbers", ["seller_id", "number"], unique=True
    )
    op.create_index(
        "uq_larabill_invoice_numbers_sequence",
        "larabill_invoice_numbers",
        ["seller_id", "series", "sequence"],
        unique=True,
    )


def _create_draft_invoices() -> None:
    op.create_table(
        "larabill_draft_invoices",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("lines", Json(), nullable=False),
        sa.Column("discount", Json()),
        sa.Column("note", text(), nullable=False),
        sa.Column("terms", text(), nullable=False),
        sa.Column("purchase_order", text(), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_draft_invoices"),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "ix_larabill_draft_invoices_customer", "larabill_draft_invoices", ["seller_id", "customer_id", "id"]
    )
    op.create_index("ix_larabill_draft_invoices_id", "larabill_draft_invoices", ["seller_id", "id"])
