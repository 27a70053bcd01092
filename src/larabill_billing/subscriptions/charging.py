"""What a period of an agreement costs: pure, and the same for an order, a renewal, a change and a preview (I13)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import attrs

from larabill_billing.catalog.model import BillingMode
from larabill_billing.catalog.prices import option_prices, price_for, setup_price
from larabill_billing.invoicing.model import Charge, ChargeKind
from larabill_billing.periods.schedule import Period
from larabill_billing.pricing.model import PerUnit, PricingModel
from larabill_billing.pricing.rate import rate
from larabill_billing.proration.model import ProrationPolicy
from larabill_billing.proration.prorate import prorate
from larabill_billing.subscriptions.model import Agreement, Subscription, SubscriptionItem, SubscriptionStatus, Unused
from larabill_core.clock import local_date, start_of_day
from larabill_core.money import quantize

REGULAR: Final = "regular"
"""The cause of a charge that the agreement itself foresees, as against one that corrects a voided one."""


@attrs.frozen(kw_only=True)
class Component:
    """One part of an item's price for a whole period: the plan itself (`cause` regular), or one of its options."""

    cause: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    trace: Mapping[str, Any] | None = None


def period_charges(agreement: Agreement, n: int, default: ProrationPolicy) -> list[Charge]:
    """The charges of every item for period `n`, cut where the agreement or the item begins or ends within it.

    Raises `InvalidInput` when an item has no price.
    """
    subscription = agreement.subscription
    whole = subscription.schedule.period(n)
    return [
        charge
        for item in agreement.items
        for charge in item_charges(agreement, item, n, lived(subscription, item, whole), default)
    ]


def rest_charges(agreement: Agreement, cut_on: date, default: ProrationPolicy) -> list[Charge]:
    """The charges of every item for what is left of the period that was cut on a day, for an end that was withdrawn."""
    subscription = agreement.subscription
    n = subscription.next_period - 1
    charges = []
    for item in agreement.items:
        part = lived(subscription, item, subscription.schedule.period(n))
        charges += item_charges(agreement, item, n, Period(max(part.start, cut_on), part.end), default)
    return charges


def lived(subscription: Subscription, item: SubscriptionItem, period: Period) -> Period:
    """The part of a period in which the item is there."""
    start = max(period.start, subscription.started_on, item.starts_on)
    end = period.end if subscription.end_on is None else min(period.end, subscription.end_on)
    return period if (start, end) == (period.start, period.end) else Period(start, max(start, end))


def item_charges(
    agreement: Agreement, item: SubscriptionItem, n: int, part: Period, default: ProrationPolicy
) -> list[Charge]:
    """The charges of one item for `part` of period `n`: the whole price for the whole period, else in proportion."""
    subscription = agreement.subscription
    if part.end <= part.start:
        return []
    whole = subscription.schedule.period(n)
    cause = cause_of(subscription)
    charges = []
    for component in components(agreement, item, n):
        amount, trace = component.amount, component.trace
        if part != whole:
            policy = agreement.plans[item.plan_id].proration or default
            prorated = prorate(amount, part, whole, policy, subscription.currency, time_zone=subscription.time_zone)
            amount, trace = prorated.amount, {**(trace or {}), "proration": prorated.trace.to_data()}
        charges.append(
            Charge(
                customer_id=subscription.customer_id,
                subscription_id=subscription.id,
                subscription_item_id=item.id,
                kind=ChargeKind.RECURRING,
                period_start=part.start,
                period_end=part.end,
                cause=component.cause.replace(REGULAR, cause),
                description=component.description,
                quantity=component.quantity,
                unit_price=component.unit_price,
                amount=amount,
                currency=subscription.currency,
                tax_class=agreement.plans[item.plan_id].tax_class,
                trace=trace,
            )
        )
    return charges


def cause_of(subscription: Subscription) -> str:
    """The cause of the regular charges of the present schedule; those of an earlier one may begin on the same day."""
    return f"{REGULAR}:{subscription.epoch}" if subscription.epoch else REGULAR


def components(agreement: Agreement, item: SubscriptionItem, n: int) -> Iterator[Component]:
    """What the item costs for the whole of period `n`: its plan, then each of its options that costs something.

    Raises `InvalidInput` when there is no price.
    """
    subscription, plan = agreement.subscription, agreement.plans[item.plan_id]
    currency, cycle = subscription.currency, subscription.cycle
    if item.unit_price is not None:
        model: PricingModel = PerUnit(unit_price=item.unit_price)
    else:
        model = price_for(plan, currency, cycle, nth=n - item.first_period).model
    yield priced(REGULAR, item.description, model, Decimal(item.quantity), currency)
    for option in option_prices(plan, currency, cycle, item.spec):
        quantity = Decimal(option.quantity * item.quantity)
        description = f"{item.description}, {option.label}"
        model = PerUnit(unit_price=option.unit_price)
        yield priced(f"{REGULAR}/{option.name}", description, model, quantity, currency)


