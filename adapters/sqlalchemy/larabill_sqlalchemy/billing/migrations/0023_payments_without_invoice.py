"""Payments without an invoice: top-ups of credit."""

from __future__ import annotations

from alembic import op

from larabill_sqlalchemy.types import Id

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Let a payment have no invoice."""
    with op.batch_alter_table("larabill_payments") as table:
        table.alter_column("invoice_id", existing_type=Id(), nullable=True)


def downgrade() -> None:
    """Every payment has an invoice again. Fails while there is one without."""
    with op.batch_alter_table("larabill_payments") as table:
        table.alter_column("invoice_id", existing_type=Id(), nullable=False)
