"""`engine.billing.coupons`: coupons, their codes, and what customers have redeemed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from larabill_billing.discounts import handlers as discounts
from larabill_billing.discounts.coupon import CodeResult, Coupon, CouponCode, NewCoupon, Redemption
from larabill_billing.discounts.parse import parse_coupon
from larabill_billing.facade.area import Area
from larabill_billing.subscriptions import redeem
from larabill_core.access import SYSTEM, Actor


class Coupons(Area):
    """`engine.billing.coupons`."""

    def create(self, seller: UUID, new: NewCoupon | Mapping[str, Any], *, actor: Actor = SYSTEM) -> Coupon:
        """Given as such or as plain data. Raises `InvalidInput` with every fault; `AlreadyExists` for a code."""
        wanted = new if isinstance(new, NewCoupon) else parse_coupon(new)
        return self._run("coupons.write", seller, actor, lambda tx: discounts.create(tx, wanted))

    def add_code(self, seller: UUID, coupon_id: UUID, code: str, *, actor: Actor = SYSTEM) -> CouponCode:
        """One more variant. Raises `InvalidInput`, `NotFound`, `AlreadyExists`, `Conflict`."""
        return self._run("coupons.write", seller, actor, lambda tx: discounts.add_code(tx, coupon_id, code))

    def end(self, seller: UUID, coupon_id: UUID, reason: str = "", *, actor: Actor = SYSTEM) -> Coupon:
        """Nobody redeems it any more; who has it keeps it. Raises `NotFound`, `Conflict`."""
        return self._run("coupons.write", seller, actor, lambda tx: discounts.end(tx, coupon_id, reason))

    def get(self, seller: UUID, coupon_id: UUID, *, actor: Actor = SYSTEM) -> tuple[Coupon, Sequence[CouponCode]]:
        """With its codes. Raises `NotFound`."""
        return self._run(
            "coupons.read",
            seller,
            actor,
            lambda tx: (tx.billing.coupons.get(coupon_id), tx.billing.coupons.codes(coupon_id)),
        )

    def list(
        self, seller: UUID, *, after: UUID | None = None, limit: int = 100, actor: Actor = SYSTEM
    ) -> Sequence[Coupon]:
        """By id, that is, oldest first."""
        return self._run("coupons.read", seller, actor, lambda tx: tx.billing.coupons.page(after=after, limit=limit))

    def results(self, seller: UUID, coupon_id: UUID, *, actor: Actor = SYSTEM) -> Sequence[CodeResult]:
        """What each code has brought in: redemptions, discount and revenue, by currency."""
        return self._run("coupons.read", seller, actor, lambda tx: tx.billing.coupons.results(coupon_id))

    def apply(
        self,
        seller: UUID,
        code: str,
        *,
        subscription_id: UUID | None = None,
        customer_id: UUID | None = None,
        actor: Actor = SYSTEM,
    ) -> Redemption:
        """Redeem a code for one agreement, or for all of a customer's; it counts from their next invoice on.

        Name exactly one of the two. Raises `InvalidInput` with what stands against it, `NotFound`, `Conflict`.
        """
        return self._run(
            "coupons.write",
            seller,
            actor,
            lambda tx: redeem.apply_code(tx, code, subscription_id=subscription_id, customer_id=customer_id),
        )

    def remove(self, seller: UUID, redemption_id: UUID, reason: str = "", *, actor: Actor = SYSTEM) -> Redemption:
        """It takes nothing off any more. Raises `NotFound`, `IllegalTransition`."""
        return self._run("coupons.write", seller, actor, lambda tx: discounts.remove(tx, redemption_id, reason))

    def redemptions(
        self,
        seller: UUID,
        *,
        customer_id: UUID | None = None,
        after: UUID | None = None,
        limit: int = 100,
        actor: Actor = SYSTEM,
    ) -> Sequence[Redemption]:
        """Who has redeemed what, by id."""
        return self._run(
            "coupons.read",
            seller,
            actor,
            lambda tx: tx.billing.redemptions.page(customer_id=customer_id, after=after, limit=limit),
        )
