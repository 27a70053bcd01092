"""What agreements are worth by the month, and the day on which documents were issued."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, code

revision = "0031"
down_revision = "0030"

_TABLE = "larabill_recurring_moves"


def upgrade() -> None:
    """Create the table, and the index that reports on documents use."""
    op.create_table(
        _TABLE,
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("subscription_id", Id(), nullable=False),
        sa.Column("plan_code", code(64), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("valued_on", sa.Date(), nullable=False),
        sa.Column("mrr", Amount(), nullable=False),
        sa.Column("leaving", Amount(), nullable=False),
        sa.Column("trial", Amount(), nullable=False),
        sa.Column("trial_leaving", Amount(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_recurring_moves"),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["larabill_subscriptions.id"], name="fk_larabill_recurring_moves_subscription_id"
        ),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "uq_larabill_recurring_moves_day",
        _TABLE,
        ["seller_id", "subscription_id", "plan_code", "valued_on"],
        unique=True,
    )
    op.create_index("ix_larabill_recurring_moves_valued", _TABLE, ["seller_id", "currency", "valued_on"])
    op.create_index("ix_larabill_recurring_moves_newest", _TABLE, ["seller_id", "valued_on"])
    op.create_index("ix_larabill_invoices_issued", "larabill_invoices", ["seller_id", "issued_on"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_larabill_invoices_issued", "larabill_invoices")
    op.drop_table(_TABLE)
