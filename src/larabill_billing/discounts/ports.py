"""Storage of coupons, their codes, and who has redeemed them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from larabill_billing.audits.ports import AuditRepositories
from larabill_billing.discounts.check import Found
from larabill_billing.discounts.coupon import (
    CodeResult,
    Coupon,
    CouponCode,
    Redemption,
    RedemptionStatus,
    Use,
)
from larabill_core.ports.unit_of_work import Tx


class CouponRepository(Protocol):
    def add(self, coupon: Coupon) -> None: ...

    def add_codes(self, codes: Sequence[CouponCode]) -> None:
        """Raises `AlreadyExists` for a code that stands for a coupon already."""
        ...

    def get(self, coupon_id: UUID, *, lock: bool = False) -> Coupon:
        """Raises `NotFound`. With `lock` the row stays locked until the transaction ends."""
        ...

    def end(self, coupon_id: UUID, at: datetime) -> None:
        """It is redeemed no more."""
        ...

    def codes(self, coupon_id: UUID) -> list[CouponCode]:
        """In the order in which they were given out."""
        ...

    def by_codes(self, codes: Collection[str]) -> dict[str, Found]:
        """What these codes (canonical forms) stand for, as far as they are known: one statement."""
        ...

    def take(self, coupon_id: UUID) -> bool:
        """Count one more use, unless it has ended or its limit is reached; whether that was done.

        One conditional UPDATE. The row stays locked until the transaction ends, so take late in it.
        """
        ...

    def give_back(self, uses: Mapping[UUID, int]) -> None:
        """So many uses of each are free again: one statement."""
        ...

    def page(self, *, after: UUID | None = None, newest_first: bool = False, limit: int = 100) -> list[Coupon]:
        """By id, keyset paged with `after`."""
        ...

    def results(self, coupon_id: UUID) -> list[CodeResult]:
        """What each code has brought in, in each currency; those that nobody redeemed are left out."""
        ...

    def wrong_uses(self) -> list[tuple[UUID, int, int]]:
        """Coupons whose count is not that of their redemptions: id, count, redemptions (F39)."""
        ...


class RedemptionRepository(Protocol):
    def add_many(self, redemptions: Sequence[Redemption]) -> None: ...

    def get(self, redemption_id: UUID, *, lock: bool = False) -> Redemption:
        """Raises `NotFound`. With `lock` the row stays locked until the transaction ends."""
        ...

    def get_many(self, redemption_ids: Collection[UUID], *, lock: bool = False) -> dict[UUID, Redemption]:
        """Those that exist: one statement."""
        ...

    def uses_of(self, customer_id: UUID, coupon_ids: Collection[UUID], *, lock: bool = False) -> dict[UUID, int]:
        """How often a customer has redeemed each of these coupons, what was given back not counted.

        With `lock` the rows are read as they are now, whatever the transaction's snapshot: ask so once the coupon is
        taken, whose row lets one in at a time.
        """
        ...

    def in_force(self, customer_ids: Collection[UUID], *, lock: bool = False) -> dict[UUID, list[Redemption]]:
        """What takes something off documents to come, by customer: one statement."""
        ...

    def for_order(self, order_id: UUID, *, lock: bool = False) -> list[Redemption]: ...

    def page(
        self,
        *,
        customer_id: UUID | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[Redemption]:
        """By id, keyset paged with `after`."""
        ...

    def use(self, uses: Sequence[Use]) -> None:
        """Take the cycles and add the sums of each: one statement."""
        ...

    def set_status(self, redemption_ids: Collection[UUID], status: RedemptionStatus) -> None:
        """Of locked rows: one statement."""
        ...

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        """Those whose audits do not lead to their status: id, status (I6)."""
        ...

    def wrong_sums(self) -> list[tuple[UUID, Decimal, Decimal]]:
        """Those whose discount is not what the charges in force say: id, discount, of the charges (I11)."""
        ...


class DiscountsRepositories(AuditRepositories, Protocol):
    @property
    def coupons(self) -> CouponRepository: ...

    @property
    def redemptions(self) -> RedemptionRepository: ...


class DiscountsTx(Tx, Protocol):
    @property
    def billing(self) -> DiscountsRepositories: ...
