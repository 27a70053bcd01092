"""Overdue cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, code

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_dunning_cases",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("subscription_id", Id(), nullable=False),
        sa.Column("invoice_id", Id(), nullable=False),
        sa.Column("policy", code(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("overdue_at", Instant(), nullable=False),
        sa.Column("stepped_at", Instant()),
        sa.Column("asked_at", Instant()),
        sa.Column("next_at", Instant()),
        sa.Column("paused_at", Instant()),
        sa.Column("destroy_at", Instant()),
        sa.Column("is_open", sa.Boolean()),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant()),
        sa.Column("closed_reason", code(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_dunning_cases"),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["larabill_subscriptions.id"], name="fk_larabill_dunning_cases_subscription_id"
        ),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_dunning_cases_due", "larabill_dunning_cases", ["seller_id", "is_open", "next_at"])
    op.create_index("ix_larabill_dunning_cases_id", "larabill_dunning_cases", ["seller_id", "id"])
    op.create_index("ix_larabill_dunning_cases_is_open", "larabill_dunning_cases", ["seller_id", "is_open", "id"])
    op.create_index("ix_larabill_dunning_cases_invoice", "larabill_dunning_cases", ["seller_id", "invoice_id"])
    op.create_index(
        "uq_larabill_dunning_cases_open",
        "larabill_dunning_cases",
        ["seller_id", "subscription_id", "is_open"],
        unique=True,
    )


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_dunning_cases")
