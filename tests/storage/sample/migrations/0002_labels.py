"""A label is taken once; notes have a version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column and the rule."""
    op.add_column("larabill_notes", sa.Column("version", sa.Integer(), nullable=False))
    op.create_index("uq_larabill_notes_label", "larabill_notes", ["seller_id", "label"], unique=True)


def downgrade() -> None:
    """Take both away."""
    op.drop_index("uq_larabill_notes_label", "larabill_notes")
    op.drop_column("larabill_notes", "version")
