"""When something is to be done about an agreement next."""

from __future__ import annotations

from datetime import date, datetime

import attrs

from larabill_billing.catalog.model import BillingMode
from larabill_billing.periods.alignment import aligned
from larabill_billing.periods.cycle import Cycle
from larabill_billing.periods.schedule import Schedule, anniversary
from larabill_billing.subscriptions.model import LIVE, Subscription, SubscriptionStatus
from larabill_core.changed import changed
from larabill_core.clock import start_of_day


def next_on(subscription: Subscription) -> date | None:
    """The day of what comes next: a period to be billed, a scheduled change, the end; None when nothing will."""
    return _first(subscription, subscription.status, bills_on(subscription))


def _first(subscription: Subscription, status: SubscriptionStatus, bills: date) -> date | None:
    if status not in LIVE:
        return None
    days = [day for day in (subscription.change_on, subscription.end_on) if day is not None]
    if status is not SubscriptionStatus.PAUSED:
        days.append(bills)
    return min(days, default=None)


def bills_on(subscription: Subscription) -> date:
    """The day on which its next period is billed: the first of it, or in arrears the first after it, or a trial's end.

    Of a period that was cut for an end which was withdrawn, the rest is billed where it was cut.
    """
    return _bills_on(subscription, subscription.status, subscription.next_period, subscription.cut_on)


def _bills_on(subscription: Subscription, status: SubscriptionStatus, n: int, cut_on: date | None) -> date:
    if cut_on is not None:
        return cut_on
    if status is SubscriptionStatus.TRIALING:
        return subscription.started_on
    boundary = subscription.schedule.boundary(n + (subscription.billing is BillingMode.ARREARS))
    return max(boundary, subscription.started_on)


def timed(subscription: Subscription) -> Subscription:
    """The subscription with the instant of what comes next, as it has to be stored."""
    return attrs.evolve(subscription, next_billing_at=_begin(next_on(subscription), subscription))


def one_more_billed(subscription: Subscription, status: SubscriptionStatus) -> Subscription:
    """The subscription in this status with one more period billed, or the rest of one, as it has to be stored."""
    n = subscription.next_period + 1 if bills_whole(subscription) else subscription.next_period
    cut_on = cut(subscription, n)
    on = _first(subscription, status, _bills_on(subscription, status, n, cut_on))
    at = _begin(on, subscription)
    return changed(subscription, status=status, next_period=n, cut_on=cut_on, next_billing_at=at)


def bills_whole(subscription: Subscription) -> bool:
    """Whether a period of its own is billed next; not the rest of one, nor what a trial in arrears ends with."""
    tried = subscription.status is SubscriptionStatus.TRIALING and subscription.billing is BillingMode.ARREARS
    return subscription.cut_on is None and not tried


def cut(subscription: Subscription, n: int) -> date | None:
    """Where the period before `n` is cut, when it is billed in advance and the agreement ends within it."""
    end = subscription.end_on
    if end is None or subscription.billing is BillingMode.ARREARS or end >= subscription.schedule.boundary(n):
        return None
    return end


def _begin(on: date | None, subscription: Subscription) -> datetime | None:
    return None if on is None else start_of_day(on, subscription.time_zone)


def schedule_from(on: date, cycle: Cycle, billing_day: int | None) -> Schedule:
    """The schedule of what begins on `on`: it keeps that day, or follows `billing_day` after a first shorter period."""
    return anniversary(on, cycle) if billing_day is None or cycle.days else aligned(on, cycle, billing_day)
