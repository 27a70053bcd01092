"""Stock of plans by region."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, code

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "larabill_stock",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("plan_code", code(64), nullable=False),
        sa.Column("region", code(64), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_stock"),
        **MYSQL_OPTIONS,
    )
    op.create_index("uq_larabill_stock_plan", "larabill_stock", ["seller_id", "plan_code", "region"], unique=True)


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("larabill_stock")
