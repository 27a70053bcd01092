"""Payment plans and their instalments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, code

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "larabill_payment_plans",
        sa.Column("id", Id(), nullable=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("invoice_id", Id(), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("currency", code(3), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", code(32), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_larabill_payment_plans"),
        sa.ForeignKeyConstraint(["invoice_id"], ["larabill_invoices.id"], name="fk_larabill_payment_plans_invoice_id"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_payment_plans_invoice", "larabill_payment_plans", ["seller_id", "invoice_id"])
    op.create_index("ix_larabill_payment_plans_status", "larabill_payment_plans", ["seller_id", "status", "invoice_id"])
    op.create_table(
        "larabill_instalments",
        sa.Column("plan_id", Id(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "position", name="pk_larabill_instalments"),
        sa.ForeignKeyConstraint(["plan_id"], ["larabill_payment_plans.id"], name="fk_larabill_instalments_plan_id"),
        **MYSQL_OPTIONS,
    )
    op.create_index("ix_larabill_instalments_plan", "larabill_instalments", ["seller_id", "plan_id", "position"])


def downgrade() -> None:
    """Drop the tables, the dependent one first."""
    op.drop_table("larabill_instalments")
    op.drop_table("larabill_payment_plans")
