"""What the use of a period costs, and what is missing to the least that the period costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

import attrs

from larabill_billing.catalog.model import UsagePrice
from larabill_billing.catalog.prices import usage_prices
from larabill_billing.invoicing.model import Charge, ChargeKind
from larabill_billing.periods.schedule import Period
from larabill_billing.pricing.exact import text
from larabill_billing.proration.model import ProrationPolicy
from larabill_billing.proration.prorate import prorate
from larabill_billing.subscriptions.charging import cause_of, item_charges, lived, priced
from larabill_billing.subscriptions.model import Agreement, Subscription, SubscriptionItem
from larabill_core.money import quantize


@attrs.frozen
class Use:
    """What was used in a period, what came late of earlier ones, and what prepaid units cover of both together."""

    quantity: Decimal = Decimal(0)
    late: Decimal = Decimal(0)
    prepaid: Decimal = Decimal(0)

    def beyond(self, included: Decimal) -> Decimal:
        """The units to be billed: those that are neither included nor prepaid. Corrections bring it to 0 at least."""
        return max(self.quantity + self.late - self.prepaid - included, Decimal(0))

    def to_data(self, included: Decimal) -> dict[str, str]:
        """For the trace of a line: what there is of each."""
        parts = {"used": self.quantity, "late": self.late, "included": included, "prepaid": self.prepaid}
        return {name: text(units) for name, units in parts.items() if units or name == "used"}


Used: TypeAlias = Mapping[tuple[UUID, str], Use]
"""By item and meter."""


def usage_charges(agreement: Agreement, n: int, used: Used, default: ProrationPolicy) -> list[Charge]:
    """The charges for what was used in period `n`, and the true-ups to what the period costs at least.

    Raises `InvalidInput` when an item has no price.
    """
    subscription = agreement.subscription
    whole = subscription.schedule.period(n)
    charges: list[Charge] = []
    for item in agreement.items:
        plan = agreement.plans[item.plan_id]
        if not plan.usage and not plan.commitments:
            continue
        part = metered_part(subscription, item, whole)
        if part.end <= part.start:
            continue
        metered = [
            _charge(agreement, item, part, price, used.get((item.id, price.meter), Use()))
            for price in usage_prices(plan, subscription.currency)
        ]
        charges += metered
        least = plan.commitments.get(subscription.currency)
        if least is not None:
            regular = item_charges(agreement, item, n, part, default)
            charges += _true_up(agreement, item, least, part, whole, [*regular, *metered], plan.proration or default)
    return charges


def _charge(agreement: Agreement, item: SubscriptionItem, part: Period, price: UsagePrice, use: Use) -> Charge:
    """What is neither included nor prepaid, at the price for use; a line also where that is nothing."""
    subscription = agreement.subscription
    billed = use.beyond(price.included)
    description = f"{item.description}, {price.meter}"
    cost = priced(f"{cause_of(subscription)}/{price.meter}", description, price.model, billed, subscription.currency)
    return Charge(
        customer_id=subscription.customer_id,
        subscription_id=subscription.id,
        subscription_item_id=item.id,
        kind=ChargeKind.USAGE,
        period_start=part.start,
        period_end=part.end,
        cause=cost.cause,
        description=cost.description,
        quantity=cost.quantity,
        unit_price=cost.unit_price,
        amount=cost.amount,
        currency=subscription.currency,
        tax_class=agreement.plans[item.plan_id].tax_class,
        trace={**(cost.trace or {}), "usage": use.to_data(price.included)},
    )


def late_charge(agreement: Agreement, window: UsageWindow, use: Use) -> Charge:
    """The charge for what came late of periods that were billed, after the agreement was over."""
    charge = _charge(agreement, window.item, window.period, window.price, use)
    cause = f"late:{agreement.subscription.epoch}/{window.price.meter}"
    return attrs.evolve(charge, cause=cause, description=f"{charge.description}, told late")


def meter_of(charge: Charge) -> str:
    """The meter whose use a charge is for."""
    return charge.cause.rpartition("/")[2]


def _true_up(
    agreement: Agreement,
    item: SubscriptionItem,
    least: Decimal,
    part: Period,
    whole: Period,
    billed: Sequence[Charge],
    policy: ProrationPolicy,
) -> list[Charge]:
    """What is missing to the least that the period costs; of a part of the period, in proportion."""
    subscription = agreement.subscription
    trace = None
    minimum = quantize(least, subscription.currency)
    if part != whole:
        prorated = prorate(minimum, part, whole, policy, subscription.currency, time_zone=subscription.time_zone)
        minimum, trace = prorated.amount, prorated.trace.to_data()
    spent = sum((charge.amount for charge in billed), Decimal(0))
    missing = minimum - spent
    if missing <= 0:
        return []
    step: dict[str, object] = {"minimum": f"{minimum:f}", "spent": f"{spent:f}"}
    return [
        Charge(
            customer_id=subscription.customer_id,
            subscription_id=subscription.id,
            subscription_item_id=item.id,
            kind=ChargeKind.TRUE_UP,
            period_start=part.start,
            period_end=part.end,
            cause=cause_of(subscription),
            description=f"{item.description}, minimum",
            quantity=Decimal(1),
            unit_price=missing,
            amount=missing,
            currency=subscription.currency,
            tax_class=agreement.plans[item.plan_id].tax_class,
            trace={"true_up": step if trace is None else {**step, "proration": trace}},
        )
    ]


def metered_part(subscription: Subscription, item: SubscriptionItem, period: Period) -> Period:
    """The part of a period of which the use is not billed yet."""
    if item.metered_from is None:
        return lived(subscription, item, period)
    return lived(subscription, attrs.evolve(item, starts_on=item.metered_from), period)


@attrs.frozen
class UsageWindow:
    """The part of a period in which an item's use of a meter has to be counted."""

    item: SubscriptionItem
    price: UsagePrice
    period: Period


def usage_windows(agreement: Agreement, n: int) -> list[UsageWindow]:
    """What has to be counted before period `n` of the agreement can be billed for its use."""
    subscription = agreement.subscription
    whole = subscription.schedule.period(n)
    return [
        UsageWindow(item, price, part)
        for item in agreement.items
        for price in usage_prices(agreement.plans[item.plan_id], subscription.currency)
        for part in (metered_part(subscription, item, whole),)
        if part.start < part.end
    ]
