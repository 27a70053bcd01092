"""Coupons over HTTP. A code is redeemed for agreements, so that is with these: `subscriptions.redeem_http`."""

from __future__ import annotations

from typing import Any, Final

from larabill_billing.discounts import handlers, wire
from larabill_billing.discounts.ports import DiscountsTx
from larabill_core.http.endpoint import Call, Endpoint
from larabill_core.http.wire import Listing, id_of, newest_first, next_of

_HERE: Final = "larabill_billing.discounts.endpoints"

ENDPOINTS: Final = (
    Endpoint(
        id="list_coupons",
        method="GET",
        path="/coupons",
        summary="Coupons",
        ability="coupons.read",
        query=Listing,
        answer=wire.CouponPage,
        handler=f"{_HERE}:list_coupons",
    ),
    Endpoint(
        id="create_coupon",
        method="POST",
        path="/coupons",
        summary="Create a coupon with its codes",
        ability="coupons.write",
        body=wire.NewCouponIn,
        answer=wire.CouponDetail,
        status=201,
        handler=f"{_HERE}:create_coupon",
    ),
    Endpoint(
        id="get_coupon",
        method="GET",
        path="/coupons/{coupon}",
        summary="A coupon with its codes",
        ability="coupons.read",
        answer=wire.CouponDetail,
        handler=f"{_HERE}:get_coupon",
    ),
    Endpoint(
        id="get_coupon_results",
        method="GET",
        path="/coupons/{coupon}/results",
        summary="What each code of a coupon has brought in",
        ability="coupons.read",
        answer=wire.CouponResults,
        handler=f"{_HERE}:get_coupon_results",
    ),
    Endpoint(
        id="end_coupon",
        method="POST",
        path="/coupons/{coupon}/end",
        summary="Nobody redeems a coupon any more; who has it keeps it",
        ability="coupons.write",
        body=wire.EndCoupon,
        answer=wire.CouponDetail,
        handler=f"{_HERE}:end_coupon",
    ),
    Endpoint(
        id="list_redemptions",
        method="GET",
        path="/redemptions",
        summary="Who has redeemed which coupon",
        ability="coupons.read",
        scope="own",
        query=wire.RedemptionsQuery,
        answer=wire.RedemptionPage,
        handler=f"{_HERE}:list_redemptions",
    ),
    Endpoint(
        id="redeem_coupon",
        method="POST",
        path="/redemptions",
        summary="Redeem a code for what runs: it counts from the next invoice on",
        ability="coupons.redeem",
        scope="own",
        body=wire.RedeemCoupon,
        answer=wire.RedemptionOut,
        status=201,
        guessed="code",
        handler="larabill_billing.subscriptions.redeem_http:redeem_coupon",
    ),
)


def list_coupons(tx: DiscountsTx, call: Call[Listing, None]) -> wire.CouponPage:
    query = call.query
    found = tx.billing.coupons.page(
        after=id_of(query.after, "cpn", "after"), newest_first=newest_first(query), limit=query.limit
    )
    return wire.page_out(found, query)


def create_coupon(tx: DiscountsTx, call: Call[Any, wire.NewCouponIn]) -> wire.CouponDetail:
    coupon = handlers.create(tx, wire.new_coupon(call.body))
    return wire.coupon_detail(coupon, tx.billing.coupons.codes(coupon.id))


def get_coupon(tx: DiscountsTx, call: Call[Any, Any]) -> wire.CouponDetail:
    coupon = tx.billing.coupons.get(call.path["coupon"])
    return wire.coupon_detail(coupon, tx.billing.coupons.codes(coupon.id))


def get_coupon_results(tx: DiscountsTx, call: Call[Any, None]) -> wire.CouponResults:
    coupon = tx.billing.coupons.get(call.path["coupon"])
    return wire.results_out(tx.billing.coupons.results(coupon.id))


def end_coupon(tx: DiscountsTx, call: Call[Any, wire.EndCoupon]) -> wire.CouponDetail:
    handlers.end(tx, call.path["coupon"], call.body.reason)
    return get_coupon(tx, call)


def list_redemptions(tx: DiscountsTx, call: Call[wire.RedemptionsQuery, None]) -> wire.RedemptionPage:
    query = call.query
    found = tx.billing.redemptions.page(
        customer_id=call.customer(id_of(query.customer, "cus", "customer")),
        after=id_of(query.after, "rdm", "after"),
        newest_first=newest_first(query),
        limit=query.limit,
    )
    items = [wire.redemption_out(each) for each in found]
    return wire.RedemptionPage(items=items, next=next_of(items, query))