def priced(cause: str, description: str, model: PricingModel, quantity: Decimal, currency: str) -> Component:
    """A quantity at a price. Prices that are not so much for each unit leave their reckoning in the trace."""
    if isinstance(model, PerUnit):
        amount = quantize(model.unit_price * quantity, currency)
        return Component(
            cause=cause, description=description, quantity=quantity, unit_price=model.unit_price, amount=amount
        )
    rated = rate(model, quantity, currency=currency)
    amount = quantize(rated.amount, currency)
    return Component(
        cause=cause,
        description=description,
        quantity=quantity,
        unit_price=_average(amount, quantity),
        amount=amount,
        trace={"price": rated.to_data()},
    )


_PRICE_STEP: Final = Decimal(1).scaleb(-12)


def _average(amount: Decimal, quantity: Decimal) -> Decimal:
    """The price of one unit on average, for people: the amount is what the trace says."""
    return (amount / quantity).quantize(_PRICE_STEP) if quantity else amount


def setup_charges(agreement: Agreement, item: SubscriptionItem, on: date) -> list[Charge]:
    """The setup fee of an item, if its plan has one."""
    subscription, plan = agreement.subscription, agreement.plans[item.plan_id]
    price = setup_price(plan, subscription.currency)
    if price is None:
        return []
    fee = priced(REGULAR, f"{item.description}, set-up", price.model, Decimal(item.quantity), subscription.currency)
    return [
        Charge(
            customer_id=subscription.customer_id,
            subscription_id=subscription.id,
            subscription_item_id=item.id,
            kind=ChargeKind.SETUP,
            period_start=on,
            cause=REGULAR,
            description=fee.description,
            quantity=fee.quantity,
            unit_price=fee.unit_price,
            amount=fee.amount,
            currency=subscription.currency,
            tax_class=agreement.plans[item.plan_id].tax_class,
            trace=fee.trace,
        )
    ]


def paid_already(agreement: Agreement, item: SubscriptionItem, part: Period) -> Charge:
    """A line over nothing for days that were paid before a pause."""
    subscription = agreement.subscription
    return Charge(
        customer_id=subscription.customer_id,
        subscription_id=subscription.id,
        subscription_item_id=item.id,
        kind=ChargeKind.RECURRING,
        period_start=part.start,
        period_end=part.end,
        cause=cause_of(subscription),
        description=f"{item.description}, paid before the pause",
        quantity=Decimal(item.quantity),
        unit_price=Decimal(0),
        amount=Decimal(0),
        currency=subscription.currency,
        tax_class=agreement.plans[item.plan_id].tax_class,
    )


def adjustment(
    agreement: Agreement,
    item: SubscriptionItem,
    n: int,
    part: Period,
    default: ProrationPolicy,
    *,
    cause: str,
    at: datetime | None = None,
    give_back: bool = False,
) -> list[Charge]:
    """What the item costs for `part` of period `n`, which was billed already; negative where it is given back.

    `at` is the instant at which the part begins, for the convention that counts seconds.
    """
    subscription = agreement.subscription
    if part.end <= part.start:
        return []
    if at is not None and local_date(at, subscription.time_zone) != part.start:
        at = None
    whole = subscription.schedule.period(n)
    policy = agreement.plans[item.plan_id].proration or default
    charges = []
    for component in components(agreement, item, n):
        prorated = prorate(
            component.amount, part, whole, policy, subscription.currency, at=at, time_zone=subscription.time_zone
        )
        amount = -prorated.amount if give_back else prorated.amount
        if not amount:
            continue
        trace = {**(component.trace or {}), "proration": prorated.trace.to_data()}
        if give_back:
            trace["sign"] = -1
        charges.append(
            Charge(
                customer_id=subscription.customer_id,
                subscription_id=subscription.id,
                subscription_item_id=item.id,
                kind=ChargeKind.PRORATION,
                period_start=part.start,
                period_end=part.end,
                cause=component.cause.replace(REGULAR, cause),
                description=f"{component.description}, unused" if give_back else component.description,
                quantity=component.quantity,
                unit_price=component.unit_price,
                amount=amount,
                currency=subscription.currency,
                tax_class=agreement.plans[item.plan_id].tax_class,
                trace=trace,
            )
        )
    return charges


def rest(subscription: Subscription, item: SubscriptionItem, on: date) -> Period | None:
    """What is left from `on` of the period that was billed in advance; None when nothing is."""
    in_advance = subscription.billing is BillingMode.ADVANCE
    if not in_advance or subscription.status is SubscriptionStatus.TRIALING or on >= subscription.billed_to:
        return None
    billed = lived(subscription, item, subscription.schedule.period(subscription.next_period - 1))
    start, end = max(on, billed.start), min(billed.end, subscription.billed_to)
    return Period(start, end) if start < end else None


def unused_charges(
    agreement: Agreement, on: date, at: datetime, default: ProrationPolicy, *, cause: str
) -> list[Charge]:
    """What is left from `on` of the period that was billed in advance, given back at the price that was billed.

    Of a paused agreement whose paid time is not forfeit, what was left when the pause began.
    """
    subscription = agreement.subscription
    if subscription.paused_on is not None and subscription.unused is Unused.EXTEND:
        on, at = subscription.paused_on, start_of_day(subscription.paused_on, subscription.time_zone)
    n = subscription.next_period - 1
    charges: list[Charge] = []
    for item in agreement.items:
        left = rest(subscription, item, on)
        if left is not None:
            charges += adjustment(agreement, item, n, left, default, cause=cause, at=at, give_back=True)
    return charges
