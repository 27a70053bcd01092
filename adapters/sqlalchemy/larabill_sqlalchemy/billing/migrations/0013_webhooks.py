"""What gateways told us, and what was not believed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, code, text

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Create the tables."""
    _create_gateway_accounts()
    _create_webhook_events()
    _create_webhook_rejects()


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_webhook_rejects")
    op.drop_table("larabill_webhook_events")
    op.drop_table("larabill_gateway_accounts")


def _create_gateway_accounts() -> None:
    op.create_table(
        "larabill_gateway_accounts",
        sa.Column("account", code(100), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("last_heard_at", Instant()),
        sa.PrimaryKeyConstraint("account", name="pk_larabill_gateway_accounts"),
        **MYSQL_OPTIONS,
    )


def _create_webhook_events() -> None:
    op.create_table(
        "larabill_webhook_events",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("account", code(100), nullable=False),
        sa.Column("event_id", code(255), nullable=False),
        sa.Column("event_type", code(255), nullable=False),
        sa.Column("kind", code(32), nullable=False),
        sa.Column("ref", code(255)),
        sa.Column("state", code(255), nullable=False),
        sa.Column("transaction_id", code(255)),
        sa.Column("amount", code(255)),
        sa.Column("currency", code(255)),
        sa.Column("invoice", code(255)),
        sa.Column("code", code(100), nullable=False),
        sa.Column("dispute_id", code(255)),
        sa.Column("fee", code(255)),
        sa.Column("respond_by", Instant()),
        sa.Column("status", code(32), nullable=False),
        sa.Column("reason", text(), nullable=False),
        sa.Column("occurred_at", Instant()),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant()),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_webhook_events"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_webhook_events_id", "larabill_webhook_events", ["seller_id", "id"])
    op.create_index("ix_larabill_webhook_events_ref", "larabill_webhook_events", ["seller_id", "account", "ref"])
    op.create_index("ix_larabill_webhook_events_status", "larabill_webhook_events", ["seller_id", "status", "id"])
    op.create_index(
        "uq_larabill_webhook_events_event", "larabill_webhook_events", ["seller_id", "account", "event_id"], unique=True
    )


def _create_webhook_rejects() -> None:
    op.create_table(
        "larabill_webhook_rejects",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("account", code(100), nullable=False),
        sa.Column("reason", text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_webhook_rejects"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_webhook_rejects_id", "larabill_webhook_rejects", ["seller_id", "id"])
    op.create_index("ix_larabill_webhook_rejects_received_at", "larabill_webhook_rejects", ["seller_id", "received_at"])
