"""Meters, what they counted, what was billed of it, and prepaid units."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, UnitPrice, code, text

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Create the tables."""
    _create_meters()
    _create_usage_events()
    _create_usage_corrections()
    _create_usage_bills()
    _create_usage_thresholds()
    _create_usage_grants()
    _create_usage_draws()


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_usage_draws")
    op.drop_table("larabill_usage_grants")
    op.drop_table("larabill_usage_thresholds")
    op.drop_table("larabill_usage_bills")
    op.drop_table("larabill_usage_corrections")
    op.drop_table("larabill_usage_events")
    op.drop_table("larabill_meters")


def _create_meters() -> None:
    op.create_table(
        "larabill_meters",
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("code", code(64), nullable=False),
        sa.Column("aggregation", code(32), nullable=False),
        sa.Column("unit", text(), nullable=False),
        sa.Column("property", code(64), nullable=False),
        sa.PrimaryKeyConstraint("seller_id", "code", name="pk_larabill_meters"),
        **MYSQL_OPTIONS,
    )


def _create_usage_events() -> None:
    op.create_table(
        "larabill_usage_events",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("subscription_id", Id(), nullable=False),
        sa.Column("subscription_item_id", Id(), nullable=False),
        sa.Column("meter", code(64), nullable=False),
        sa.Column("quantity", UnitPrice()),
        sa.Column("unique_key", code(255)),
        sa.Column("occurred_at", Instant(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("idempotency_id", code(128), nullable=False),
        sa.Column("corrects", code(128)),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_usage_events"),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "ix_larabill_usage_events_period",
        "larabill_usage_events",
        ["seller_id", "meter", "subscription_item_id", "occurred_at", "id"],
    )
    op.create_index(
        "uq_larabill_usage_events_idempotency", "larabill_usage_events", ["seller_id", "idempotency_id"], unique=True
    )


def _create_usage_corrections() -> None:
    op.create_table(
        "larabill_usage_corrections",
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("corrected_id", Id(), nullable=False),
        sa.Column("event_id", Id(), nullable=False),
        sa.PrimaryKeyConstraint("seller_id", "corrected_id", name="pk_larabill_usage_corrections"),
        **MYSQL_OPTIONS,
    )


def _create_usage_bills() -> None:
    op.create_table(
        "larabill_usage_bills",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("subscription_item_id", Id(), nullable=False),
        sa.Column("meter", code(64), nullable=False),
        sa.Column("start_at", Instant(), nullable=False),
        sa.Column("end_at", Instant(), nullable=False),
        sa.Column("billed_in", Instant(), nullable=False),
        sa.Column("quantity", UnitPrice(), nullable=False),
        sa.Column("billed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_usage_bills"),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "ix_larabill_usage_bills_end", "larabill_usage_bills", ["seller_id", "subscription_item_id", "end_at"]
    )
    op.create_index(
        "uq_larabill_usage_bills_period",
        "larabill_usage_bills",
        ["seller_id", "subscription_item_id", "meter", "start_at", "end_at", "billed_in"],
        unique=True,
    )


def _create_usage_thresholds() -> None:
    op.create_table(
        "larabill_usage_thresholds",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("subscription_item_id", Id(), nullable=False),
        sa.Column("meter", code(64), nullable=False),
        sa.Column("start_at", Instant(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("reached_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_usage_thresholds"),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "uq_larabill_usage_thresholds_period",
        "larabill_usage_thresholds",
        ["seller_id", "subscription_item_id", "meter", "start_at", "percent"],
        unique=True,
    )


def _create_usage_grants() -> None:
    op.create_table(
        "larabill_usage_grants",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("subscription_item_id", Id(), nullable=False),
        sa.Column("meter", code(64), nullable=False),
        sa.Column("units", UnitPrice(), nullable=False),
        sa.Column("reference", code(128), nullable=False),
        sa.Column("granted_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant()),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_usage_grants"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_usage_grants_item", "larabill_usage_grants", ["seller_id", "subscription_item_id"])
    op.create_index(
        "uq_larabill_usage_grants_reference", "larabill_usage_grants", ["seller_id", "reference"], unique=True
    )


def _create_usage_draws() -> None:
    op.create_table(
        "larabill_usage_draws",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("grant_id", Id(), nullable=False),
        sa.Column("bill_id", Id(), nullable=False),
        sa.Column("units", UnitPrice(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_usage_draws"),
        sa.ForeignKeyConstraint(["grant_id"], ["larabill_usage_grants.id"], name="fk_larabill_usage_draws_grant_id"),
        sa.ForeignKeyConstraint(["bill_id"], ["larabill_usage_bills.id"], name="fk_larabill_usage_draws_bill_id"),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "uq_larabill_usage_draws_bill", "larabill_usage_draws", ["seller_id", "grant_id", "bill_id"], unique=True
    )
