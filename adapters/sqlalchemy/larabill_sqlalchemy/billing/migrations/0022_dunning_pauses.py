"""Pauses of dunning, reminders before the due day, and attempts by method."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, code, text

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_dunning_pauses",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("invoice_id", Id(), nullable=False),
        sa.Column("kind", code(32), nullable=False),
        sa.Column("status", code(32), nullable=False),
        sa.Column("reason", text(), nullable=False),
        sa.Column("said_by", text(), nullable=False),
        sa.Column("until_on", sa.Date()),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant()),
        sa.Column("is_open", sa.Boolean()),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_dunning_pauses"),
        **MYSQL_OPTIONS,
    )
    open_one = ["seller_id", "invoice_id", "kind", "is_open"]
    op.create_index("uq_larabill_dunning_pauses_open", "larabill_dunning_pauses", open_one, unique=True)
    of_customer = ["seller_id", "customer_id", "is_open"]
    op.create_index("ix_larabill_dunning_pauses_customer", "larabill_dunning_pauses", of_customer)
    op.create_index("ix_larabill_dunning_cases_customer", "larabill_dunning_cases", of_customer)
    op.create_index("ix_larabill_dunning_pauses_is_open", "larabill_dunning_pauses", ["seller_id", "is_open", "id"])
    op.create_index("ix_larabill_dunning_pauses_id", "larabill_dunning_pauses", ["seller_id", "id"])
    op.create_table(
        "larabill_dunning_notices",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("invoice_id", Id(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_dunning_notices"),
        **MYSQL_OPTIONS,
    )
    one = ["seller_id", "invoice_id", "number"]
    op.create_index("uq_larabill_dunning_notices_number", "larabill_dunning_notices", one, unique=True)
    op.create_index("ix_larabill_payments_method", "larabill_payments", ["seller_id", "method_id", "id"])


def downgrade() -> None:
    """Drop what was made, the last first."""
    op.drop_index("ix_larabill_payments_method", "larabill_payments")
    op.drop_index("ix_larabill_dunning_cases_customer", "larabill_dunning_cases")
    op.drop_table("larabill_dunning_notices")
    op.drop_table("larabill_dunning_pauses")
