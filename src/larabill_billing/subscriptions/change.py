"""Change an agreement, now or on a day to come; show what a change would cost; take a scheduled one back."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import check_reason, record
from larabill_billing.invoicing.model import Charge
from larabill_billing.invoicing.totals import Totals, totals
from larabill_billing.settings import settings_of
from larabill_billing.subscriptions.apply import CHANGEABLE, Moment, apply, check_changeable
from larabill_billing.subscriptions.carry_out import Decision, carry_out
from larabill_billing.subscriptions.changes import (
    NAMES,
    Cancel,
    Change,
    ChangeStatus,
    Reactivate,
    Resume,
    ScheduledChange,
    When,
    change_data,
)
from larabill_billing.subscriptions.check import check_change
from larabill_billing.subscriptions.model import LIVE, Agreement, Service, Subscription, SubscriptionStatus
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_billing.subscriptions.renew import catch_up
from larabill_billing.subscriptions.gather import agreements, used_up_to
from larabill_billing.subscriptions.terms import check_end, day_of
from larabill_billing.subscriptions.timing import timed
from larabill_core.clock import local_date, start_of_day
from larabill_core.errors import Conflict
from larabill_core.ids import new_id


@attrs.frozen(kw_only=True)
class Preview:
    """What a change would do: the agreement after it, and the invoice that it would bring (I13).

    `on` is the day on which it takes effect. `totals.credit` is what would go to the customer's credit.
    """

    on: date
    subscription: Subscription
    charges: tuple[Charge, ...]
    totals: Totals


def change(
    tx: SubscriptionsTx, subscription_id: UUID, wanted: Change, when: When = "now", reason: str = "", *, force: bool = False
) -> Subscription:
    """Carry a change out now, or put it down for the day on which it takes effect.

    `force` lets staff end an agreement within its minimum term or notice period. The subscription as it is then.
    Raises `InvalidInput` with every fault, `NotFound`, `Conflict`, `IllegalTransition`.
    """
    check_reason(reason)
    agreement = _current(tx, subscription_id)
    subscription = agreement.subscription
    today = local_date(tx.now, subscription.time_zone)
    on = day_of(subscription, when, today)
    check_change(tx, agreement, wanted)
    if isinstance(wanted, Cancel):
        if not force:
            check_end(subscription, on, today)
        if on > today:
            return _schedule_end(tx, subscription, on, wanted, reason)
    if on > today:
        return _schedule(tx, subscription, wanted, on)
    changed = apply(agreement, wanted, _moment(tx, agreement, wanted, today))
    decision = Decision(
        before=agreement,
        after=changed.agreement,
        charges=changed.charges,
        action=NAMES[type(wanted)],
        reason=reason,
        region=getattr(wanted, "region", ""),
    )
    carry_out(tx, [decision])
    if isinstance(wanted, Cancel):
        refund_unused(tx, wanted, changed.charges)
    return changed.agreement.subscription


def preview(tx: SubscriptionsTx, subscription_id: UUID, wanted: Change, when: When = "now") -> Preview:
    """What the change would do and cost on its day, without doing it. Raises what `change` raises."""
    agreement = agreements(tx, [tx.billing.subscriptions.get(subscription_id)])[0]
    subscription = agreement.subscription
    today = local_date(tx.now, subscription.time_zone)
    on = day_of(subscription, when, today)
    check_change(tx, agreement, wanted)
    changed = apply(agreement, wanted, _moment(tx, agreement, wanted, on))
    customer = tx.billing.customers.get(subscription.customer_id)
    return Preview(
        on=on,
        subscription=changed.agreement.subscription,
        charges=changed.charges,
        totals=totals(changed.charges, subscription.currency, customer.country, settings_of(tx)),
    )
