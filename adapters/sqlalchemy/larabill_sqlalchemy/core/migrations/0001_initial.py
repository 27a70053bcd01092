"""The kernel's tables: jobs and their tags, operations, limits of accounts, sealed secrets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, blob, code, text

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
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
    op.create_index("ix_larabill_jobs_status", "larabill_jobs", ["status", "id"])
    op.create_index("uq_larabill_jobs_event_id", "larabill_jobs", ["event_id", "handler"], unique=True)
    op.create_table(
        "larabill_limits",
        sa.Column("account", code(100), nullable=False),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("refilled_at", Instant(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_until", Instant()),
        sa.Column("trial_at", Instant()),
        sa.PrimaryKeyConstraint("account", name="pk_larabill_limits"),
        **MYSQL_OPTIONS,
    )
    op.create_table(
        "larabill_operations",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("subject_kind", code(30), nullable=False),
        sa.Column("subject_id", Id(), nullable=False),
        sa.Column("open_subject_id", Id()),
        sa.Column("account", code(100), nullable=False),
        sa.Column("action", code(50), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("operation_key", code(150), nullable=False),
        sa.Column("ref", code(255), nullable=False),
        sa.Column("status", code(20), nullable=False),
        sa.Column("handle", text(), nullable=False),
        sa.Column("progress", Json(), nullable=False),
        sa.Column("arguments", Json(), nullable=False),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("last_error", text(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", Instant()),
        sa.Column("next_at", Instant(), nullable=False),
        sa.Column("deadline_at", Instant(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_operations"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_operations_account", "larabill_operations", ["account", "lease_until"])
    op.create_index("ix_larabill_operations_status", "larabill_operations", ["status", "next_at"])
    op.create_index("uq_larabill_operations_open_subject_id", "larabill_operations", ["open_subject_id"], unique=True)
    op.create_index("uq_larabill_operations_operation_key", "larabill_operations", ["operation_key"], unique=True)
    op.create_index("uq_larabill_operations_subject_id", "larabill_operations", ["subject_id", "seq"], unique=True)
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


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    op.drop_table("larabill_job_tags")
    op.drop_table("larabill_secrets")
    op.drop_table("larabill_operations")
    op.drop_table("larabill_limits")
    op.drop_table("larabill_jobs")
