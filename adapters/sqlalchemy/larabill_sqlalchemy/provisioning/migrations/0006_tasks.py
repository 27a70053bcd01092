"""What is being done to resources."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, code, text

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_provision_tasks",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("resource_id", Id(), nullable=False),
        sa.Column("operation_id", Id(), nullable=False),
        sa.Column("action", code(32), nullable=False),
        sa.Column("status", code(32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("driver_task_id", text(), nullable=False),
        sa.Column("last_error", text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant()),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_provision_tasks"),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "ix_larabill_provision_tasks_seller_id", "larabill_provision_tasks", ["seller_id", "resource_id", "id"]
    )
    op.create_index(
        "uq_larabill_provision_tasks_operation_id", "larabill_provision_tasks", ["operation_id"], unique=True
    )


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_provision_tasks")
