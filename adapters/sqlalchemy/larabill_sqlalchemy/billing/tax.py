"""What tax depends on: exemptions, and insert-only answers about tax ids and evidence of places."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.customers.model import Customer
from larabill_billing.invoicing.model import ChargeStatus, DocumentType
from larabill_billing.tax.facts import NEVER_TAXED, BilledTaxes, Evidence, Exemption, IdAnswer, IdCheck, TaxFacts
from larabill_billing.tax.model import TaxCategory
from larabill_billing.tax.provider import ProviderAnswer
from larabill_core.errors import NotFound
from larabill_sqlalchemy.billing.charges import CHARGES, DRAFTS
from larabill_sqlalchemy.billing.customers import CUSTOMERS
from larabill_sqlalchemy.billing.invoicing_tables import INVOICES, LINES
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.statements import among, chunks, from_row, from_rows, insert_many, page_size, to_row
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

EXEMPTIONS = sa.Table(
    "larabill_tax_exemptions",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("category", code(2), nullable=False),
    sa.Column("reason", text(), nullable=False),
    sa.Column("reason_code", code(32), nullable=False),
    sa.Column("certificate", text(), nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
    sa.Column("created_at", Instant, nullable=False),
    sa.Index("ix_larabill_tax_exemptions_customer", "seller_id", "customer_id"),
    **MYSQL_OPTIONS,
)

CHECKS = sa.Table(
    "larabill_tax_id_checks",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("tax_id", code(32), nullable=False),
    sa.Column("answer", code(16), nullable=False),
    sa.Column("account", code(64), nullable=False),
    sa.Column("consultation", code(64), nullable=False),
    sa.Column("reason", text(), nullable=False),
    sa.Column("checked_at", Instant, nullable=False),
    sa.Index("ix_larabill_tax_id_checks_customer", "seller_id", "customer_id", "id"),
    **MYSQL_OPTIONS,
)

EVIDENCE = sa.Table(
    "larabill_tax_evidence",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("kind", code(16), nullable=False),
    sa.Column("country", code(2), nullable=False),
    sa.Column("source", text(), nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Index("ix_larabill_tax_evidence_customer", "seller_id", "customer_id", "id"),
    **MYSQL_OPTIONS,
)

ANSWERS = sa.Table(
    "larabill_tax_answers",
    METADATA,
    sa.Column("seller_id", Id, primary_key=True),
    sa.Column("customer_id", Id, primary_key=True),
    sa.Column("asked", code(64), nullable=False),
    sa.Column("taxes", Json, nullable=False),
    sa.Column("answered_at", Instant, nullable=False),
    **MYSQL_OPTIONS,
)

_C, _X, _K, _E, _A = CUSTOMERS.c, EXEMPTIONS.c, CHECKS.c, EVIDENCE.c, ANSWERS.c
_L, _D = LINES.c, DRAFTS.c

T = TypeVar("T", Exemption, IdCheck, Evidence)


class Tax:
    """Implements `larabill_billing.tax.ports.TaxRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def for_customers(self, customer_ids: Collection[UUID]) -> dict[UUID, TaxFacts]:
        ids = [*set(customer_ids)]
        exemptions = self._of(Exemption, EXEMPTIONS, ids)
        checks = self._newest(IdCheck, CHECKS, ids, _K.tax_id, _K.answer != IdAnswer.UNKNOWN.value)
        evidence = self._newest(Evidence, EVIDENCE, ids, _E.kind, sa.true())
        return {
            id: TaxFacts(
                exemptions=tuple(exemptions.get(id, ())),
                checks=tuple(checks.get(id, ())),
                evidence=tuple(evidence.get(id, ())),
            )
            for id in exemptions.keys() | checks.keys() | evidence.keys()
        }

    def exemptions(self, customer_ids: Collection[UUID]) -> dict[UUID, TaxFacts]:
        found = self._of(Exemption, EXEMPTIONS, [*set(customer_ids)])
        return {id: TaxFacts(exemptions=tuple(mine)) for id, mine in found.items()}

    def add_exemption(self, exemption: Exemption) -> None:
        insert_many(self._tx.connection, EXEMPTIONS, [to_row(exemption)])

    def exemption(self, exemption_id: UUID, *, lock: bool = False) -> Exemption:
        query = sa.select(EXEMPTIONS).where(_X.seller_id == self._tx.seller_id, _X.id == exemption_id)
        row = self._tx.connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("tax exemption", exemption_id)
        return from_row(Exemption, row)

    def end_exemption(self, exemption: Exemption) -> None:
        self._tx.connection.execute(
            sa.update(EXEMPTIONS)
            .where(_X.seller_id == self._tx.seller_id, _X.id == exemption.id)
            .values(until=exemption.until)
        )

    def add_checks(self, checks: Sequence[IdCheck]) -> None:
        insert_many(self._tx.connection, CHECKS, [to_row(check) for check in checks])

    def checks(self, customer_id: UUID) -> list[IdCheck]:
        return self._of(IdCheck, CHECKS, [customer_id]).get(customer_id, [])

    def add_evidence(self, evidence: Sequence[Evidence]) -> None:
        insert_many(self._tx.connection, EVIDENCE, [to_row(each) for each in evidence])

    def evidence(self, customer_id: UUID) -> list[Evidence]:
        return self._of(Evidence, EVIDENCE, [customer_id]).get(customer_id, [])

    def with_tax_id(self, *, after: UUID | None = None, limit: int = 100) -> list[Customer]:
        return self._customers(_C.tax_id != "", after, limit)

    def with_evidence(self, *, after: UUID | None = None, limit: int = 100) -> list[UUID]:
        query = sa.select(_E.customer_id).distinct().where(_E.seller_id == self._tx.seller_id)
        if after is not None:
            query = query.where(_E.customer_id > after)
        return [*self._tx.connection.execute(query.order_by(_E.customer_id).limit(page_size(limit))).scalars()]

    def answers(self, customer_ids: Collection[UUID]) -> dict[UUID, ProviderAnswer]:
        found: dict[UUID, ProviderAnswer] = {}
        for chunk in chunks([*set(customer_ids)]):
            query = sa.select(ANSWERS).where(
                _A.seller_id == self._tx.seller_id, among(self._tx.connection, _A.customer_id, chunk)
            )
            rows = self._tx.connection.execute(query).all()
            found |= {each.customer_id: each for each in from_rows(ProviderAnswer, rows)}
        return found

    def save_answers(self, answers: Sequence[ProviderAnswer]) -> None:
        for chunk in chunks([answer.customer_id for answer in answers]):
            self._tx.connection.execute(
                sa.delete(ANSWERS).where(_A.seller_id == self._tx.seller_id, _A.customer_id.in_(chunk))
            )
        insert_many(self._tx.connection, ANSWERS, [to_row(answer) for answer in answers])

    def waiting(self, *, after: UUID | None = None, limit: int = 100) -> list[Customer]:
        some = sa.exists().where(_D.seller_id == self._tx.seller_id, _D.waits, _D.customer_id == _C.id)
        return self._customers(some, after, limit)

    def let_go(self, customer_ids: Collection[UUID]) -> int:
        freed = 0
        for chunk in chunks(sorted(customer_ids)):
            freed += self._tx.connection.execute(
                sa.update(DRAFTS)
                .where(_D.seller_id == self._tx.seller_id, _D.waits, _D.customer_id.in_(chunk))
                .values(waits=False)
            ).rowcount
        return freed

    def billed(self, item_ids: Collection[UUID]) -> dict[UUID, list[BilledTaxes]]:
        charges, invoices = CHARGES.c, INVOICES.c
        found: dict[UUID, list[BilledTaxes]] = {}
        for chunk in chunks([*set(item_ids)]):
            query: sa.Select[Any] = (
                sa.select(charges.subscription_item_id, _L.period_start, _L.period_end, _L.taxes)
                .join(LINES, sa.and_(_L.seller_id == charges.seller_id, _L.charge_id == charges.id))
                .join(INVOICES, sa.and_(invoices.seller_id == _L.seller_id, invoices.id == _L.invoice_id))
                .where(
                    charges.seller_id == self._tx.seller_id,
                    among(self._tx.connection, charges.subscription_item_id, chunk),
                    charges.status == ChargeStatus.INVOICED.value,
                    invoices.type != DocumentType.CREDIT_NOTE.value,
                    _L.period_end.is_not(None),
                    _L.amount > Decimal(0),
                )
                .order_by(_L.id)
            )
            for each in from_rows(BilledTaxes, self._tx.connection.execute(query).all()):
                found.setdefault(each.subscription_item_id, []).append(each)
        return found

    def wrong_categories(self) -> list[tuple[UUID, str, Decimal]]:
        untaxed = _L.tax_category.in_(sorted(each.value for each in NEVER_TAXED))
        query = sa.select(_L.invoice_id, _L.tax_category, _L.tax_rate).where(
            _L.seller_id == self._tx.seller_id,
            sa.or_(
                sa.and_(untaxed, _L.tax_rate != Decimal(0)),
                sa.and_(_L.tax_category == TaxCategory.STANDARD.value, _L.tax_rate == Decimal(0)),
            ),
        )
        return [(id, category, rate) for id, category, rate in self._tx.connection.execute(query)]

    def _customers(self, condition: sa.ColumnElement[bool], after: UUID | None, limit: int) -> list[Customer]:
        query = sa.select(CUSTOMERS).where(_C.seller_id == self._tx.seller_id, condition)
        if after is not None:
            query = query.where(_C.id > after)
        rows = self._tx.connection.execute(query.order_by(_C.id).limit(page_size(limit)))
        return [from_row(Customer, row) for row in rows]

    def _of(self, cls: type[T], table: sa.Table, ids: Sequence[UUID]) -> dict[UUID, list[T]]:
        """All rows of these customers, oldest first."""
        found: dict[UUID, list[T]] = {}
        for chunk in chunks(ids):
            query = sa.select(table).where(
                table.c.seller_id == self._tx.seller_id, among(self._tx.connection, table.c.customer_id, chunk)
            )
            for each in from_rows(cls, self._tx.connection.execute(query.order_by(table.c.id)).all()):
                found.setdefault(each.customer_id, []).append(each)
        return found

    def _newest(
        self, cls: type[T], table: sa.Table, ids: Sequence[UUID], of: sa.Column[str], only: sa.ColumnElement[bool]
    ) -> dict[UUID, list[T]]:
        """Of these customers the newest row of each `of`."""
        columns = table.c
        place = sa.func.row_number().over(partition_by=(columns.customer_id, of), order_by=columns.id.desc())
        found: dict[UUID, list[T]] = {}
        for chunk in chunks(ids):
            ranked = (
                sa.select(table, place.label("place"))
                .where(
                    columns.seller_id == self._tx.seller_id,
                    among(self._tx.connection, columns.customer_id, chunk),
                    only,
                )
                .subquery()
            )
            query = sa.select(*[each for each in ranked.c if each.name != "place"]).where(ranked.c.place == 1)
            for each in from_rows(cls, self._tx.connection.execute(query).all()):
                found.setdefault(each.customer_id, []).append(each)
        return found
