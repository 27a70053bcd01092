"""Who brought whom."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.referrals.model import Referral
from larabill_sqlalchemy.billing.audits import states_without_audit
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.statements import from_row, insert_many, keyset
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, code

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

REFERRALS = sa.Table(
    "larabill_referrals",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("referrer_id", Id, nullable=False),
    sa.Column("referred_id", Id, nullable=False),
    sa.Column("status", code(32), nullable=False),
    sa.Column("payment_id", Id),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("rewarded_at", Instant),
    sa.Index("uq_larabill_referrals_referred", "seller_id", "referred_id", unique=True),
    sa.Index("ix_larabill_referrals_referrer", "seller_id", "referrer_id", "id"),
    sa.Index("ix_larabill_referrals_payment", "seller_id", "payment_id"),
    sa.Index("ix_larabill_referrals_id", "seller_id", "id"),
    **MYSQL_OPTIONS,
)

_R = REFERRALS.c


class Referrals:
    """Implements `larabill_billing.referrals.ports.ReferralRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add(self, referral: Referral) -> None:
        with unique("referral of", referral.referred_id):
            insert_many(self._tx.connection, REFERRALS, [referral])

    def of(self, referred_id: UUID, *, lock: bool = False) -> Referral | None:
        query = sa.select(REFERRALS).where(_R.seller_id == self._tx.seller_id, _R.referred_id == referred_id)
        row = self._tx.connection.execute(query.with_for_update() if lock else query).one_or_none()
        return None if row is None else from_row(Referral, row)

    def for_payment(self, payment_id: UUID) -> Referral | None:
        query = sa.select(REFERRALS).where(_R.seller_id == self._tx.seller_id, _R.payment_id == payment_id)
        row = self._tx.connection.execute(query.with_for_update()).one_or_none()
        return None if row is None else from_row(Referral, row)

    def has_referred(self, customer_id: UUID) -> bool:
        query = sa.select(_R.id).where(_R.seller_id == self._tx.seller_id, _R.referrer_id == customer_id)
        return self._tx.connection.scalar(query.limit(1)) is not None

    def page(
        self,
        *,
        referrer_id: UUID | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[Referral]:
        query = sa.select(REFERRALS).where(_R.seller_id == self._tx.seller_id)
        if referrer_id is not None:
            query = query.where(_R.referrer_id == referrer_id)
        index = "ix_larabill_referrals_id" if referrer_id is None else ""
        query = keyset(query, _R.id, after=after, newest_first=newest_first, limit=limit, index=index)
        return [from_row(Referral, row) for row in self._tx.connection.execute(query)]

    def save(self, referral: Referral) -> None:
        self._tx.connection.execute(
            sa.update(REFERRALS)
            .where(_R.seller_id == self._tx.seller_id, _R.id == referral.id)
            .values(status=referral.status.value, payment_id=referral.payment_id, rewarded_at=referral.rewarded_at)
        )

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        return states_without_audit(self._tx, "referral", _R.id, _R.status)
