"""Coupons and their redemptions on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from larabill_billing.discounts.coupon import (
    MOST_CODES,
    MOST_CYCLES,
    MOST_USES,
    Applies,
    CodeResult,
    Coupon,
    CouponCode,
    CouponTerms,
    NewCoupon,
    Redemption,
    RedemptionStatus,
)
from larabill_billing.discounts.parse import parse_coupon
from larabill_core.http.wire import Amount, Currency, Cursor, Listing, Money, Text, money, next_of, shown_id
from larabill_core.ids import public_id

Code: TypeAlias = Annotated[str, Meta(min_length=3, max_length=40)]
PlanCodes: TypeAlias = Annotated[list[Annotated[str, Meta(min_length=1, max_length=64)]], Meta(max_length=100)]
Amounts: TypeAlias = Annotated[dict[Currency, Amount], Meta(max_length=100)]
Cycles: TypeAlias = Annotated[int, Meta(ge=1, le=MOST_CYCLES)] | Literal["once", "forever"]
Uses: TypeAlias = Annotated[int, Meta(ge=1, le=MOST_USES)]
Moment: TypeAlias = Annotated[datetime, Meta(tz=True)]


class RedemptionsQuery(Listing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose redemptions a list shows."""

    customer: Cursor | None = None


class CouponScope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it takes something off: plans and products by code, add-ons, set-up fees; with nothing named everything."""

    plans: PlanCodes = []
    products: PlanCodes = []
    addons: bool = False
    setup_fees: bool = False


class NewCouponIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A coupon: `percent`, or `amounts` by currency; `cycles` how many documents it takes something off."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    codes: Annotated[list[Code], Meta(min_length=1, max_length=MOST_CODES)]
    percent: Amount | None = None
    amounts: Amounts = {}
    cycles: Cycles = 1
    scope: CouponScope = CouponScope()
    applies: Applies = Applies.BOTH
    minimum_spend: Amounts = {}
    valid_from: Moment | None = None
    valid_until: Moment | None = None
    countries: Annotated[list[Annotated[str, Meta(pattern="^[A-Z]{2}$")]], Meta(max_length=300)] = []
    limit: Uses | None = None
    limit_per_customer: Uses | None = None
    exclusive: bool = False
    priority: Annotated[int, Meta(ge=-1000, le=1000)] = 0


class EndCoupon(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why nobody redeems it any more."""

    reason: Text = ""


class RedeemCoupon(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code, for one agreement or, where none is named, for all of the customer's."""

    code: Code
    subscription: Cursor | None = None
    customer: Cursor | None = None


class CouponOut(msgspec.Struct, frozen=True, kw_only=True):
    """A coupon. `cycles` is null for all that come. `uses` counts its redemptions."""

    id: str
    name: str
    percent: Amount | None
    amounts: dict[str, Money]
    cycles: int | None
    scope: CouponScope
    applies: Applies
    minimum_spend: dict[str, Money]
    valid_from: datetime | None
    valid_until: datetime | None
    countries: list[str]
    limit: int | None
    limit_per_customer: int | None
    exclusive: bool
    priority: int
    uses: int
    created_at: datetime
    ended_at: datetime | None


class CouponDetail(CouponOut, frozen=True, kw_only=True):
    """A coupon with its codes, as they were given out."""

    codes: list[str]


class CouponPage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[CouponOut]
    next: str | None


class CodeResultOut(msgspec.Struct, frozen=True, kw_only=True):
    """What one code has brought in one currency."""

    code: str
    redemptions: int
    discount: Money
    revenue: Money


class CouponResults(msgspec.Struct, frozen=True, kw_only=True):
    """By code; those that nobody redeemed are left out."""

    items: list[CodeResultOut]


class RedemptionOut(msgspec.Struct, frozen=True, kw_only=True):
    """One use of a coupon: for an order, an agreement, or all of a customer's. `discount`: what it took off so far."""

    id: str
    status: RedemptionStatus
    coupon: str
    name: str
    customer: str
    order: str | None
    subscription: str | None
    percent: Amount | None
    amount: Money | None
    cycles_left: int | None
    discount: Money
    redeemed_at: datetime


class RedemptionPage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[RedemptionOut]
    next: str | None


def new_coupon(body: NewCouponIn) -> NewCoupon:
    """The coupon that is asked for. Raises `InvalidInput` with every fault."""
    given = {**msgspec.structs.asdict(body), "scope": msgspec.structs.asdict(body.scope), "applies": str(body.applies)}
    return parse_coupon({name: value for name, value in given.items() if value is not None})


def coupon_out(coupon: Coupon) -> CouponOut:
    """A coupon without its codes."""
    return CouponOut(**_coupon(coupon))


def coupon_detail(coupon: Coupon, codes: Sequence[CouponCode]) -> CouponDetail:
    """A coupon with its codes."""
    return CouponDetail(**_coupon(coupon), codes=[each.shown for each in codes])


def page_out(found: Sequence[Coupon], query: Listing) -> CouponPage:
    """One page of a list."""
    items = [coupon_out(each) for each in found]
    return CouponPage(items=items, next=next_of(items, query))


def results_out(found: Sequence[CodeResult]) -> CouponResults:
    """What the codes of a coupon have brought."""
    return CouponResults(
        items=[
            CodeResultOut(
                code=each.code,
                redemptions=each.redemptions,
                discount=money(each.discount, each.currency),
                revenue=money(each.revenue, each.currency),
            )
            for each in found
        ]
    )


def redemption_out(redemption: Redemption) -> RedemptionOut:
    """One redemption."""
    terms = redemption.terms
    amount = terms.amounts.get(redemption.currency)
    return RedemptionOut(
        id=public_id("rdm", redemption.id),
        status=redemption.status,
        coupon=public_id("cpn", redemption.coupon_id),
        name=terms.name,
        customer=public_id("cus", redemption.customer_id),
        order=shown_id("ord", redemption.order_id),
        subscription=shown_id("sub", redemption.subscription_id),
        percent=_percent(terms),
        amount=None if amount is None else money(amount, redemption.currency),
        cycles_left=redemption.cycles_left,
        discount=money(redemption.discount, redemption.currency),
        redeemed_at=redemption.redeemed_at,
    )


def _percent(terms: CouponTerms) -> str | None:
    return None if terms.percent is None else f"{terms.percent:f}"


def _coupon(coupon: Coupon) -> dict[str, Any]:
    terms = coupon.terms
    return {
        "id": public_id("cpn", coupon.id),
        "name": terms.name,
        "percent": _percent(terms),
        "amounts": {currency: money(amount, currency) for currency, amount in terms.amounts.items()},
        "cycles": terms.cycles,
        "scope": CouponScope(
            plans=list(terms.scope.plans),
            products=list(terms.scope.products),
            addons=terms.scope.addons,
            setup_fees=terms.scope.setup_fees,
        ),
        "applies": terms.applies,
        "minimum_spend": {currency: money(amount, currency) for currency, amount in terms.minimum_spend.items()},
        "valid_from": terms.valid_from,
        "valid_until": terms.valid_until,
        "countries": list(terms.countries),
        "limit": terms.limit,
        "limit_per_customer": terms.limit_per_customer,
        "exclusive": terms.exclusive,
        "priority": terms.priority,
        "uses": coupon.uses,
        "created_at": coupon.created_at,
        "ended_at": coupon.ended_at,
    }
