"""Changes that are scheduled for subscriptions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, code, text

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "larabill_subscription_changes",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("subscription_id", Id(), nullable=False),
        sa.Column("kind", code(32), nullable=False),
        sa.Column("data", Json(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("status", code(32), nullable=False),
        sa.Column("reason", text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("done_at", Instant()),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_subscription_changes"),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["larabill_subscriptions.id"],
            name="fk_larabill_subscription_changes_subscription_id",
        ),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "ix_larabill_subscription_changes_due",
        "larabill_subscription_changes",
        ["seller_id", "subscription_id", "status"],
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("larabill_subscription_changes")
