"""Orders and their items."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, code, text

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the tables."""
    _create_orders()
    _create_order_items()


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_order_items")
    op.drop_table("larabill_orders")


def _create_orders() -> None:
    op.create_table(
        "larabill_orders",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("order_uuid", Id(), nullable=False),
        sa.Column("fingerprint", code(64), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("release", code(32), nullable=False),
        sa.Column("invoice_id", Id()),
        sa.Column("status", code(32), nullable=False),
        sa.Column("placed_at", Instant(), nullable=False),
        sa.Column("released_at", Instant()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_orders"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_orders_customer", "larabill_orders", ["seller_id", "customer_id", "id"])
    op.create_index("ix_larabill_orders_id", "larabill_orders", ["seller_id", "id"])
    op.create_index("uq_larabill_orders_invoice", "larabill_orders", ["seller_id", "invoice_id"], unique=True)
    op.create_index("uq_larabill_orders_uuid", "larabill_orders", ["seller_id", "order_uuid"], unique=True)


def _create_order_items() -> None:
    op.create_table(
        "larabill_order_items",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("order_id", Id(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("plan_id", Id(), nullable=False),
        sa.Column("plan_code", code(64), nullable=False),
        sa.Column("cycle", code(32)),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("region", code(64), nullable=False),
        sa.Column("spec", Json(), nullable=False),
        sa.Column("name", text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_order_items"),
        sa.ForeignKeyConstraint(["order_id"], ["larabill_orders.id"], name="fk_larabill_order_items_order_id"),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "uq_larabill_order_items_position", "larabill_order_items", ["seller_id", "order_id", "position"], unique=True
    )
