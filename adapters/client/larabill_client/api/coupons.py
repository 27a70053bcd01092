"""Operations of the API: coupons. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from larabill_client.models.coupons import CouponDetail, CouponOut, CouponPage, CouponResults, EndCoupon, NewCouponIn
from larabill_client.transport import Transport, _part


class CouponsApi(Transport):
    """Operations under /coupons."""

    def list_coupons(
        self, *, after: str | None = None, limit: int | None = None, sort: Literal["-created", "created"] | None = None
    ) -> CouponPage:
        """Coupons.

        Needs `coupons.read`.
        """
        return self._ask(CouponPage, "GET", "/coupons", query={"after": after, "limit": limit, "sort": sort})

    def all_coupons(self, *, sort: Literal["-created", "created"] | None = None) -> Iterator[CouponOut]:
        """Every item of `list_coupons`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_coupons(after=after, limit=100, sort=sort)
            yield from page.items
            after = page.next
            if after is None:
                return

    def create_coupon(self, body: NewCouponIn, *, idempotency_key: str | None = None) -> CouponDetail:
        """Create a coupon with its codes.

        Needs `coupons.write`.
        """
        return self._ask(CouponDetail, "POST", "/coupons", body=body, keyed=True, key=idempotency_key)

    def get_coupon(self, coupon: str) -> CouponDetail:
        """A coupon with its codes.

        Needs `coupons.read`.
        """
        return self._ask(CouponDetail, "GET", f"/coupons/{_part(coupon)}")

    def end_coupon(self, coupon: str, body: EndCoupon, *, idempotency_key: str | None = None) -> CouponDetail:
        """Nobody redeems a coupon any more; who has it keeps it.

        Needs `coupons.write`.
        """
        return self._ask(
            CouponDetail, "POST", f"/coupons/{_part(coupon)}/end", body=body, keyed=True, key=idempotency_key
        )

    def get_coupon_results(self, coupon: str) -> CouponResults:
        """What each code of a coupon has brought in.

        Needs `coupons.read`.
        """
        return self._ask(CouponResults, "GET", f"/coupons/{_part(coupon)}/results")
