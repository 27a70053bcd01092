"""Lines of bank statements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, Json, code, text

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "larabill_bank_lines",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("account", code(64), nullable=False),
        sa.Column("bank_id", code(255), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("payer", text(), nullable=False),
        sa.Column("text", text(), nullable=False),
        sa.Column("status", code(32), nullable=False),
        sa.Column("payment_id", Id()),
        sa.Column("reasons", Json(), nullable=False),
        sa.Column("candidates", Json(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("imported_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_bank_lines"),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "uq_larabill_bank_lines_bank_id", "larabill_bank_lines", ["seller_id", "account", "bank_id"], unique=True
    )
    op.create_index("ix_larabill_bank_lines_id", "larabill_bank_lines", ["seller_id", "id"])
    op.create_index("ix_larabill_bank_lines_status", "larabill_bank_lines", ["seller_id", "status", "id"])
    op.create_index("ix_larabill_bank_lines_payment", "larabill_bank_lines", ["seller_id", "payment_id"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("larabill_bank_lines")
