"""What the rules about charging again ask of payments."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.dunning.ports import Attempt
from larabill_billing.invoicing.model import DocumentType, InvoiceStatus
from larabill_billing.payments.model import TOOK_MONEY, PaymentKind, PaymentStatus
from larabill_sqlalchemy.billing.dunning import CASES
from larabill_sqlalchemy.billing.invoicing_tables import STATES
from larabill_sqlalchemy.billing.payments import PAYMENTS
from larabill_sqlalchemy.statements import from_row

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

_P, _C, _I = PAYMENTS.c, CASES.c, STATES.c

_ENDED = sorted(status.value for status in (*TOOK_MONEY, PaymentStatus.DECLINED))
_NOT_PAID = [
    status.value
    for status in (PaymentStatus.CREATED, PaymentStatus.PENDING, PaymentStatus.REVIEW, PaymentStatus.DECLINED)
]


class Attempts:
    """Implements `larabill_billing.dunning.ports.AttemptRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def last_with(self, method_id: UUID) -> Attempt | None:
        query = self._with(method_id).where(_P.status.in_(_ENDED)).order_by(_P.id.desc()).limit(1)
        row = self._tx.connection.execute(query).one_or_none()
        return None if row is None else from_row(Attempt, row._mapping)

    def not_paid(self, method_id: UUID, since: datetime) -> list[Attempt]:
        query = self._with(method_id).where(_P.created_at > since, _P.status.in_(_NOT_PAID)).order_by(_P.id)
        return [from_row(Attempt, row._mapping) for row in self._tx.connection.execute(query)]

    def _with(self, method_id: UUID) -> sa.Select[tuple[str, str, str, datetime]]:
        query = sa.select(_P.account, _P.status, _P.code, _P.created_at)
        return query.where(_P.seller_id == self._tx.seller_id, _P.method_id == method_id)

    def unpaid_of(self, customer_id: UUID) -> list[UUID]:
        # of the customer alone: MariaDB reads a subquery under an "or" once, as a whole
        behind = sa.select(_C.invoice_id).where(
            _C.seller_id == self._tx.seller_id, _C.customer_id == customer_id, _C.is_open == sa.true()
        )
        declined = sa.select(_P.invoice_id).where(
            _P.seller_id == self._tx.seller_id,
            _P.customer_id == customer_id,
            _P.kind == PaymentKind.CHARGE.value,
            _P.status == PaymentStatus.DECLINED.value,
        )
        query = sa.select(_I.invoice_id).where(
            _I.seller_id == self._tx.seller_id,
            _I.customer_id == customer_id,
            _I.type == DocumentType.INVOICE.value,
            _I.status == InvoiceStatus.ISSUED.value,
            sa.or_(_I.invoice_id.in_(behind), _I.invoice_id.in_(declined)),
        )
        return list(self._tx.connection.scalars(query.order_by(_I.invoice_id)))
