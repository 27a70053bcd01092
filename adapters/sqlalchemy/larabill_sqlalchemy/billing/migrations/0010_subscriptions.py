"""Subscriptions and their items."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, UnitPrice, code, text

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the tables."""
    _create_subscriptions()
    _create_subscription_items()


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_subscription_items")
    op.drop_table("larabill_subscriptions")


def _create_subscriptions() -> None:
    op.create_table(
        "larabill_subscriptions",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("order_id", Id(), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("cycle", code(32), nullable=False),
        sa.Column("time_zone", code(64), nullable=False),
        sa.Column("billing", code(32), nullable=False),
        sa.Column("status", code(32), nullable=False),
        sa.Column("is_trial", sa.Boolean(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("anchor_on", sa.Date(), nullable=False),
        sa.Column("anchor_day", sa.Integer(), nullable=False),
        sa.Column("billing_day", sa.Integer()),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("next_period", sa.Integer(), nullable=False),
        sa.Column("cut_on", sa.Date()),
        sa.Column("next_billing_at", Instant()),
        sa.Column("change_on", sa.Date()),
        sa.Column("minimum_until", sa.Date(), nullable=False),
        sa.Column("notice_days", sa.Integer(), nullable=False),
        sa.Column("end_on", sa.Date()),
        sa.Column("compensation", code(32), nullable=False),
        sa.Column("paused_on", sa.Date()),
        sa.Column("unused", code(32)),
        sa.Column("held_reason", text(), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_subscriptions"),
        sa.ForeignKeyConstraint(["order_id"], ["larabill_orders.id"], name="fk_larabill_subscriptions_order_id"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_subscriptions_is_held", "larabill_subscriptions", ["seller_id", "is_held", "id"])
    op.create_index("ix_larabill_subscriptions_customer", "larabill_subscriptions", ["seller_id", "customer_id", "id"])
    op.create_index(
        "ix_larabill_subscriptions_due", "larabill_subscriptions", ["seller_id", "is_held", "next_billing_at"]
    )
    op.create_index("ix_larabill_subscriptions_id", "larabill_subscriptions", ["seller_id", "id"])
    op.create_index("ix_larabill_subscriptions_order", "larabill_subscriptions", ["seller_id", "order_id"])
    op.create_index("ix_larabill_subscriptions_status", "larabill_subscriptions", ["seller_id", "status", "id"])


def _create_subscription_items() -> None:
    op.create_table(
        "larabill_subscription_items",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("subscription_id", Id(), nullable=False),
        sa.Column("plan_id", Id(), nullable=False),
        sa.Column("plan_code", code(64), nullable=False),
        sa.Column("description", text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("spec", Json(), nullable=False),
        sa.Column("unit_price", UnitPrice()),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("first_period", sa.Integer(), nullable=False),
        sa.Column("metered_from", sa.Date()),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_subscription_items"),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["larabill_subscriptions.id"], name="fk_larabill_subscription_items_subscription_id"
        ),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "ix_larabill_subscription_items_subscription", "larabill_subscription_items", ["seller_id", "subscription_id"]
    )
    op.create_index(
        "ix_larabill_subscription_items_plan",
        "larabill_subscription_items",
        ["seller_id", "plan_code", "subscription_id"],
    )
