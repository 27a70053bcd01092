"""Resources: what stands at the provider."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, code, text

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_resources",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.Column("order_id", Id(), nullable=False),
        sa.Column("service_id", Id(), nullable=False),
        sa.Column("name", text(), nullable=False),
        sa.Column("account", code(100), nullable=False),
        sa.Column("driver", code(40), nullable=False),
        sa.Column("driver_ref", code(200)),
        sa.Column("standing_ref", code(200)),
        sa.Column("ref", code(200), nullable=False),
        sa.Column("billing_plan", code(100), nullable=False),
        sa.Column("plan_code", code(100), nullable=False),
        sa.Column("region", code(100), nullable=False),
        sa.Column("status", code(32), nullable=False),
        sa.Column("settled", code(32), nullable=False),
        sa.Column("desired", code(32), nullable=False),
        sa.Column("suspended_by_staff", sa.Boolean(), nullable=False),
        sa.Column("spec", Json(), nullable=False),
        sa.Column("config", Json(), nullable=False),
        sa.Column("spec_version", sa.Integer(), nullable=False),
        sa.Column("applied_version", sa.Integer(), nullable=False),
        sa.Column("facts", Json(), nullable=False),
        sa.Column("on_failure", code(16), nullable=False),
        sa.Column("remedy", code(16), nullable=False),
        sa.Column("failed_action", code(32), nullable=False),
        sa.Column("last_error", text(), nullable=False),
        sa.Column("drift", code(32), nullable=False),
        sa.Column("case_version", sa.Integer()),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("asked_by", Id(), nullable=False),
        sa.Column("plan_asked_at", Instant()),
        sa.Column("plan_asked_by", Id()),
        sa.Column("held", Json()),
        sa.Column("is_held", sa.Boolean()),
        sa.Column("destroy_at", Instant()),
        sa.Column("activated_at", Instant()),
        sa.Column("revealed_at", Instant()),
        sa.Column("last_synced_at", Instant()),
        sa.Column("ended_at", Instant()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_resources"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_resources_account_ref", "larabill_resources", ["account", "ref"])
    op.create_index("ix_larabill_resources_seller_id", "larabill_resources", ["seller_id", "id"])
    op.create_index(
        "ix_larabill_resources_seller_id_account", "larabill_resources", ["seller_id", "account", "id", "status"]
    )
    op.create_index(
        "ix_larabill_resources_seller_id_customer_id", "larabill_resources", ["seller_id", "customer_id", "id"]
    )
    op.create_index("ix_larabill_resources_seller_id_is_held", "larabill_resources", ["seller_id", "is_held", "id"])
    op.create_index("ix_larabill_resources_seller_id_order_id", "larabill_resources", ["seller_id", "order_id"])
    op.create_index("ix_larabill_resources_seller_id_status", "larabill_resources", ["seller_id", "status", "id"])
    op.create_index("ix_larabill_resources_status", "larabill_resources", ["status", "seller_id", "account"])
    op.create_index("uq_larabill_resources_service_id", "larabill_resources", ["service_id"], unique=True)
    op.create_index(
        "uq_larabill_resources_standing_ref", "larabill_resources", ["account", "standing_ref"], unique=True
    )


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_resources")
