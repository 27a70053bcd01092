"""The double-entry ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, code

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the tables."""
    _create_journal_entries()
    _create_postings()


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_postings")
    op.drop_table("larabill_journal_entries")


def _create_journal_entries() -> None:
    op.create_table(
        "larabill_journal_entries",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("document_kind", code(32), nullable=False),
        sa.Column("document_id", Id(), nullable=False),
        sa.Column("purpose", code(32), nullable=False),
        sa.Column("occurred_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_journal_entries"),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "uq_larabill_journal_entries_document",
        "larabill_journal_entries",
        ["seller_id", "document_kind", "document_id", "purpose"],
        unique=True,
    )
    op.create_index(
        "ix_larabill_journal_entries_occurred", "larabill_journal_entries", ["seller_id", "occurred_at", "id"]
    )


def _create_postings() -> None:
    op.create_table(
        "larabill_postings",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("entry_id", Id(), nullable=False),
        sa.Column("account", code(120), nullable=False),
        sa.Column("customer_id", Id()),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_postings"),
        sa.ForeignKeyConstraint(["entry_id"], ["larabill_journal_entries.id"], name="fk_larabill_postings_entry_id"),
        **MYSQL_OPTIONS,
    )
    op.create_index(
        "ix_larabill_postings_account",
        "larabill_postings",
        ["seller_id", "currency", "account", "customer_id", "amount"],
    )
    op.create_index("ix_larabill_postings_entry", "larabill_postings", ["seller_id", "entry_id"])
