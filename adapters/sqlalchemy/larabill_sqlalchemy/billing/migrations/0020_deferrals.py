"""What is still to be earned, and up to which day it was recognised."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, code

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_deferrals",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("document_id", Id(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("account", code(120), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("steps_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("first", Amount(), nullable=False),
        sa.Column("daily", Amount(), nullable=False),
        sa.Column("begun_on", sa.Date()),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_deferrals"),
        **MYSQL_OPTIONS,
    )
    for name, columns in (
        ("begun", ["seller_id", "begun_on", "starts_on"]),
        ("document", ["seller_id", "document_id"]),
        ("ends", ["seller_id", "ends_on"]),
    ):
        op.create_index(f"ix_larabill_deferrals_{name}", "larabill_deferrals", columns)
    op.create_table(
        "larabill_recognition_runs",
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("recognised_to", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("seller_id", name="pk_larabill_recognition_runs"),
        **MYSQL_OPTIONS,
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("larabill_recognition_runs")
    op.drop_table("larabill_deferrals")
