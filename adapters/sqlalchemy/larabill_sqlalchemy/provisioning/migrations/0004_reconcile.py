"""What was found at providers and is not ours; what providers told us."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, code

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables."""
    _create_provision_strays()
    _create_provision_webhooks()


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_provision_webhooks")
    op.drop_table("larabill_provision_strays")


def _create_provision_strays() -> None:
    op.create_table(
        "larabill_provision_strays",
        sa.Column("account", code(100), nullable=False),
        sa.Column("driver_ref", code(200), nullable=False),
        sa.Column("ref", code(200), nullable=False),
        sa.Column("first_seen_at", Instant(), nullable=False),
        sa.Column("last_seen_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("account", "driver_ref", name="pk_larabill_provision_strays"),
        **MYSQL_OPTIONS,
    )


def _create_provision_webhooks() -> None:
    op.create_table(
        "larabill_provision_webhooks",
        sa.Column("id", Id(), nullable=False),
        sa.Column("account", code(100), nullable=False),
        sa.Column("event_id", code(255), nullable=False),
        sa.Column("event_type", code(100), nullable=False),
        sa.Column("ref", code(255)),
        sa.Column("result", code(16), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_provision_webhooks"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_provision_webhooks_account_id", "larabill_provision_webhooks", ["account", "id"])
    op.create_index("ix_larabill_provision_webhooks_received_at", "larabill_provision_webhooks", ["received_at"])
    op.create_index("ix_larabill_provision_webhooks_result", "larabill_provision_webhooks", ["result", "id"])
    op.create_index(
        "uq_larabill_provision_webhooks_account", "larabill_provision_webhooks", ["account", "event_id"], unique=True
    )
