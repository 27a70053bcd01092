"""Disputes about payments."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.ledger.model import DISPUTES as LEDGER_ACCOUNT
from larabill_billing.payments.dispute import STANDING, Dispute, DisputeStatus
from larabill_billing.payments.standing import DISPUTED
from larabill_core.errors import NotFound, StaleVersion
from larabill_sqlalchemy.billing.audits import states_without_audit
from larabill_sqlalchemy.billing.invoicing_tables import ALLOCATIONS
from larabill_sqlalchemy.billing.ledger import POSTINGS, ZERO, total
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.statements import among, chunks, from_row, insert_many, keyset
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

DISPUTES = sa.Table(
    "larabill_disputes",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("payment_id", Id, sa.ForeignKey("larabill_payments.id"), nullable=False),
    sa.Column("account", code(100), nullable=False),
    sa.Column("gateway_id", code(255), nullable=False),
    sa.Column("amount", Amount, nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("fee", Amount, nullable=False),
    sa.Column("reason", text(), nullable=False),
    sa.Column("respond_by", Instant),
    sa.Column("status", code(32), nullable=False),
    sa.Column("reopened", Amount, nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("closed_at", Instant),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("uq_larabill_disputes_gateway_id", "seller_id", "account", "gateway_id", unique=True),
    sa.Index("ix_larabill_disputes_payment", "seller_id", "payment_id"),
    sa.Index("ix_larabill_disputes_customer", "seller_id", "customer_id", "status"),
    sa.Index("ix_larabill_disputes_id", "seller_id", "id"),
    **MYSQL_OPTIONS,
)

_D, _A, _P = DISPUTES.c, ALLOCATIONS.c, POSTINGS.c
STANDING_CODES = sorted(status.value for status in STANDING)


class Disputes:
    """Implements `larabill_billing.payments.ports.DisputeRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add(self, dispute: Dispute) -> None:
        with unique("dispute", dispute.gateway_id):
            insert_many(self._tx.connection, DISPUTES, [dispute])

    def get(self, dispute_id: UUID, *, lock: bool = False) -> Dispute:
        found = self._one(_D.id == dispute_id, lock=lock)
        if found is None:
            raise NotFound("dispute", dispute_id)
        return found

    def save(self, dispute: Dispute) -> None:
        changed = self._tx.connection.execute(
            sa.update(DISPUTES)
            .where(_D.seller_id == self._tx.seller_id, _D.id == dispute.id, _D.version == dispute.version)
            .values(
                status=dispute.status.value,
                reopened=dispute.reopened,
                closed_at=dispute.closed_at,
                version=dispute.version + 1,
            )
        )
        if changed.rowcount == 0:
            raise StaleVersion("dispute", dispute.id)

    def by_gateway_id(self, account: str, gateway_id: str, *, lock: bool = False) -> Dispute | None:
        return self._one(_D.account == account, _D.gateway_id == gateway_id, lock=lock)

    def for_payment(self, payment_id: UUID) -> list[Dispute]:
        return self._all(self._mine(_D.payment_id == payment_id).order_by(_D.opened_at, _D.id))

    def open_disputes_for(self, customer_ids: Collection[UUID]) -> set[UUID]:
        found: set[UUID] = set()
        for chunk in chunks([*set(customer_ids)]):
            mine = among(self._tx.connection, _D.customer_id, chunk)
            stands = _D.status.in_(STANDING_CODES)
            query = sa.select(_D.customer_id).where(_D.seller_id == self._tx.seller_id, mine, stands)
            found.update(self._tx.connection.scalars(query))
        return found

    def page(
        self,
        *,
        customer_id: UUID | None = None,
        status: DisputeStatus | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[Dispute]:
        where = [
            *([] if customer_id is None else [_D.customer_id == customer_id]),
            *([] if status is None else [_D.status == status.value]),
        ]
        whole = "" if where else "ix_larabill_disputes_id"
        query = keyset(self._mine(*where), _D.id, after=after, newest_first=newest_first, limit=limit, index=whole)
        return self._all(query)

    def ledger_differences(self) -> list[tuple[str, str, Decimal]]:
        prefix = f"{LEDGER_ACCOUNT}:"
        held = sa.select(
            (sa.literal(prefix) + _D.account).label("account"), _D.currency.label("currency"), _D.amount.label("amount")
        ).where(_D.seller_id == self._tx.seller_id, _D.status.in_(STANDING_CODES))
        posted = sa.select(_P.account, _P.currency, sa.type_coerce(-_P.amount, Amount())).where(
            _P.seller_id == self._tx.seller_id, _P.account.startswith(prefix)
        )
        both = sa.union_all(held, posted).subquery("both_sides")
        query = (
            sa.select(both.c.account, both.c.currency, total(both.c.amount))
            .group_by(both.c.account, both.c.currency)
            .having(total(both.c.amount) != ZERO)
        )
        return [
            (account, currency, -difference) for account, currency, difference in self._tx.connection.execute(query)
        ]

    def reopened_differences(self) -> list[tuple[UUID, Decimal]]:
        said = sa.select(_D.payment_id.label("payment_id"), _D.reopened.label("amount")).where(
            _D.seller_id == self._tx.seller_id
        )
        taken = sa.select(_A.source_id, _A.amount).where(
            _A.seller_id == self._tx.seller_id, _A.source_kind == "payment", _A.cause.startswith(DISPUTED)
        )
        both = sa.union_all(said, taken).subquery("both_sides")
        query = sa.select(both.c.payment_id, total(both.c.amount)).group_by(both.c.payment_id)
        query = query.having(total(both.c.amount) != ZERO)
        return [(payment, difference) for payment, difference in self._tx.connection.execute(query)]

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        return states_without_audit(self._tx, "dispute", _D.id, _D.status)

    def _mine(self, *where: sa.ColumnElement[bool]) -> sa.Select[Any]:
        return sa.select(DISPUTES).where(_D.seller_id == self._tx.seller_id, *where)

    def _all(self, query: sa.Select[Any]) -> list[Dispute]:
        return [from_row(Dispute, row) for row in self._tx.connection.execute(query)]

    def _one(self, *where: sa.ColumnElement[bool], lock: bool) -> Dispute | None:
        query = self._mine(*where)
        row = self._tx.connection.execute(query.with_for_update() if lock else query).one_or_none()
        return None if row is None else from_row(Dispute, row)
