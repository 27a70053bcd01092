"""Sealed secrets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, blob, code

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_secrets",
        sa.Column("owner_table", code(64), nullable=False),
        sa.Column("owner_id", Id(), nullable=False),
        sa.Column("secret_version", sa.BigInteger(), nullable=False),
        sa.Column("key_name", code(32), nullable=False),
        sa.Column("blob", blob(), nullable=False),
        sa.PrimaryKeyConstraint("owner_table", "owner_id", name="pk_larabill_secrets"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_secrets_key_name", "larabill_secrets", ["key_name"])


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_secrets")
