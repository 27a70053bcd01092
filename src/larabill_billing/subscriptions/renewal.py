"""What is to be done about one agreement that is due: pure, so that a preview can use it too (I13)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import attrs

from larabill_billing.catalog.model import BillingMode
from larabill_billing.invoicing.model import Charge
from larabill_billing.invoicing.totals import check_size
from larabill_billing.proration.model import ProrationPolicy
from larabill_billing.subscriptions.charging import period_charges, rest_charges, setup_charges, unused_charges
from larabill_billing.subscriptions.metered import Used, usage_charges
from larabill_billing.subscriptions.model import LIVE, Agreement, Compensation, Subscription, SubscriptionStatus
from larabill_billing.subscriptions.states import after
from larabill_billing.subscriptions.timing import bills_on, bills_whole, one_more_billed, timed
from larabill_core.clock import start_of_day
from larabill_core.errors import InvalidInput


class Outcome(StrEnum):
    """RENEWED: one more period is billed. HELD: it cannot be priced, and a person has to look. ENDED: it is over.

    LATE: it is over, and what came late of its use is billed.
    """

    RENEWED = "renew"
    HELD = "hold"
    ENDED = "end"
    LATE = "bill_late"


@attrs.frozen(kw_only=True)
class Plan:
    """What is to be done about one agreement; it stands here as it will be.

    Further periods may be due, each with a plan of its own.
    """

    outcome: Outcome
    agreement: Agreement
    charges: tuple[Charge, ...] = ()
    reason: str = ""


def plan(agreement: Agreement, used: Used, *, now: datetime, default: ProrationPolicy) -> Plan:
    """Bill one period, or end, or hold what cannot be priced. `used` is what `used_period` names the period of.

    `default` is the seller's way to prorate.
    """
    subscription = agreement.subscription
    try:
        charges = _charges(agreement, used, now, default)
        amounts = [charge.amount for charge in charges]
        check_size([*amounts, sum(amounts, Decimal(0))])
    except InvalidInput as problem:
        return hold(agreement, problem)
    if is_over(agreement):
        reason = "cancelled" if subscription.end_on is not None else "nothing is left of it"
        over = attrs.evolve(agreement, subscription=ended(subscription, now))
        return Plan(outcome=Outcome.ENDED, agreement=over, charges=charges, reason=reason)
    on = Agreement(subscription=advanced(subscription), items=agreement.items, plans=agreement.plans)
    return Plan(outcome=Outcome.RENEWED, agreement=on, charges=charges, reason=f"period {subscription.next_period}")


def hold(agreement: Agreement, problem: Exception) -> Plan:
    """Set aside, with the reason for a person to read."""
    reason = str(problem)[:500] or type(problem).__name__
    held = attrs.evolve(agreement.subscription, held_reason=reason)
    return Plan(outcome=Outcome.HELD, agreement=attrs.evolve(agreement, subscription=held), reason=reason)


def is_over(agreement: Agreement) -> bool:
    """Whether nothing of the agreement is left to be billed but use."""
    subscription = agreement.subscription
    if not agreement.items:
        return True
    if subscription.end_on is None:
        return False
    return subscription.status is SubscriptionStatus.PAUSED or subscription.billed_to >= subscription.end_on


def used_period(subscription: Subscription) -> int:
    """The number of the period whose use is billed next: in advance the one before the next period."""
    return subscription.next_period - (subscription.billing is BillingMode.ADVANCE)


def _charges(agreement: Agreement, used: Used, now: datetime, default: ProrationPolicy) -> tuple[Charge, ...]:
    subscription = agreement.subscription
    if is_over(agreement):
        return tuple(_last_charges(agreement, used, now, default))
    if subscription.cut_on is not None:
        return tuple(rest_charges(agreement, subscription.cut_on, default))
    whole = bills_whole(subscription)
    charges = period_charges(agreement, subscription.next_period, default) if whole else []
    if subscription.status is SubscriptionStatus.TRIALING:
        for item in agreement.items:
            charges += setup_charges(agreement, item, subscription.started_on)
        return tuple(charges)
    return (*charges, *usage_charges(agreement, used_period(subscription), used, default))


def bills_usage(agreement: Agreement) -> bool:
    """Whether use is billed with what comes next: not with a trial's end, in a pause, or with the rest of a period."""
    subscription = agreement.subscription
    if subscription.status in (SubscriptionStatus.TRIALING, SubscriptionStatus.PAUSED):
        return False
    return is_over(agreement) or subscription.cut_on is None


def _last_charges(agreement: Agreement, used: Used, now: datetime, default: ProrationPolicy) -> list[Charge]:
    """What was used up to the end; and what was billed beyond it, given back as the cancellation said."""
    subscription = agreement.subscription
    if subscription.end_on is None or subscription.status is SubscriptionStatus.TRIALING:
        return []
    paused = subscription.status is SubscriptionStatus.PAUSED
    charges = [] if paused else usage_charges(agreement, used_period(subscription), used, default)
    if subscription.compensation is Compensation.NONE:
        return charges
    at = start_of_day(subscription.end_on, subscription.time_zone)
    uncut = attrs.evolve(agreement, subscription=attrs.evolve(subscription, end_on=None))
    cause = f"credit:{subscription.end_on}:{subscription.epoch}"
    return charges + unused_charges(uncut, subscription.end_on, at, default, cause=cause)


def is_due(subscription: Subscription, today: date) -> bool:
    """Whether a period is to be billed, or the agreement ends, on `today` or before."""
    if subscription.status is SubscriptionStatus.PAUSED:
        return subscription.end_on is not None and subscription.end_on <= today
    end = subscription.end_on
    return bills_on(subscription) <= today or (end is not None and end <= today)


def comes_before(subscription: Subscription, on: date) -> bool:
    """Whether its next period, or its end, has its turn before a change on this day.

    On one day the change comes first in advance, so that the period is billed as changed; in arrears the period that is
    over does. The end comes last.
    """
    if subscription.status not in LIVE:
        return False
    if subscription.end_on is not None and subscription.end_on < on:
        return True
    if subscription.status is SubscriptionStatus.PAUSED:
        return False
    bills = bills_on(subscription)
    return bills < on or (bills == on and subscription.billing is BillingMode.ARREARS)


def advanced(subscription: Subscription) -> Subscription:
    """The subscription with one more period billed."""
    status = subscription.status
    if status is SubscriptionStatus.TRIALING:
        status = after(subscription, "begin")
    return one_more_billed(subscription, status)


def ended(subscription: Subscription, now: datetime) -> Subscription:
    """The subscription when it is over. Raises `IllegalTransition`."""
    return timed(
        attrs.evolve(subscription, status=after(subscription, "end"), change_on=None, held_reason="", ended_at=now)
    )


def restored(subscription: Subscription) -> Subscription:
    """A subscription that was paid after all: it goes on where its periods stopped. Raises `IllegalTransition`."""
    return timed(attrs.evolve(subscription, status=after(subscription, "settle"), ended_at=None))
