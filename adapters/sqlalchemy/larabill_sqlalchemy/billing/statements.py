"""What the ledger says of a customer's account."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.invoicing.model import Movement
from larabill_sqlalchemy.billing.ledger import ENTRIES, POSTINGS, ZERO, total

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

_E, _P = ENTRIES.c, POSTINGS.c
_BOTH = POSTINGS.join(ENTRIES, sa.and_(_E.seller_id == _P.seller_id, _E.id == _P.entry_id))


class Statements:
    """Implements `larabill_billing.invoicing.ports.StatementRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def balance(self, customer_id: UUID, currency: str, accounts: Collection[str], *, before: datetime) -> Decimal:
        query = sa.select(total(_P.amount)).select_from(_BOTH)
        mine = self._of(customer_id, currency, accounts)
        return self._tx.connection.execute(query.where(mine, _E.occurred_at < before)).scalar_one()

    def movements(
        self, customer_id: UUID, currency: str, accounts: Collection[str], *, begin: datetime, end: datetime
    ) -> list[Movement]:
        query = (
            sa.select(_E.document_kind, _E.document_id, _E.occurred_at, total(_P.amount).label("amount"))
            .select_from(_BOTH)
            .where(self._of(customer_id, currency, accounts), _E.occurred_at >= begin, _E.occurred_at < end)
            .group_by(_E.document_kind, _E.document_id, _E.occurred_at)
            .having(total(_P.amount) != ZERO)
            .order_by(_E.occurred_at, _E.document_id, _E.document_kind)
        )
        return [Movement(**row._mapping) for row in self._tx.connection.execute(query)]

    def _of(self, customer_id: UUID, currency: str, accounts: Collection[str]) -> sa.ColumnElement[bool]:
        return sa.and_(
            _P.seller_id == self._tx.seller_id,
            _P.currency == currency,
            _P.account.in_(sorted(accounts)),
            _P.customer_id == customer_id,
        )
