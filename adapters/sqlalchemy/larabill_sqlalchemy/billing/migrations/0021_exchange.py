"""Exchange rates, and what documents are worth in the seller's currency."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, UnitPrice, code

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_exchange_rates",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("source", code(32), nullable=False),
        sa.Column("base", code(3), nullable=False),
        sa.Column("quote", code(3), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("rate", UnitPrice(), nullable=False),
        sa.Column("loaded_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_exchange_rates"),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "uq_larabill_exchange_rates_day",
        "larabill_exchange_rates",
        ["seller_id", "source", "on", "base", "quote"],
        unique=True,
    )
    op.create_table(
        "larabill_document_accounting",
        sa.Column("document_id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("rate", UnitPrice(), nullable=False),
        sa.Column("source", code(32), nullable=False),
        sa.Column("rated_on", sa.Date(), nullable=False),
        sa.Column("total", Amount(), nullable=False),
        sa.Column("tax", Amount(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", name="pk_larabill_document_accounting"),
        **MYSQL_OPTIONS,
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("larabill_document_accounting")
    op.drop_table("larabill_exchange_rates")
