"""Pause, resume, end and begin again: what becomes of the agreement and of time that is paid. Pure (I13)."""

from __future__ import annotations

from datetime import date, timedelta

import attrs

from larabill_billing.catalog.model import BillingMode
from larabill_billing.invoicing.model import Charge
from larabill_billing.periods.schedule import Period, Schedule
from larabill_billing.subscriptions.changes import (
    Cancel,
    Pause,
)
from larabill_billing.subscriptions.charging import (
    paid_already,
    setup_charges,
)
from larabill_billing.subscriptions.model import (
    Agreement,
    Compensation,
    Subscription,
    SubscriptionStatus,
    Unused,
)
from larabill_billing.subscriptions.moment import Changed, Moment, begin, elapsed, give_back, on_schedule, use
from larabill_billing.subscriptions.renewal import ended
from larabill_billing.subscriptions.states import after
from larabill_billing.subscriptions.timing import schedule_from
from larabill_core.clock import local_date


def pause(agreement: Agreement, change: Pause, moment: Moment) -> Changed:
    subscription = agreement.subscription
    paused = attrs.evolve(subscription, status=after(subscription, "pause"), paused_on=moment.on, unused=change.unused)
    if subscription.billing is BillingMode.ARREARS:
        charges = elapsed(agreement, agreement.items, moment)
        since = {item.id: max(item.starts_on, moment.on) for item in agreement.items}
        items = tuple(attrs.evolve(item, starts_on=since[item.id], metered_from=None) for item in agreement.items)
    else:
        charges = use(agreement, moment)
        items = tuple(attrs.evolve(item, metered_from=moment.on) for item in agreement.items)
    return Changed(agreement=attrs.evolve(agreement, subscription=paused, items=items), charges=tuple(charges))


def resume(agreement: Agreement, moment: Moment) -> Changed:
    """Go on. What was paid and not used when the pause began is given back as time, or what is left of it counts."""
    subscription = agreement.subscription
    resumed = attrs.evolve(subscription, status=after(subscription, "resume"), paused_on=None, unused=None)
    going = attrs.evolve(agreement, subscription=resumed)
    if subscription.paused_on is None:
        raise AssertionError("a paused agreement knows since when")
    in_advance = subscription.billing is BillingMode.ADVANCE
    days_left = (subscription.billed_to - subscription.paused_on).days
    if in_advance and subscription.unused is Unused.EXTEND and days_left > 0:
        return _extended(going, moment, days_left)
    if in_advance and moment.on < subscription.billed_to:
        items = tuple(attrs.evolve(item, metered_from=moment.on) for item in going.items)
        return Changed(agreement=attrs.evolve(going, items=items))
    n = subscription.schedule.index(moment.on)
    items = tuple(attrs.evolve(item, starts_on=moment.on, metered_from=None) for item in going.items)
    back = attrs.evolve(going, subscription=attrs.evolve(resumed, next_period=n, cut_on=None), items=items)
    return begin(back, moment, ())


def _extended(agreement: Agreement, moment: Moment, days_left: int) -> Changed:
    """The paid days that were left run from now; a line over nothing says so, and the next period begins after them."""
    anchor = moment.on + timedelta(days=days_left)
    moved = on_schedule(agreement, Schedule(agreement.subscription.cycle, anchor, anchor.day), anchor)
    items = tuple(attrs.evolve(item, starts_on=moment.on) for item in moved.items)
    again = attrs.evolve(moved, items=items)
    left = Period(moment.on, anchor)
    return Changed(agreement=again, charges=tuple(paid_already(again, item, left) for item in items))


def cancel(agreement: Agreement, change: Cancel, moment: Moment) -> Changed:
    """End it now. Time that is paid and not used is given back unless nothing is to be compensated."""
    subscription = attrs.evolve(agreement.subscription, compensation=change.compensation)
    charges = ending_charges(attrs.evolve(agreement, subscription=subscription), moment)
    over = ended(attrs.evolve(subscription, end_on=moment.on), moment.at)
    return Changed(agreement=attrs.evolve(agreement, subscription=over), charges=tuple(charges))


def ending_charges(agreement: Agreement, moment: Moment) -> list[Charge]:
    """What the end of an agreement on `moment.on` costs or gives back."""
    subscription = agreement.subscription
    paused = subscription.status is SubscriptionStatus.PAUSED
    if subscription.held_reason or subscription.status is SubscriptionStatus.TRIALING:
        return []
    if subscription.billing is BillingMode.ARREARS:
        return [] if paused else elapsed(agreement, agreement.items, moment)
    charges = [] if paused else use(agreement, moment)
    if subscription.compensation is not Compensation.NONE:
        charges += give_back(agreement, moment)
    return charges


def reactivate(agreement: Agreement, moment: Moment) -> Changed:
    """Go on in a period that was paid and not given back; else begin again with a whole one.

    What a trial that was never over did not cost is billed now.
    """
    subscription = agreement.subscription
    again = attrs.evolve(
        subscription,
        status=after(subscription, "reactivate"),
        started_on=min(subscription.started_on, moment.on),
        paused_on=None,
        unused=None,
        end_on=None,
        ended_at=None,
        compensation=Compensation.NONE,
    )
    if _is_paid_on(subscription, moment.on):
        items = tuple(attrs.evolve(item, metered_from=moment.on) for item in agreement.items)
        return Changed(agreement=attrs.evolve(agreement, subscription=again, items=items))
    schedule = schedule_from(moment.on, subscription.cycle, subscription.billing_day)
    begun = on_schedule(attrs.evolve(agreement, subscription=again), schedule, moment.on)
    setup = [
        charge
        for item in agreement.items
        if never_billed(subscription)
        for charge in setup_charges(begun, item, moment.on)
    ]
    return begin(begun, moment, setup)


def _is_paid_on(ended: Subscription, on: date) -> bool:
    """Whether a day lies in a period that was billed, of which nothing was given back."""
    forfeited = ended.billing is BillingMode.ADVANCE and ended.compensation is Compensation.NONE
    return forfeited and ended.paused_on is None and on < ended.billed_to and not never_billed(ended)


def never_billed(subscription: Subscription) -> bool:
    """Whether it ended before its trial did."""
    if not subscription.is_trial or subscription.ended_at is None:
        return False
    if subscription.billing is BillingMode.ARREARS:
        return local_date(subscription.ended_at, subscription.time_zone) <= subscription.started_on
    return subscription.next_period <= subscription.schedule.index(subscription.started_on)
