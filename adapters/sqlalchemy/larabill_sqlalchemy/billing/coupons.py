"""Coupons, their codes, and who has redeemed them."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from larabill_billing.discounts.check import Found
from larabill_billing.discounts.coupon import (
    CodeResult,
    Coupon,
    CouponCode,
    CouponTerms,
    Redemption,
    RedemptionStatus,
    Use,
)
from larabill_billing.invoicing.model import ChargeStatus
from larabill_core.errors import Faults, NotFound
from larabill_core.ids import parse_uuid
from larabill_core.structure import structure
from larabill_sqlalchemy.billing.audits import states_without_audit
from larabill_sqlalchemy.billing.charges import CHARGES
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.statements import among, chunks, from_row, increase_many, insert_many, keyset
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Amount, Id, Instant, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

COUPONS = sa.Table(
    "larabill_coupons",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("terms", text(), nullable=False),
    sa.Column("use_limit", sa.Integer),
    sa.Column("uses", sa.Integer, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Index("ix_larabill_coupons_id", "seller_id", "id"),
    **MYSQL_OPTIONS,
)

CODES = sa.Table(
    "larabill_coupon_codes",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("coupon_id", Id, nullable=False),
    sa.Column("code", code(40), nullable=False),
    sa.Column("shown", text(), nullable=False),
    sa.Index("uq_larabill_coupon_codes_code", "seller_id", "code", unique=True),
    sa.Index("ix_larabill_coupon_codes_coupon", "seller_id", "coupon_id"),
    **MYSQL_OPTIONS,
)

REDEMPTIONS = sa.Table(
    "larabill_redemptions",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("coupon_id", Id, nullable=False),
    sa.Column("code_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("order_id", Id),
    sa.Column("subscription_id", Id),
    sa.Column("terms", text(), nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("cycles_left", sa.Integer),
    sa.Column("discount", Amount, nullable=False),
    sa.Column("revenue", Amount, nullable=False),
    sa.Column("status", code(32), nullable=False),
    sa.Column("redeemed_at", Instant, nullable=False),
    sa.Index("ix_larabill_redemptions_customer", "seller_id", "customer_id", "status", "cycles_left"),
    sa.Index("ix_larabill_redemptions_coupon", "seller_id", "coupon_id", "customer_id"),
    sa.Index("ix_larabill_redemptions_order", "seller_id", "order_id"),
    sa.Index("ix_larabill_redemptions_id", "seller_id", "id"),
    **MYSQL_OPTIONS,
)

_C, _K, _R = COUPONS.c, CODES.c, REDEMPTIONS.c


@lru_cache(maxsize=4096)
def _terms(stored: str) -> CouponTerms:
    """Terms never change, so that the same text is read once."""
    faults = Faults()
    terms = structure(CouponTerms, json.loads(stored), faults)
    faults.raise_if_any()
    if terms is None:
        raise AssertionError("what cannot be structured has faults")
    return terms


def _stored(terms: CouponTerms) -> str:
    return msgspec.json.encode(terms).decode()


def _coupon(row: Any) -> Coupon:
    return from_row(Coupon, row, terms=_terms(row.terms))


def _redemption(row: Any) -> Redemption:
    return from_row(Redemption, row, terms=_terms(row.terms))


class Coupons:
    """Implements `larabill_billing.discounts.ports.CouponRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add(self, coupon: Coupon) -> None:
        limit, terms = coupon.terms.limit, _stored(coupon.terms)
        insert_many(self._tx.connection, COUPONS, [coupon], use_limit=limit, terms=terms)

    def add_codes(self, codes: Sequence[CouponCode]) -> None:
        with unique("coupon code", ", ".join(each.shown for each in codes[:3])):
            insert_many(self._tx.connection, CODES, codes)

    def get(self, coupon_id: UUID, *, lock: bool = False) -> Coupon:
        query = sa.select(COUPONS).where(_C.seller_id == self._tx.seller_id, _C.id == coupon_id)
        row = self._tx.connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("coupon", coupon_id)
        return _coupon(row)

    def end(self, coupon_id: UUID, at: datetime) -> None:
        mine = sa.and_(_C.seller_id == self._tx.seller_id, _C.id == coupon_id)
        self._tx.connection.execute(sa.update(COUPONS).where(mine).values(ended_at=at))

    def codes(self, coupon_id: UUID) -> list[CouponCode]:
        query = sa.select(CODES).where(_K.seller_id == self._tx.seller_id, _K.coupon_id == coupon_id)
        return [from_row(CouponCode, row) for row in self._tx.connection.execute(query.order_by(_K.id))]

    def by_codes(self, codes: Collection[str]) -> dict[str, Found]:
        if not codes:
            return {}
        query = (
            sa.select(COUPONS, _K.id.label("code_id"), _K.code, _K.shown)
            .join(CODES, sa.and_(_K.seller_id == _C.seller_id, _K.coupon_id == _C.id))
            .where(_C.seller_id == self._tx.seller_id, _K.seller_id == self._tx.seller_id, _K.code.in_(sorted(codes)))
        )
        return {
            row.code: Found(
                code=CouponCode(
                    id=row.code_id, seller_id=row.seller_id, coupon_id=row.id, code=row.code, shown=row.shown
                ),
                coupon=_coupon(row),
            )
            for row in self._tx.connection.execute(query)
        }

    def take(self, coupon_id: UUID) -> bool:
        left = sa.or_(_C.use_limit.is_(None), _C.uses < _C.use_limit)
        done = self._tx.connection.execute(
            sa.update(COUPONS)
            .where(_C.seller_id == self._tx.seller_id, _C.id == coupon_id, _C.ended_at.is_(None), left)
            .values(uses=_C.uses + 1)
        )
        return done.rowcount == 1

    def give_back(self, uses: Mapping[UUID, int]) -> None:
        rows = [{"id": coupon_id, "uses": -count} for coupon_id, count in sorted(uses.items())]
        increase_many(self._tx.connection, COUPONS, rows, seller_id=self._tx.seller_id)

    def page(self, *, after: UUID | None = None, newest_first: bool = False, limit: int = 100) -> list[Coupon]:
        query = sa.select(COUPONS).where(_C.seller_id == self._tx.seller_id)
        query = keyset(
            query, _C.id, after=after, newest_first=newest_first, limit=limit, index="ix_larabill_coupons_id"
        )
        return [_coupon(row) for row in self._tx.connection.execute(query)]

    def results(self, coupon_id: UUID) -> list[CodeResult]:
        counted = sa.case((_R.status != RedemptionStatus.RETURNED.value, 1), else_=0)
        query = (
            sa.select(
                _K.shown,
                _R.currency,
                sa.func.sum(counted).label("redemptions"),
                sa.func.sum(_R.discount).label("discount"),
                sa.func.sum(_R.revenue).label("revenue"),
            )
            .join(CODES, sa.and_(_K.seller_id == _R.seller_id, _K.id == _R.code_id))
            .where(_R.seller_id == self._tx.seller_id, _R.coupon_id == coupon_id)
            .group_by(_K.id, _K.shown, _R.currency)
            .order_by(_K.id, _R.currency)
        )
        return [
            CodeResult(
                code=row.shown,
                currency=row.currency,
                redemptions=int(row.redemptions),
                discount=row.discount,
                revenue=row.revenue,
            )
            for row in self._tx.connection.execute(query)
        ]

    def wrong_uses(self) -> list[tuple[UUID, int, int]]:
        redeemed = sa.func.count(_R.id)
        mine = sa.and_(
            _R.seller_id == _C.seller_id, _R.coupon_id == _C.id, _R.status != RedemptionStatus.RETURNED.value
        )
        query = (
            sa.select(_C.id, _C.uses, redeemed)
            .outerjoin(REDEMPTIONS, mine)
            .where(_C.seller_id == self._tx.seller_id)
            .group_by(_C.id, _C.uses)
            .having(redeemed != _C.uses)
        )
        return [(coupon_id, uses, count) for coupon_id, uses, count in self._tx.connection.execute(query)]


class Redemptions:
    """Implements `larabill_billing.discounts.ports.RedemptionRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add_many(self, redemptions: Sequence[Redemption]) -> None:
        rows = [_row(each) for each in redemptions]
        insert_many(self._tx.connection, REDEMPTIONS, rows)

    def get(self, redemption_id: UUID, *, lock: bool = False) -> Redemption:
        found = self.get_many([redemption_id], lock=lock)
        if not found:
            raise NotFound("redemption", redemption_id)
        return found[redemption_id]

    def get_many(self, redemption_ids: Collection[UUID], *, lock: bool = False) -> dict[UUID, Redemption]:
        found: dict[UUID, Redemption] = {}
        for chunk in chunks(sorted(set(redemption_ids))):
            found |= {each.id: each for each in self._all(_R.id.in_(chunk), lock=lock)}
        return found

    def uses_of(self, customer_id: UUID, coupon_ids: Collection[UUID], *, lock: bool = False) -> dict[UUID, int]:
        query = sa.select(_R.coupon_id).where(
            _R.seller_id == self._tx.seller_id,
            _R.coupon_id.in_(sorted(coupon_ids)),
            _R.customer_id == customer_id,
            _R.status != RedemptionStatus.RETURNED.value,
        )
        # rows and not a count: only rows can be read with a lock
        return Counter(self._tx.connection.scalars(query.with_for_update() if lock else query))

    def in_force(self, customer_ids: Collection[UUID], *, lock: bool = False) -> dict[UUID, list[Redemption]]:
        found: dict[UUID, list[Redemption]] = defaultdict(list)
        more = sa.and_(_R.status == RedemptionStatus.ACTIVE.value, sa.or_(_R.cycles_left.is_(None), _R.cycles_left > 0))
        for chunk in chunks(sorted(set(customer_ids))):
            mine = among(self._tx.connection, _R.customer_id, chunk)
            for each in self._all(mine, more, lock=lock):
                found[each.customer_id].append(each)
        return dict(found)

    def for_order(self, order_id: UUID, *, lock: bool = False) -> list[Redemption]:
        return self._all(_R.order_id == order_id, lock=lock)

    def page(
        self,
        *,
        customer_id: UUID | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[Redemption]:
        query = sa.select(REDEMPTIONS).where(_R.seller_id == self._tx.seller_id)
        if customer_id is not None:
            query = query.where(_R.customer_id == customer_id)
        index = "ix_larabill_redemptions_id" if customer_id is None else ""
        query = keyset(query, _R.id, after=after, newest_first=newest_first, limit=limit, index=index)
        return [_redemption(row) for row in self._tx.connection.execute(query)]

    def use(self, uses: Sequence[Use]) -> None:
        rows = [
            {
                "id": each.redemption_id,
                "cycles_left": -each.cycles,
                "discount": each.discount,
                "revenue": each.revenue,
            }
            for each in uses
        ]
        increase_many(self._tx.connection, REDEMPTIONS, rows, seller_id=self._tx.seller_id)

    def set_status(self, redemption_ids: Collection[UUID], status: RedemptionStatus) -> None:
        self._tx.connection.execute(
            sa.update(REDEMPTIONS)
            .where(_R.seller_id == self._tx.seller_id, _R.id.in_(sorted(redemption_ids)))
            .values(status=status.value)
        )

    def _all(self, *where: sa.ColumnElement[bool], lock: bool = False) -> list[Redemption]:
        query = sa.select(REDEMPTIONS).where(_R.seller_id == self._tx.seller_id, *where).order_by(_R.id)
        rows = self._tx.connection.execute(query.with_for_update() if lock else query)
        return [_redemption(row) for row in rows]

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        return states_without_audit(self._tx, "redemption", _R.id, _R.status)

    def wrong_sums(self) -> list[tuple[UUID, Decimal, Decimal]]:
        charged: dict[UUID, Decimal] = defaultdict(Decimal)
        allowed = sa.select(CHARGES.c.allowances).where(
            CHARGES.c.seller_id == self._tx.seller_id,
            CHARGES.c.status != ChargeStatus.FREED.value,
            sa.type_coerce(CHARGES.c.allowances, sa.Text()) != "[]",
        )
        for allowances in self._tx.connection.scalars(allowed):
            for each in allowances:
                if each["source_id"] is not None:
                    charged[parse_uuid(each["source_id"], "source_id")] += Decimal(each["amount"])
        query = sa.select(_R.id, _R.discount).where(_R.seller_id == self._tx.seller_id)
        stored = {row.id: row.discount for row in self._tx.connection.execute(query)}
        return [
            (id, stored.get(id, Decimal(0)), charged.get(id, Decimal(0)))
            for id in sorted(stored.keys() | charged.keys())
            if stored.get(id, Decimal(0)) != charged.get(id, Decimal(0))
        ]


def _row(redemption: Redemption) -> dict[str, Any]:
    columns = {column.name: getattr(redemption, column.name) for column in REDEMPTIONS.c}
    return columns | {"terms": _stored(redemption.terms), "status": redemption.status.value}
