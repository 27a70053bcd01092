"""The tokens of `larabill serve`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, code, text

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "larabill_tokens",
        sa.Column("id", Id(), nullable=False),
        sa.Column("digest", code(64), nullable=False),
        sa.Column("name", text(), nullable=False),
        sa.Column("roles", Json(), nullable=False),
        sa.Column("seller_id", Id()),
        sa.Column("customer_id", Id()),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("last_used_at", Instant()),
        sa.Column("revoked_at", Instant()),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_tokens"),
        sa.UniqueConstraint("digest", name="uq_larabill_tokens_digest"),
        **MYSQL_OPTIONS,
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("larabill_tokens")
