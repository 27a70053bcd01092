"""Plans and prices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Json, code, text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables."""
    _create_plans()
    _create_prices()


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_prices")
    op.drop_table("larabill_plans")


def _create_plans() -> None:
    op.create_table(
        "larabill_plans",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("code", code(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", text(), nullable=False),
        sa.Column("provision", sa.Boolean(), nullable=False),
        sa.Column("regions", Json(), nullable=False),
        sa.Column("options", Json(), nullable=False),
        sa.Column("release", code(32), nullable=False),
        sa.Column("on_failure", code(32), nullable=False),
        sa.Column("minimum_term_months", sa.Integer(), nullable=False),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_plans"),
        **MYSQL_OPTIONS,
    )
    op.create_index("uq_larabill_plans_version", "larabill_plans", ["seller_id", "code", "version"], unique=True)


def _create_prices() -> None:
    op.create_table(
        "larabill_prices",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("plan_id", Id(), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("kind", code(32), nullable=False),
        sa.Column("cycle", code(32)),
        sa.Column("amount", Amount(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_prices"),
        sa.ForeignKeyConstraint(["plan_id"], ["larabill_plans.id"], name="fk_larabill_prices_plan_id"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_prices_plan", "larabill_prices", ["seller_id", "plan_id"])
