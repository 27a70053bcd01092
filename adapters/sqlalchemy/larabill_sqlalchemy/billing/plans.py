"""Payment plans and their instalments. What was agreed never changes; the plan's status does."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.invoicing.instalments import Instalment, PaymentPlan, PlanStatus
from larabill_billing.invoicing.model import InvoiceState, InvoiceStatus
from larabill_core.errors import NotFound
from larabill_sqlalchemy.billing.audits import states_without_audit
from larabill_sqlalchemy.billing.customers import SELLERS
from larabill_sqlalchemy.billing.invoicing_tables import STATES
from larabill_sqlalchemy.billing.ledger import total
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.statements import from_row, insert_many, page_size, to_row
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, code

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

PLANS = sa.Table(
    "larabill_payment_plans",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("invoice_id", Id, sa.ForeignKey("larabill_invoices.id"), nullable=False),
    sa.Column("amount", Amount, nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("status", code(32), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
    sa.Index("ix_larabill_payment_plans_invoice", "seller_id", "invoice_id"),
    sa.Index("ix_larabill_payment_plans_status", "seller_id", "status", "invoice_id"),
    **MYSQL_OPTIONS,
)

INSTALMENTS = sa.Table(
    "larabill_instalments",
    METADATA,
    sa.Column("plan_id", Id, sa.ForeignKey("larabill_payment_plans.id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("amount", Amount, nullable=False),
    sa.Index("ix_larabill_instalments_plan", "seller_id", "plan_id", "position"),
    **MYSQL_OPTIONS,
)

_P, _N, _S = PLANS.c, INSTALMENTS.c, STATES.c


class Plans:
    """Implements `larabill_billing.invoicing.ports.PlanRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add(self, plan: PaymentPlan) -> None:
        insert_many(self._tx.connection, PLANS, [plan])
        rows = [to_row(each, position=position) for position, each in enumerate(plan.instalments, 1)]
        insert_many(self._tx.connection, INSTALMENTS, rows, plan_id=plan.id, seller_id=self._tx.seller_id)

    def get(self, plan_id: UUID) -> PaymentPlan:
        row = self._tx.connection.execute(
            sa.select(PLANS).where(_P.seller_id == self._tx.seller_id, _P.id == plan_id)
        ).one_or_none()
        if row is None:
            raise NotFound("payment plan", plan_id)
        parts = sa.select(INSTALMENTS).where(_N.seller_id == self._tx.seller_id, _N.plan_id == plan_id)
        found = self._tx.connection.execute(parts.order_by(_N.position))
        return from_row(PaymentPlan, row, instalments=tuple(from_row(Instalment, each) for each in found))

    def save(self, plan: PaymentPlan) -> None:
        self._tx.connection.execute(
            sa.update(PLANS)
            .where(_P.seller_id == self._tx.seller_id, _P.id == plan.id)
            .values(status=plan.status.value, updated_at=plan.updated_at)
        )

    def due(self, on: date, *, after: UUID | None = None, limit: int = 100) -> list[InvoiceState]:
        query = sa.select(STATES).where(_S.seller_id == self._tx.seller_id, *_following(_S.due_on <= on))
        query = query.order_by(_S.invoice_id).limit(page_size(limit))
        if after is not None:
            query = query.where(_S.invoice_id > after)
        return [from_row(InvoiceState, row) for row in self._tx.connection.execute(query)]

    def sellers_with_due(self, on: date) -> list[UUID]:
        seller_id = SELLERS.c.id
        mine = sa.and_(_P.seller_id == seller_id, _S.seller_id == seller_id, _S.invoice_id == _P.invoice_id)
        due = sa.exists().where(mine, _P.status == PlanStatus.AGREED.value, *_following(_S.due_on <= on))
        return list(self._tx.connection.scalars(sa.select(seller_id).where(due).order_by(seller_id)))

    def wrong_sums(self) -> list[tuple[UUID, Decimal, Decimal]]:
        parts = sa.and_(_N.seller_id == _P.seller_id, _N.plan_id == _P.id)
        return self._rows(
            sa.select(_P.id, _P.amount, total(_N.amount))
            .select_from(PLANS.outerjoin(INSTALMENTS, parts))
            .where(_P.seller_id == self._tx.seller_id)
            .group_by(_P.id, _P.amount)
            .having(total(_N.amount) != _P.amount)
        )

    def strays(self) -> list[tuple[UUID, str]]:
        agreed = _P.status == PlanStatus.AGREED.value
        follows = sa.exists().where(
            _S.seller_id == _P.seller_id, _S.plan_id == _P.id, _S.status == InvoiceStatus.ISSUED.value
        )
        wrong = sa.or_(sa.and_(agreed, ~follows), sa.and_(~agreed, follows))
        return self._rows(sa.select(_P.id, _P.status).where(_P.seller_id == self._tx.seller_id, wrong))

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        return states_without_audit(self._tx, "payment_plan", _P.id, _P.status)

    def _rows(self, query: sa.Select[Any]) -> list[Any]:
        return [tuple(row) for row in self._tx.connection.execute(query)]


def _following(due: sa.ColumnElement[bool]) -> list[sa.ColumnElement[bool]]:
    """The states of open invoices that follow a plan."""
    return [_S.status == InvoiceStatus.ISSUED.value, due, _S.plan_id.is_not(None)]
