"""Jobs and their tags."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, code, text

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    _create_jobs()
    _create_job_tags()


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_job_tags")
    op.drop_table("larabill_jobs")


def _create_jobs() -> None:
    op.create_table(
        "larabill_jobs",
        sa.Column("id", Id(), nullable=False),
        sa.Column("event_id", Id(), nullable=False),
        sa.Column("handler", code(100), nullable=False),
        sa.Column("queue", code(50), nullable=False),
        sa.Column("seller_id", Id()),
        sa.Column("payload", text(), nullable=False),
        sa.Column("payload_version", sa.Integer(), nullable=False),
        sa.Column("status", code(20), nullable=False),
        sa.Column("run_at", Instant(), nullable=False),
        sa.Column("due_at", Instant()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", Instant()),
        sa.Column("last_error", text(), nullable=False),
        sa.Column("approved_by", code(100), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant()),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_jobs"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_jobs_due_at", "larabill_jobs", ["due_at", "queue"])
    op.create_index("ix_larabill_jobs_finished_at", "larabill_jobs", ["finished_at", "status"])
    op.create_index("ix_larabill_jobs_queue", "larabill_jobs", ["queue", "status", "id"])
    op.create_index("ix_larabill_jobs_seller_id", "larabill_jobs", ["seller_id", "id"])
    op.create_index("ix_larabill_jobs_status", "larabill_jobs", ["status", "id"])
    op.create_index("uq_larabill_jobs_event_id", "larabill_jobs", ["event_id", "handler"], unique=True)


def _create_job_tags() -> None:
    op.create_table(
        "larabill_job_tags",
        sa.Column("tag", code(150), nullable=False),
        sa.Column("job_id", Id(), nullable=False),
        sa.PrimaryKeyConstraint("tag", "job_id", name="pk_larabill_job_tags"),
        sa.ForeignKeyConstraint(
            ["job_id"], ["larabill_jobs.id"], name="fk_larabill_job_tags_job_id", ondelete="CASCADE"
        ),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_job_tags_job_id", "larabill_job_tags", ["job_id"])
