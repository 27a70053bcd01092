"""The tables of usage: meters, events, what was billed of them, thresholds told of, and prepaid units."""

from __future__ import annotations

import sqlalchemy as sa

from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, UnitPrice, code, text

METERS = sa.Table(
    "larabill_meters",
    METADATA,
    sa.Column("seller_id", Id, primary_key=True),
    sa.Column("code", code(64), primary_key=True),
    sa.Column("aggregation", code(32), nullable=False),
    sa.Column("unit", text(), nullable=False),
    sa.Column("property", code(64), nullable=False),
    **MYSQL_OPTIONS,
)

EVENTS = sa.Table(
    "larabill_usage_events",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("subscription_id", Id, nullable=False),
    sa.Column("subscription_item_id", Id, nullable=False),
    sa.Column("meter", code(64), nullable=False),
    sa.Column("quantity", UnitPrice),
    sa.Column("unique_key", code(255)),
    sa.Column("occurred_at", Instant, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("idempotency_id", code(128), nullable=False),
    sa.Column("corrects", code(128)),
    sa.Index("uq_larabill_usage_events_idempotency", "seller_id", "idempotency_id", unique=True),
    sa.Index("ix_larabill_usage_events_period", "seller_id", "meter", "subscription_item_id", "occurred_at", "id"),
    **MYSQL_OPTIONS,
)
"""No foreign keys: a million rows an hour would ask a million times for the same few. Rows are never changed."""

CORRECTIONS = sa.Table(
    "larabill_usage_corrections",
    METADATA,
    sa.Column("seller_id", Id, primary_key=True),
    sa.Column("corrected_id", Id, primary_key=True),
    sa.Column("event_id", Id, nullable=False),
    **MYSQL_OPTIONS,
)
"""Which event stands in the place of which. Apart from the events, because there are few."""

BILLS = sa.Table(
    "larabill_usage_bills",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("subscription_item_id", Id, nullable=False),
    sa.Column("meter", code(64), nullable=False),
    sa.Column("start_at", Instant, nullable=False),
    sa.Column("end_at", Instant, nullable=False),
    sa.Column("billed_in", Instant, nullable=False),
    sa.Column("quantity", UnitPrice, nullable=False),
    sa.Column("billed_at", Instant, nullable=False),
    sa.Index(
        "uq_larabill_usage_bills_period",
        "seller_id",
        "subscription_item_id",
        "meter",
        "start_at",
        "end_at",
        "billed_in",
        unique=True,
    ),
    sa.Index("ix_larabill_usage_bills_end", "seller_id", "subscription_item_id", "end_at"),
    **MYSQL_OPTIONS,
)

REACHED = sa.Table(
    "larabill_usage_thresholds",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("subscription_item_id", Id, nullable=False),
    sa.Column("meter", code(64), nullable=False),
    sa.Column("start_at", Instant, nullable=False),
    sa.Column("percent", sa.Integer, nullable=False),
    sa.Column("reached_at", Instant, nullable=False),
    sa.Index(
        "uq_larabill_usage_thresholds_period",
        "seller_id",
        "subscription_item_id",
        "meter",
        "start_at",
        "percent",
        unique=True,
    ),
    **MYSQL_OPTIONS,
)

GRANTS = sa.Table(
    "larabill_usage_grants",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("subscription_item_id", Id, nullable=False),
    sa.Column("meter", code(64), nullable=False),
    sa.Column("units", UnitPrice, nullable=False),
    sa.Column("reference", code(128), nullable=False),
    sa.Column("granted_at", Instant, nullable=False),
    sa.Column("expires_at", Instant),
    sa.Index("uq_larabill_usage_grants_reference", "seller_id", "reference", unique=True),
    sa.Index("ix_larabill_usage_grants_item", "seller_id", "subscription_item_id"),
    **MYSQL_OPTIONS,
)

DRAWS = sa.Table(
    "larabill_usage_draws",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("grant_id", Id, sa.ForeignKey("larabill_usage_grants.id"), nullable=False),
    sa.Column("bill_id", Id, sa.ForeignKey("larabill_usage_bills.id"), nullable=False),
    sa.Column("units", UnitPrice, nullable=False),
    sa.Index("uq_larabill_usage_draws_bill", "seller_id", "grant_id", "bill_id", unique=True),
    **MYSQL_OPTIONS,
)
