"""When something is to be done about an agreement next."""

from __future__ import annotations

from datetime import date, datetime

import attrs

from larabill_billing.catalog.model import BillingMode
from larabill_billing.periods.alignment import aligned
from larabill_billing.periods.cycle import Cycle
from larabill_billing.periods.schedule import Schedule, anniversary
from larabill_billing.subscriptions.model import LIVE, Subscription, SubscriptionStatus
from larabill_core.clock import start_of_day


def next_on(subscription: Subscription) -> date | None:
    """The day of what comes next: a period to be billed, a change that is scheduled, the end; None when nothing will."""
    if subscription.status not in LIVE:
        return None
    days = [day for day in (subscription.change_on, subscription.end_on) if day is not None]
    if subscription.status is not SubscriptionStatus.PAUSED:
        days.append(bills_on(subscription))
    return min(days, default=None)


def bills_on(subscription: Subscription) -> date:
    """The day on which its next period is billed: the first of it, or in arrears the first after it."""
    in_advance = subscription.billing is BillingMode.ADVANCE
    return subscription.billed_to if in_advance else subscription.period_end


def timed(subscription: Subscription) -> Subscription:
    """The subscription with the instant of what comes next, as it has to be stored."""
    on = next_on(subscription)
    at: datetime | None = None if on is None else start_of_day(on, subscription.time_zone)
    return attrs.evolve(subscription, next_billing_at=at)


def schedule_from(on: date, cycle: Cycle, billing_day: int | None) -> Schedule:
    """The schedule of what begins on `on`: it keeps that day, or follows `billing_day` after a first shorter period."""
    return anniversary(on, cycle) if billing_day is None or cycle.days else aligned(on, cycle, billing_day)
