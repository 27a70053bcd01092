"""When an agreement may end: its minimum term, its notice period, and the boundaries of its periods."""

from __future__ import annotations

from datetime import date, timedelta

from larabill_billing.subscriptions.changes import When
from larabill_billing.subscriptions.model import Subscription
from larabill_core.errors import Conflict, InvalidInput


def earliest_end(subscription: Subscription, today: date) -> date:
    """The first date on which notice given `today` may take effect; not necessarily a period boundary."""
    return max(subscription.minimum_until, today + timedelta(days=subscription.notice_days))


def day_of(subscription: Subscription, when: When, today: date, path: str = "when") -> date:
    """The day on which a change takes effect: today, where the period that runs ends, or the day that is named.

    Raises `InvalidInput` for a day before today or before the agreement began.
    """
    if when == "now":
        return today
    if when == "period_end":
        return max(subscription.period_end, today)
    if isinstance(when, str):
        raise InvalidInput.one(path, "is not a time", when, "use now, period_end or a date")
    if when < today:
        raise InvalidInput.one(path, "lies in the past", str(when), f"today is {today} for this customer")
    return when


def check_end(subscription: Subscription, on: date, today: date) -> None:
    """Raises `Conflict` naming the earliest date, when the terms do not allow an end on `on`."""
    earliest = earliest_end(subscription, today)
    if on < earliest:
        schedule = subscription.schedule
        possible = schedule.boundary(schedule.next_index(earliest))
        raise Conflict(
            f"subscription {subscription.id}",
            f"it cannot end on {on}: minimum term until {subscription.minimum_until}, "
            f"{subscription.notice_days} days' notice",
            f"the earliest end is {earliest}, the earliest end of a period {possible}",
        )
