"""A code is redeemed over HTTP."""

from __future__ import annotations

from typing import Any

import attrs

from larabill_billing.customers.whose import whose
from larabill_billing.discounts.wire import RedeemCoupon, RedemptionOut, redemption_out
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_billing.subscriptions.redeem import apply_code
from larabill_core.access import own
from larabill_core.errors import InvalidInput
from larabill_core.http.endpoint import Call
from larabill_core.ids import parse_public_id


def redeem_coupon(tx: SubscriptionsTx, call: Call[Any, RedeemCoupon]) -> RedemptionOut:
    """For the agreement that is named, else for all of the customer's."""
    body = call.body
    try:
        if body.subscription is None:
            customer = tx.billing.customers.get(whose(call, body.customer))
            return redemption_out(apply_code(tx, body.code, customer_id=customer.id))
        if body.customer is not None:
            raise InvalidInput.one("customer", "stands beside a subscription", remedy="name one of them")
        subscription = tx.billing.subscriptions.get(parse_public_id(body.subscription, "sub", "subscription"))
        own(call.actor, "subscription", subscription.id, subscription.customer_id)
        return redemption_out(apply_code(tx, body.code, subscription_id=subscription.id))
    except InvalidInput as problem:
        raise InvalidInput(tuple(attrs.evolve(each, path=_path(each.path)) for each in problem.faults)) from None


def _path(path: str) -> str:
    """There is one code in the body."""
    return "code" if path.startswith("codes") else path
