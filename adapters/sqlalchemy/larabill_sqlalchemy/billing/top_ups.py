"""Rules by which customers buy credit automatically."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.payments.top_up_rules import TopUpRule
from larabill_sqlalchemy.billing.credits import CREDITS
from larabill_sqlalchemy.billing.ledger import total
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.statements import from_row, page_size, to_row, upsert
from larabill_sqlalchemy.storage import MYSQL_OPTIONS, OF_ALL_SELLERS
from larabill_sqlalchemy.types import Amount, Id, Instant, code

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

RULES = sa.Table(
    "larabill_top_up_rules",
    METADATA,
    sa.Column("customer_id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("threshold", Amount, nullable=False),
    sa.Column("amount", Amount, nullable=False),
    sa.Column("set_at", Instant, nullable=False),
    sa.Index("ix_larabill_top_up_rules_seller", "seller_id", "customer_id"),
    **MYSQL_OPTIONS,
)

_R, _C = RULES.c, CREDITS.c
_HELD = sa.type_coerce(
    sa.select(total(_C.amount))
    .where(_C.seller_id == _R.seller_id, _C.customer_id == _R.customer_id, _C.currency == _R.currency)
    .correlate(RULES)
    .scalar_subquery(),
    Amount(),
)


class TopUpRules:
    """Implements `larabill_billing.payments.ports.TopUpRuleRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def put(self, rule: TopUpRule) -> None:
        upsert(self._tx.connection, RULES, to_row(rule))

    def remove(self, customer_id: UUID) -> bool:
        gone = self._tx.connection.execute(
            sa.delete(RULES).where(_R.seller_id == self._tx.seller_id, _R.customer_id == customer_id)
        )
        return gone.rowcount > 0

    def get(self, customer_id: UUID) -> TopUpRule | None:
        query = sa.select(RULES).where(_R.seller_id == self._tx.seller_id, _R.customer_id == customer_id)
        row = self._tx.connection.execute(query).one_or_none()
        return None if row is None else from_row(TopUpRule, row)

    def low(self, *, after: UUID | None = None, limit: int = 100) -> list[TopUpRule]:
        query = sa.select(RULES).where(_R.seller_id == self._tx.seller_id, _R.threshold > _HELD)
        if after is not None:
            query = query.where(_R.customer_id > after)
        rows = self._tx.connection.execute(query.order_by(_R.customer_id).limit(page_size(limit)))
        return [from_row(TopUpRule, row) for row in rows]

    def sellers(self) -> list[UUID]:
        query = sa.select(_R.seller_id).distinct().order_by(_R.seller_id)
        return [*self._tx.connection.scalars(query, execution_options=OF_ALL_SELLERS)]
