"""Which plan of billing is which plan at the provider."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Json, code

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_plan_maps",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("billing_plan", code(100), nullable=False),
        sa.Column("account", code(100), nullable=False),
        sa.Column("provider_plan_code", code(100), nullable=False),
        sa.Column("region", code(100), nullable=False),
        sa.Column("config", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_plan_maps"),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "uq_larabill_plan_maps_seller_id", "larabill_plan_maps", ["seller_id", "billing_plan", "region"], unique=True
    )


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_plan_maps")
