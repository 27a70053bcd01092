"""How much each account is asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Instant, code

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_limits",
        sa.Column("account", code(100), nullable=False),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("refilled_at", Instant(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_until", Instant()),
        sa.Column("trial_at", Instant()),
        sa.PrimaryKeyConstraint("account", name="pk_larabill_limits"),
        **MYSQL_OPTIONS,
    )


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_limits")
