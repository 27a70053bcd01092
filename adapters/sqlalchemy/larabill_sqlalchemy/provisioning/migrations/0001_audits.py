"""Who changed what in provisioning."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, code

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_provision_audits",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("resource_id", Id(), nullable=False),
        sa.Column("actor", code(200), nullable=False),
        sa.Column("action", code(40), nullable=False),
        sa.Column("before", code(32), nullable=False),
        sa.Column("after", code(32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("metadata", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_provision_audits"),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "ix_larabill_provision_audits_seller_id", "larabill_provision_audits", ["seller_id", "resource_id", "at", "id"]
    )


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_provision_audits")
