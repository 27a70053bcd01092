"""Who brought whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, code

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "larabill_referrals",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("referrer_id", Id(), nullable=False),
        sa.Column("referred_id", Id(), nullable=False),
        sa.Column("status", code(32), nullable=False),
        sa.Column("payment_id", Id()),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("rewarded_at", Instant()),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_referrals"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_referrals_id", "larabill_referrals", ["seller_id", "id"])
    op.create_index("ix_larabill_referrals_payment", "larabill_referrals", ["seller_id", "payment_id"])
    op.create_index("ix_larabill_referrals_referrer", "larabill_referrals", ["seller_id", "referrer_id", "id"])
    op.create_index("uq_larabill_referrals_referred", "larabill_referrals", ["seller_id", "referred_id"], unique=True)


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("larabill_referrals")
