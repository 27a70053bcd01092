"""The number of each document, in a row of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, code

revision = "0020"
down_revision = "0016"


def upgrade() -> None:
    """Create the table."""
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


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("larabill_invoice_numbers")
