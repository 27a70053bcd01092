"""Vouchers and their batches."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.ledger.model import VOUCHERS as ACCOUNT
from larabill_billing.vouchers.model import Voucher, VoucherBatch, VoucherStatus
from larabill_core.errors import NotFound
from larabill_sqlalchemy.billing.credits import CREDITS
from larabill_sqlalchemy.billing.ledger import POSTINGS, ZERO, total
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.statements import chunks, from_row, insert_many, keyset
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

BATCHES = sa.Table(
    "larabill_voucher_batches",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("name", text(), nullable=False),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("amount", Amount, nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("expires_on", sa.Date),
    sa.Column("sold", text(), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Index("ix_larabill_voucher_batches_id", "seller_id", "id"),
    **MYSQL_OPTIONS,
)

VOUCHERS = sa.Table(
    "larabill_vouchers",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("batch_id", Id, sa.ForeignKey("larabill_voucher_batches.id"), nullable=False),
    sa.Column("digest", code(64), nullable=False),
    sa.Column("status", code(32), nullable=False),
    sa.Column("customer_id", Id),
    sa.Column("redeemed_at", Instant),
    sa.Index("uq_larabill_vouchers_digest", "seller_id", "digest", unique=True),
    sa.Index("ix_larabill_vouchers_batch", "seller_id", "batch_id", "status"),
    **MYSQL_OPTIONS,
)

_B, _V = BATCHES.c, VOUCHERS.c


class Vouchers:
    """Implements `larabill_billing.vouchers.ports.VoucherRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add(self, batch: VoucherBatch, vouchers: Sequence[Voucher]) -> None:
        with unique("voucher batch", batch.id):
            insert_many(self._tx.connection, BATCHES, [batch])
        insert_many(self._tx.connection, VOUCHERS, vouchers)

    def batch(self, batch_id: UUID) -> VoucherBatch:
        query = sa.select(BATCHES).where(_B.seller_id == self._tx.seller_id, _B.id == batch_id)
        row = self._tx.connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("voucher batch", batch_id)
        return from_row(VoucherBatch, row)

    def batches(self, *, after: UUID | None = None, newest_first: bool = False, limit: int = 100) -> list[VoucherBatch]:
        query = sa.select(BATCHES).where(_B.seller_id == self._tx.seller_id)
        query = keyset(
            query, _B.id, after=after, newest_first=newest_first, limit=limit, index="ix_larabill_voucher_batches_id"
        )
        return [from_row(VoucherBatch, row) for row in self._tx.connection.execute(query)]

    def counts(self, batch_ids: Collection[UUID]) -> dict[tuple[UUID, VoucherStatus], int]:
        found: dict[tuple[UUID, VoucherStatus], int] = {}
        for chunk in chunks(sorted(set(batch_ids))):
            query = (
                sa.select(_V.batch_id, _V.status, sa.func.count())
                .where(_V.seller_id == self._tx.seller_id, _V.batch_id.in_(chunk))
                .group_by(_V.batch_id, _V.status)
            )
            for batch, status, count in self._tx.connection.execute(query):
                found[batch, VoucherStatus(status)] = count
        return found

    def by_digest(self, digest: str) -> Voucher | None:
        query = sa.select(VOUCHERS).where(_V.seller_id == self._tx.seller_id, _V.digest == digest)
        row = self._tx.connection.execute(query.with_for_update()).one_or_none()
        return None if row is None else from_row(Voucher, row)

    def save(self, voucher: Voucher) -> None:
        self._tx.connection.execute(
            sa.update(VOUCHERS)
            .where(_V.seller_id == self._tx.seller_id, _V.id == voucher.id)
            .values(status=voucher.status.value, customer_id=voucher.customer_id, redeemed_at=voucher.redeemed_at)
        )

    def expire(self, batch_id: UUID) -> int:
        changed = self._tx.connection.execute(
            sa.update(VOUCHERS)
            .where(
                _V.seller_id == self._tx.seller_id,
                _V.batch_id == batch_id,
                _V.status == VoucherStatus.OPEN.value,
            )
            .values(status=VoucherStatus.EXPIRED.value)
        )
        return int(changed.rowcount)

    def ledger_differences(self) -> list[tuple[str, Decimal]]:
        owed = (
            sa.select(_B.currency.label("currency"), _B.amount.label("amount"))
            .join(VOUCHERS, sa.and_(_V.seller_id == _B.seller_id, _V.batch_id == _B.id))
            .where(_B.seller_id == self._tx.seller_id, _B.sold != "", _V.status == VoucherStatus.OPEN.value)
        )
        booked = sa.select(POSTINGS.c.currency, POSTINGS.c.amount).where(
            POSTINGS.c.seller_id == self._tx.seller_id, POSTINGS.c.account == ACCOUNT
        )
        both = sa.union_all(booked, owed).subquery("both_sides")
        query = (
            sa.select(both.c.currency, total(both.c.amount))
            .group_by(both.c.currency)
            .having(total(both.c.amount) != ZERO)
        )
        return [(currency, difference) for currency, difference in self._tx.connection.execute(query)]

    def without_credit(self) -> list[UUID]:
        given = sa.exists().where(
            CREDITS.c.seller_id == _V.seller_id, CREDITS.c.source == "voucher", CREDITS.c.source_id == _V.id
        )
        query = sa.select(_V.id).where(
            _V.seller_id == self._tx.seller_id, _V.status == VoucherStatus.REDEEMED.value, ~given
        )
        return [*self._tx.connection.scalars(query)]
