"""When an agreement may end: its minimum term, its notice period, and the boundaries of its periods."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal, TypeAlias

from larabill_billing.subscriptions.model import Subscription
from larabill_billing.subscriptions.periods import boundary, first_boundary_from
from larabill_core.errors import Conflict

When: TypeAlias = Literal["now", "period_end"] | date


def earliest_end(subscription: Subscription, today: date) -> date:
    """The first date on which notice given `today` may take effect; not necessarily a period boundary."""
    return max(subscription.minimum_until, today + timedelta(days=subscription.notice_days))


def end_date(subscription: Subscription, when: When, today: date, *, force: bool) -> date:
    """The date on which a cancellation takes effect: today for "now", else a period boundary.

    "period_end" is the end of what is billed so far; a date means the first boundary on or after it.
    Raises `Conflict` naming the earliest date that the terms allow, unless `force`.
    """
    earliest = earliest_end(subscription, today)
    if when == "now":
        wanted = today
    else:
        from_day = when if isinstance(when, date) else today
        wanted = _boundary_from(subscription, from_day)
    if wanted < earliest and not force:
        possible = _boundary_from(subscription, earliest)
        raise Conflict(
            f"subscription {subscription.id}",
            f"it cannot end on {wanted}: minimum term until {subscription.minimum_until}, "
            f"{subscription.notice_days} days' notice",
            f"the earliest end is {possible}: cancel with when={possible}",
        )
    return wanted


def _boundary_from(subscription: Subscription, on: date) -> date:
    n = first_boundary_from(subscription.anchor_on, subscription.cycle, on, at_least=subscription.next_period)
    return boundary(subscription.anchor_on, subscription.cycle, n)
