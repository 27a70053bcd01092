"""Services: the units that customers see."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, code, text

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_services",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("order_id", Id(), nullable=False),
        sa.Column("order_item_id", Id()),
        sa.Column("subscription_id", Id()),
        sa.Column("subscription_item_id", Id()),
        sa.Column("unit", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("plan_code", code(64), nullable=False),
        sa.Column("name", text(), nullable=False),
        sa.Column("region", code(64), nullable=False),
        sa.Column("spec", Json(), nullable=False),
        sa.Column("on_failure", code(32), nullable=False),
        sa.Column("status", code(32), nullable=False),
        sa.Column("suspended_by_staff", sa.Boolean(), nullable=False),
        sa.Column("waits_for", Id()),
        sa.Column("told_at", Instant()),
        sa.Column("told_by", Id()),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_services"),
        sa.ForeignKeyConstraint(["order_id"], ["larabill_orders.id"], name="fk_larabill_services_order_id"),
        sa.ForeignKeyConstraint(
            ["order_item_id"], ["larabill_order_items.id"], name="fk_larabill_services_order_item_id"
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["larabill_subscriptions.id"], name="fk_larabill_services_subscription_id"
        ),
        sa.ForeignKeyConstraint(
            ["subscription_item_id"],
            ["larabill_subscription_items.id"],
            name="fk_larabill_services_subscription_item_id",
        ),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_services_customer", "larabill_services", ["seller_id", "customer_id", "id"])
    op.create_index("ix_larabill_services_id", "larabill_services", ["seller_id", "id"])
    op.create_index(
        "uq_larabill_services_item_unit",
        "larabill_services",
        ["seller_id", "subscription_item_id", "unit"],
        unique=True,
    )
    op.create_index("ix_larabill_services_waits", "larabill_services", ["seller_id", "waits_for"])
    op.create_index("ix_larabill_services_order", "larabill_services", ["seller_id", "order_id"])
    op.create_index("ix_larabill_services_status", "larabill_services", ["seller_id", "status"])
    op.create_index("ix_larabill_services_subscription", "larabill_services", ["seller_id", "subscription_id"])
    op.create_index(
        "uq_larabill_services_unit", "larabill_services", ["seller_id", "order_item_id", "unit"], unique=True
    )


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_services")
