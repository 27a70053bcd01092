"""Credentials of customers and of the system."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, blob, code

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_credentials",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("name", code(100), nullable=False),
        sa.Column("driver", code(40), nullable=False),
        sa.Column("scope", code(16), nullable=False),
        sa.Column("secrets_encrypted", blob(), nullable=False),
        sa.Column("secret_version", sa.BigInteger(), nullable=False),
        sa.Column("key_name", code(32), nullable=False),
        sa.Column("created_by", code(200), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_credentials"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_credentials_key_name", "larabill_credentials", ["key_name"])
    op.create_index("uq_larabill_credentials_seller_id", "larabill_credentials", ["seller_id", "name"], unique=True)


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_credentials")
