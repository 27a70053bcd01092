"""By which words customers are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from larabill_billing.customers.search import words_of
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, code, text, word

revision = "0032"
down_revision = "0031"

_TABLE = "larabill_customer_words"


def upgrade() -> None:
    """Create the table, and write the words of the customers there are."""
    words = op.create_table(
        _TABLE,
        sa.Column("seller_id", Id(), nullable=False),
        sa.Column("word", word(64), nullable=False),
        sa.Column("customer_id", Id(), nullable=False),
        sa.PrimaryKeyConstraint("seller_id", "word", "customer_id", name="pk_larabill_customer_words"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["larabill_customers.id"], name="fk_larabill_customer_words_customer_id"
        ),
        **MYSQL_OPTIONS,
    )
    customers = sa.table(
        "larabill_customers",
        sa.column("id", Id()),
        sa.column("seller_id", Id()),
        sa.column("name", text()),
        sa.column("company", text()),
        sa.column("email", code(254)),
        sa.column("tax_id", text()),
    )
    for rows in op.get_bind().execute(sa.select(customers)).partitions(1000):
        op.bulk_insert(
            words,
            [
                {"seller_id": row.seller_id, "word": each, "customer_id": row.id}
                for row in rows
                for each in words_of(row.name, row.company, row.email, row.tax_id)
            ],
        )


def downgrade() -> None:
    """Drop it."""
    op.drop_table(_TABLE)
