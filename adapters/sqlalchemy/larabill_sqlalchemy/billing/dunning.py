"""Overdue cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.dunning.model import DunningCase, Notice
from larabill_billing.dunning.ports import About, Overdue, Upcoming
from larabill_billing.invoicing.model import UNPAID, ChargeStatus, DocumentType, InvoiceStatus
from larabill_billing.policies import DEFAULT
from larabill_billing.subscriptions.model import ServiceStatus, SubscriptionStatus
from larabill_sqlalchemy.billing.audits import AUDITS
from larabill_sqlalchemy.billing.charges import CHARGES
from larabill_sqlalchemy.billing.customers import CUSTOMERS, SELLERS
from larabill_sqlalchemy.billing.invoicing_tables import STATES
from larabill_sqlalchemy.billing.ledger import total
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.billing.services import LIVING_CODES, SERVICES
from larabill_sqlalchemy.billing.subscriptions import ITEMS, LIVE_CODES, SUBSCRIPTIONS
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.statements import (
    among,
    chunks,
    from_row,
    insert_many,
    insert_new,
    keyset,
    skip_locked,
    to_row,
    update_many,
)
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, code

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

CASES = sa.Table(
    "larabill_dunning_cases",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("subscription_id", Id, sa.ForeignKey("larabill_subscriptions.id"), nullable=False),
    sa.Column("invoice_id", Id, nullable=False),
    sa.Column("policy", code(64), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("steps", sa.Integer, nullable=False),
    sa.Column("overdue_at", Instant, nullable=False),
    sa.Column("stepped_at", Instant),
    sa.Column("asked_at", Instant),
    sa.Column("next_at", Instant),
    sa.Column("paused_at", Instant),
    sa.Column("destroy_at", Instant),
    sa.Column("is_open", sa.Boolean),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("closed_at", Instant),
    sa.Column("closed_reason", code(64), nullable=False),
    sa.Index("uq_larabill_dunning_cases_open", "seller_id", "subscription_id", "is_open", unique=True),
    sa.Index("ix_larabill_dunning_cases_due", "seller_id", "is_open", "next_at"),
    sa.Index("ix_larabill_dunning_cases_is_open", "seller_id", "is_open", "id"),
    sa.Index("ix_larabill_dunning_cases_invoice", "seller_id", "invoice_id"),
    sa.Index("ix_larabill_dunning_cases_customer", "seller_id", "customer_id", "is_open"),
    sa.Index("ix_larabill_dunning_cases_id", "seller_id", "id"),
    **MYSQL_OPTIONS,
)

NOTICES = sa.Table(
    "larabill_dunning_notices",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("invoice_id", Id, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("sent_at", Instant, nullable=False),
    sa.Index("uq_larabill_dunning_notices_number", "seller_id", "invoice_id", "number", unique=True),
    **MYSQL_OPTIONS,
)

_C, _S, _I, _V = CASES.c, SUBSCRIPTIONS.c, STATES.c, SERVICES.c

_MUTABLE = (
    "id",
    "version",
    "steps",
    "stepped_at",
    "asked_at",
    "next_at",
    "paused_at",
    "destroy_at",
    "is_open",
    "closed_at",
    "closed_reason",
)

_OPEN = _C.is_open == sa.true()  # not IS TRUE, which no index of MariaDB serves
_RUNS = _C.paused_at.is_(None)
_DUNNED = sa.and_(_I.type == DocumentType.INVOICE.value, _I.status == InvoiceStatus.ISSUED.value)
_INVOICE = sa.and_(_I.seller_id == _C.seller_id, _I.invoice_id == _C.invoice_id)
_AGREEMENT = sa.and_(_S.seller_id == _C.seller_id, _S.id == _C.subscription_id)
_SERVICE = sa.and_(_V.seller_id == _C.seller_id, _V.subscription_id == _C.subscription_id)
_ANY_LEFT = sa.exists().where(_SERVICE, _V.status.in_(LIVING_CODES))

# Looked up for each open case. An EXISTS under an OR would be answered once for all: from the whole of the other table.
_invoice_status = sa.select(_I.status).where(_INVOICE).correlate(CASES).scalar_subquery()
_invoice_due = sa.select(_I.due_on).where(_INVOICE).correlate(CASES).scalar_subquery()
_agreement_status = sa.select(_S.status).where(_AGREEMENT).correlate(CASES).scalar_subquery()


def _services(status: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).where(_SERVICE, status).correlate(CASES).scalar_subquery()


_LEFT = _services(_V.status.in_(LIVING_CODES))
_RUNNING = _services(_V.status == ServiceStatus.ACTIVE.value)


def _follows(after: Overdue) -> sa.ColumnElement[bool]:
    """In the order of due day, invoice and agreement."""
    same_invoice = sa.and_(_I.invoice_id == after.invoice_id, _S.id > after.subscription_id)
    same_day = sa.and_(_I.due_on == after.due_on, sa.or_(_I.invoice_id > after.invoice_id, same_invoice))
    return sa.or_(_I.due_on > after.due_on, same_day)


class Dunning:
    """Implements `larabill_billing.dunning.ports.DunningRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def overdue(self, before: date, limit: int, after: Overdue | None = None) -> list[Overdue]:
        earlier, known = CASES.alias("earlier"), CASES.alias("known")
        last = (
            sa.select(sa.func.coalesce(sa.func.max(earlier.c.version), 0))
            .where(earlier.c.seller_id == self._tx.seller_id, earlier.c.subscription_id == _S.id)
            .scalar_subquery()
        )
        has_case = sa.exists().where(
            known.c.seller_id == self._tx.seller_id, known.c.subscription_id == _S.id, known.c.is_open == sa.true()
        )
        charge = sa.and_(CHARGES.c.seller_id == _I.seller_id, CHARGES.c.invoice_id == _I.invoice_id)
        query = (
            sa.select(
                _I.invoice_id,
                _S.id.label("subscription_id"),
                _I.customer_id,
                _I.currency,
                _I.due_on,
                last.label("version"),
            )
            .distinct()
            .select_from(STATES)
            .join(CHARGES, charge)
            .join(SUBSCRIPTIONS, sa.and_(_S.seller_id == CHARGES.c.seller_id, _S.id == CHARGES.c.subscription_id))
            .where(
                _I.seller_id == self._tx.seller_id,
                _DUNNED,
                _I.due_on < before,
                CHARGES.c.status == ChargeStatus.INVOICED.value,
                _S.status.in_(LIVE_CODES),
                ~has_case,
            )
            .order_by(_I.due_on, _I.invoice_id, _S.id)
            .limit(limit)
        )
        if after is not None:
            query = query.where(_follows(after))
        return [from_row(Overdue, row._mapping) for row in self._tx.connection.execute(query)]

    def lock_issued(self, invoice_ids: Collection[UUID]) -> set[UUID]:
        found: set[UUID] = set()
        for chunk in chunks(sorted(set(invoice_ids))):
            query = sa.select(_I.invoice_id).where(
                _I.seller_id == self._tx.seller_id,
                _I.invoice_id.in_(chunk),
                _I.status == InvoiceStatus.ISSUED.value,
            )
            found |= set(self._tx.connection.scalars(skip_locked(query.order_by(_I.invoice_id))))
        return found

    def add_many(self, cases: Sequence[DunningCase]) -> None:
        with unique("open case of", ", ".join(str(case.subscription_id) for case in cases[:3])):
            insert_many(self._tx.connection, CASES, [to_row(case) for case in cases])

    def save_many(self, cases: Sequence[DunningCase]) -> None:
        rows = []
        for case in cases:
            whole = to_row(case)
            rows.append({name: whole[name] for name in _MUTABLE})
        update_many(self._tx.connection, CASES, rows, seller_id=self._tx.seller_id)

    def claim_due(self, steps: Mapping[str, Collection[int]], now: datetime, limit: int) -> list[DunningCase]:
        return self._claim(self._is_due(steps, now), limit)

    def any_due(self, steps: Mapping[str, Collection[int]], now: datetime) -> bool:
        query = sa.select(_C.id).where(_C.seller_id == self._tx.seller_id, _OPEN, self._is_due(steps, now))
        return self._tx.connection.execute(query.limit(1)).first() is not None

    def _is_due(self, steps: Mapping[str, Collection[int]], now: datetime) -> sa.ColumnElement[bool]:
        live = sa.exists().where(_AGREEMENT, _S.status.in_(LIVE_CODES))
        named = [sa.and_(_C.policy == name, _C.steps.in_(sorted(each))) for name, each in steps.items()]
        others = sa.and_(_C.policy.not_in(sorted(steps)), _C.steps.in_(sorted(steps[DEFAULT])))
        return sa.and_(_C.next_at <= now, _RUNS, sa.or_(*named, others), live)

    def claim_pointless(self, now: datetime, limit: int) -> list[DunningCase]:
        unpaid = sorted(status.value for status in UNPAID)
        settled = sa.or_(_invoice_status.not_in(unpaid), _invoice_due > (now + timedelta(days=1)).date())
        ended = _agreement_status == SubscriptionStatus.ENDED.value
        over = sa.or_(_C.destroy_at.is_(None), sa.and_(_C.destroy_at <= now, _LEFT == 0))
        return self._claim(sa.or_(settled, sa.and_(ended, over)), limit)

    def claim_unheeded(self, before: datetime, limit: int) -> list[DunningCase]:
        running = sa.and_(_agreement_status == SubscriptionStatus.SUSPENDED.value, _RUNNING > 0)
        kept = sa.and_(_C.destroy_at <= before, _LEFT > 0)
        return self._claim(sa.and_(_RUNS, _C.asked_at <= before, sa.or_(running, kept)), limit)

    def _claim(self, where: sa.ColumnElement[bool], limit: int) -> list[DunningCase]:
        query = (
            sa.select(CASES)
            .where(_C.seller_id == self._tx.seller_id, _OPEN, where)
            .order_by(_C.next_at, _C.id)
            .limit(limit)
        )
        return [from_row(DunningCase, row) for row in self._tx.connection.execute(skip_locked(query))]

    def sellers_with_work(self, on: date) -> list[UUID]:
        seller_id = SELLERS.c.id
        late = sa.exists().where(_I.seller_id == seller_id, _DUNNED, _I.due_on < on)
        query = sa.select(seller_id).where(sa.or_(sa.exists().where(_C.seller_id == seller_id, _OPEN), late))
        return list(self._tx.connection.scalars(query.order_by(seller_id)))

    def open_for_invoices(self, invoice_ids: Collection[UUID]) -> list[DunningCase]:
        found: list[DunningCase] = []
        for chunk in chunks(sorted(set(invoice_ids))):
            found += self._open(among(self._tx.connection, _C.invoice_id, chunk))
        return found

    def open_of_customer(self, customer_id: UUID) -> list[DunningCase]:
        mine = sa.and_(_C.seller_id == self._tx.seller_id, _C.customer_id == customer_id, _OPEN)
        return [
            from_row(DunningCase, row)
            for row in self._tx.connection.execute(sa.select(CASES).where(mine).order_by(_C.id))
        ]

    def open_for_subscription(self, subscription_id: UUID) -> DunningCase | None:
        return next(iter(self._open(_C.subscription_id == subscription_id)), None)

    def _open(self, where: sa.ColumnElement[bool]) -> list[DunningCase]:
        query = sa.select(CASES).where(_C.seller_id == self._tx.seller_id, _OPEN, where).order_by(_C.id)
        return [from_row(DunningCase, row) for row in self._tx.connection.execute(query.with_for_update())]

    def page(
        self, *, open_only: bool = True, after: UUID | None = None, newest_first: bool = False, limit: int = 100
    ) -> list[DunningCase]:
        query = sa.select(CASES).where(_C.seller_id == self._tx.seller_id)
        if open_only:
            query = query.where(_OPEN)
        query = keyset(query, _C.id, after=after, newest_first=newest_first, limit=limit)
        return [from_row(DunningCase, row) for row in self._tx.connection.execute(query)]

    def overdue_sums(self, customer_ids: Collection[UUID], before: date) -> dict[tuple[UUID, str], Decimal]:
        connection = self._tx.connection
        open_sum = sa.type_coerce(total(_I.balance), Amount())
        found: dict[tuple[UUID, str], Decimal] = {}
        for chunk in chunks(sorted(set(customer_ids))):
            query = (
                sa.select(_I.customer_id, _I.currency, open_sum)
                .where(
                    _I.seller_id == self._tx.seller_id,
                    among(connection, _I.customer_id, chunk),
                    _DUNNED,
                    _I.due_on < before,
                )
                .group_by(_I.customer_id, _I.currency)
            )
            found |= {(customer_id, currency): owed for customer_id, currency, owed in connection.execute(query)}
        return found

    def about(self, invoice_ids: Collection[UUID]) -> dict[UUID, About]:
        connection = self._tx.connection
        charge = sa.and_(CHARGES.c.seller_id == _I.seller_id, CHARGES.c.invoice_id == _I.invoice_id)
        item = sa.and_(ITEMS.c.seller_id == CHARGES.c.seller_id, ITEMS.c.id == CHARGES.c.subscription_item_id)
        customer = sa.and_(CUSTOMERS.c.seller_id == _I.seller_id, CUSTOMERS.c.id == _I.customer_id)
        groups: dict[UUID, str] = {}
        plans: dict[UUID, list[UUID]] = defaultdict(list)
        for chunk in chunks(sorted(set(invoice_ids))):
            query = (
                sa.select(_I.invoice_id, CUSTOMERS.c.group, ITEMS.c.id, ITEMS.c.plan_id)
                .distinct()
                .select_from(STATES)
                .join(CUSTOMERS, customer)
                .outerjoin(CHARGES, charge)
                .outerjoin(ITEMS, item)
                .where(_I.seller_id == self._tx.seller_id, among(connection, _I.invoice_id, chunk))
                .order_by(_I.invoice_id, ITEMS.c.id)
            )
            for invoice_id, group, item_id, plan_id in connection.execute(query):
                groups[invoice_id] = group
                if item_id is not None:
                    plans[invoice_id].append(plan_id)
        return {invoice_id: About(group=groups[invoice_id], plan_ids=(*plans[invoice_id],)) for invoice_id in groups}

    def upcoming(self, first: date, last: date, after: UUID | None, limit: int) -> list[Upcoming]:
        mine = sa.and_(NOTICES.c.seller_id == self._tx.seller_id, NOTICES.c.invoice_id == _I.invoice_id)
        sent = sa.select(sa.func.coalesce(sa.func.max(NOTICES.c.number), 0)).where(mine).scalar_subquery()
        customer = sa.and_(CUSTOMERS.c.seller_id == _I.seller_id, CUSTOMERS.c.id == _I.customer_id)
        query = (
            sa.select(_I.invoice_id, _I.customer_id, CUSTOMERS.c.time_zone, _I.due_on, sent.label("sent"))
            .join(CUSTOMERS, customer)
            .where(_I.seller_id == self._tx.seller_id, _DUNNED, _I.due_on.between(first, last))
            .order_by(_I.invoice_id)
            .limit(limit)
        )
        if after is not None:
            query = query.where(_I.invoice_id > after)
        return [from_row(Upcoming, row._mapping) for row in self._tx.connection.execute(query)]

    def add_notices(self, notices: Sequence[Notice]) -> None:
        insert_new(self._tx.connection, NOTICES, notices)

    def open_on_settled(self, before: datetime) -> list[tuple[UUID, str]]:
        voided = sa.exists().where(
            AUDITS.c.seller_id == _I.seller_id,
            AUDITS.c.subject_kind == "invoice",
            AUDITS.c.subject_id == _I.invoice_id,
            AUDITS.c.state_after == InvoiceStatus.VOID.value,
            AUDITS.c.at >= before,
        )
        late = sa.or_(
            sa.and_(_I.status == InvoiceStatus.VOID.value, ~voided),
            sa.and_(_I.status == InvoiceStatus.PAID.value, _I.paid_at < before),
        )
        query = sa.select(_C.id, _I.status).join(STATES, _INVOICE)
        return self._rows(query.where(_C.seller_id == self._tx.seller_id, _OPEN, late))

    def without_case(self) -> list[tuple[UUID, str]]:
        behind = (SubscriptionStatus.PAST_DUE.value, SubscriptionStatus.SUSPENDED.value)
        has_case = sa.exists().where(_AGREEMENT, _OPEN)
        return self._rows(
            sa.select(_S.id, _S.status).where(_S.seller_id == self._tx.seller_id, _S.status.in_(behind), ~has_case)
        )

    def suspended_though_active(self, before: datetime) -> list[UUID]:
        # Units beyond the quantity, and of a plan that the item has no more, stand still until they are destroyed.
        unit = sa.func.row_number().over(partition_by=_V.subscription_item_id, order_by=_V.id)
        living = (
            sa.select(_V.id, unit.label("unit"))
            .where(_V.seller_id == self._tx.seller_id, _V.status.in_(LIVING_CODES))
            .subquery("living")
        )
        of_agreement = (AUDITS.c.subject_kind == "subscription", AUDITS.c.subject_id == _S.id)
        came_back = (AUDITS.c.state_after == SubscriptionStatus.ACTIVE.value, AUDITS.c.at >= before)
        came_back_lately = sa.exists().where(AUDITS.c.seller_id == _S.seller_id, *of_agreement, *came_back)
        query = (
            sa.select(_V.id)
            .join(SUBSCRIPTIONS, sa.and_(_S.seller_id == _V.seller_id, _S.id == _V.subscription_id))
            .join(ITEMS, sa.and_(ITEMS.c.seller_id == _V.seller_id, ITEMS.c.id == _V.subscription_item_id))
            .join(living, living.c.id == _V.id)
            .where(
                _V.seller_id == self._tx.seller_id,
                _V.status == ServiceStatus.SUSPENDED.value,
                _V.suspended_by_staff == sa.false(),
                _V.told_at < before,
                _S.status == SubscriptionStatus.ACTIVE.value,
                ~came_back_lately,
                _V.plan_code == ITEMS.c.plan_code,
                living.c.unit <= ITEMS.c.quantity,
            )
        )
        return list(self._tx.connection.scalars(query))

    def ended_though_paid(self, before: datetime) -> list[UUID]:
        query = (
            sa.select(_S.id)
            .distinct()
            .join(CASES, _AGREEMENT)
            .join(STATES, _INVOICE)
            .where(
                _S.seller_id == self._tx.seller_id,
                _S.status == SubscriptionStatus.ENDED.value,
                _C.destroy_at.is_not(None),
                _C.closed_at < before,
                _S.ended_at <= _C.closed_at,
                _I.status == InvoiceStatus.PAID.value,
                _ANY_LEFT,
            )
        )
        return list(self._tx.connection.scalars(query))

    def _rows(self, query: sa.Select[Any]) -> list[Any]:
        return [tuple(row) for row in self._tx.connection.execute(query)]
