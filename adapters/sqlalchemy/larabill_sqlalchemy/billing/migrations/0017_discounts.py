"""Coupons, their codes, and who has redeemed them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, code, text

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_coupons",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("terms", text(), nullable=False),
        sa.Column("use_limit", sa.Integer()),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant()),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_coupons"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_coupons_id", "larabill_coupons", ["seller_id", "id"])
    op.create_table(
        "larabill_coupon_codes",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("coupon_id", Id(), nullable=False),
        sa.Column("code", code(40), nullable=False),
        sa.Column("shown", text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_coupon_codes"),
        **MYSQL_OPTIONS,
    )
    op.create_index("uq_larabill_coupon_codes_code", "larabill_coupon_codes", ["seller_id", "code"], unique=True)
    op.create_index("ix_larabill_coupon_codes_coupon", "larabill_coupon_codes", ["seller_id", "coupon_id"])
    op.create_table(
        "larabill_redemptions",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("coupon_id", Id(), nullable=False),
        sa.Column("code_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("order_id", Id()),
        sa.Column("subscription_id", Id()),
        sa.Column("terms", text(), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("cycles_left", sa.Integer()),
        sa.Column("discount", Amount(), nullable=False),
        sa.Column("revenue", Amount(), nullable=False),
        sa.Column("status", code(32), nullable=False),
        sa.Column("redeemed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_redemptions"),
        **MYSQL_OPTIONS,
    )
    for name, columns in (
        ("customer", ["seller_id", "customer_id", "status", "cycles_left"]),
        ("coupon", ["seller_id", "coupon_id", "customer_id"]),
        ("order", ["seller_id", "order_id"]),
        ("id", ["seller_id", "id"]),
    ):
        op.create_index(f"ix_larabill_redemptions_{name}", "larabill_redemptions", columns)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("larabill_redemptions")
    op.drop_table("larabill_coupon_codes")
    op.drop_table("larabill_coupons")
