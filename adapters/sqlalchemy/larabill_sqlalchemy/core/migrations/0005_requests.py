"""What is kept of requests: answers under an idempotency key, and what staff did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, blob, code, text

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_answers",
        sa.Column("principal", code(64), nullable=False),
        sa.Column("key", code(200), nullable=False),
        sa.Column("fingerprint", code(64), nullable=False),
        sa.Column("claim", Id(), nullable=False),
        sa.Column("lease_until", Instant(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("status", sa.SmallInteger()),
        sa.Column("headers", text(), nullable=False),
        sa.Column("body", blob(), nullable=False),
        sa.PrimaryKeyConstraint("principal", "key", name="pk_larabill_answers"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_answers_created", "larabill_answers", ["created_at"])
    op.create_table(
        "larabill_actions",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id()),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", code(200), nullable=False),
        sa.Column("action", code(64), nullable=False),
        sa.Column("subject", code(255), nullable=False),
        sa.Column("request_id", code(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_actions"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_actions_seller", "larabill_actions", ["seller_id", "id"])


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_actions")
    op.drop_table("larabill_answers")
