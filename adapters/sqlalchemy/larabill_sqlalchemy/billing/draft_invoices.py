"""Drafts that staff write."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.invoicing.drafts import DraftInvoice
from larabill_core.errors import StaleVersion
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.statements import chunks, from_row, insert_many, keyset, to_row
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, Json, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

DRAFT_INVOICES = sa.Table(
    "larabill_draft_invoices",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("lines", Json, nullable=False),
    sa.Column("discount", Json),
    sa.Column("note", text(), nullable=False),
    sa.Column("terms", text(), nullable=False),
    sa.Column("purchase_order", text(), nullable=False),
    sa.Column("due_on", sa.Date),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
    sa.Index("ix_larabill_draft_invoices_customer", "seller_id", "customer_id", "id"),
    sa.Index("ix_larabill_draft_invoices_id", "seller_id", "id"),
    **MYSQL_OPTIONS,
)

_D = DRAFT_INVOICES.c


class DraftInvoices:
    """Implements `larabill_billing.invoicing.ports.DraftInvoiceRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add(self, draft: DraftInvoice) -> None:
        insert_many(self._tx.connection, DRAFT_INVOICES, [draft])

    def find(self, draft_id: UUID) -> DraftInvoice | None:
        query = sa.select(DRAFT_INVOICES).where(_D.seller_id == self._tx.seller_id, _D.id == draft_id)
        row = self._tx.connection.execute(query.with_for_update()).one_or_none()
        return None if row is None else from_row(DraftInvoice, row)

    def page(
        self,
        *,
        customer_id: UUID | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[DraftInvoice]:
        query = sa.select(DRAFT_INVOICES).where(_D.seller_id == self._tx.seller_id)
        if customer_id is not None:
            query = query.where(_D.customer_id == customer_id)
        whole = "ix_larabill_draft_invoices_id" if customer_id is None else ""
        query = keyset(query, _D.id, after=after, newest_first=newest_first, limit=limit, index=whole)
        found = self._tx.connection.execute(query)
        return [from_row(DraftInvoice, row) for row in found]

    def save(self, draft: DraftInvoice) -> None:
        changed = self._tx.connection.execute(
            sa.update(DRAFT_INVOICES)
            .where(_D.seller_id == self._tx.seller_id, _D.id == draft.id, _D.version == draft.version)
            .values({**to_row(draft), "version": draft.version + 1})
        )
        if changed.rowcount == 0:
            raise StaleVersion("draft", draft.id)

    def delete(self, draft_ids: Collection[UUID]) -> None:
        for chunk in chunks(sorted(draft_ids)):
            self._tx.connection.execute(
                sa.delete(DRAFT_INVOICES).where(_D.seller_id == self._tx.seller_id, _D.id.in_(chunk))
            )
