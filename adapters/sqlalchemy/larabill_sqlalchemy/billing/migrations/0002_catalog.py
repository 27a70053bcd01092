"""Plans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Json, code, text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "larabill_plans",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("code", code(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", text(), nullable=False),
        sa.Column("definition", Json(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_plans"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_plans_active", "larabill_plans", ["seller_id", "active", "code"])
    op.create_index("uq_larabill_plans_version", "larabill_plans", ["seller_id", "code", "version"], unique=True)


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("larabill_plans")
