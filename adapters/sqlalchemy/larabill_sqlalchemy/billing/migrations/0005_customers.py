"""Sellers and customers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, code, text

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables."""
    _create_sellers()
    _create_customers()


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_customers")
    op.drop_table("larabill_sellers")


def _create_sellers() -> None:
    op.create_table(
        "larabill_sellers",
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", text(), nullable=False),
        sa.Column("country", code(2), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("time_zone", code(64), nullable=False),
        sa.Column("language", code(35), nullable=False),
        sa.Column("tax_id", text(), nullable=False),
        sa.Column("address", Json(), nullable=False),
        sa.Column("email", code(254), nullable=False),
        sa.Column("phone", text(), nullable=False),
        sa.Column("registration", text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_sellers"),
        **MYSQL_OPTIONS,
    )


def _create_customers() -> None:
    op.create_table(
        "larabill_customers",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("name", text(), nullable=False),
        sa.Column("email", code(254), nullable=False),
        sa.Column("company", text(), nullable=False),
        sa.Column("tax_id", text(), nullable=False),
        sa.Column("address", Json(), nullable=False),
        sa.Column("country", code(2), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("time_zone", code(64), nullable=False),
        sa.Column("language", code(35), nullable=False),
        sa.Column("billing_day", sa.Integer()),
        sa.Column("group", code(64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_customers"),
        sa.ForeignKeyConstraint(["seller_id"], ["larabill_sellers.id"], name="fk_larabill_customers_seller_id"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_customers_id", "larabill_customers", ["seller_id", "id"])
