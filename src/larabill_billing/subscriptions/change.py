"""Change an agreement, now or on a day to come; show what a change would cost."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import check_reason, record
from larabill_billing.invoicing.model import Charge
from larabill_billing.invoicing.taxing import earlier_taxes, rates_of, treatments
from larabill_billing.invoicing.totals import Totals, totals
from larabill_billing.settings import settings_of
from larabill_billing.subscriptions import renewal
from larabill_billing.subscriptions.apply import apply
from larabill_billing.subscriptions.carry_out import Decision, carry_out
from larabill_billing.subscriptions.changes import NAMES, Cancel, Change, Reactivate, When
from larabill_billing.subscriptions.check import check_change
from larabill_billing.subscriptions.discounting import Discounts, discounts_of, renewed
from larabill_billing.subscriptions.discounting import changed as discounted
from larabill_billing.subscriptions.gather import Counted, agreements, usage_of
from larabill_billing.subscriptions.model import LIVE, Agreement, Subscription
from larabill_billing.subscriptions.moment import Changed, Moment
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_billing.subscriptions.renew import catch_up, is_still_due
from larabill_billing.subscriptions.scheduled import cut_at, schedule, sold_plans
from larabill_billing.subscriptions.serving import living
from larabill_billing.subscriptions.states import after
from larabill_billing.subscriptions.terms import check_end, day_of
from larabill_billing.subscriptions.timing import timed
from larabill_core.clock import local_date, start_of_day
from larabill_core.errors import Conflict
from larabill_core.ids import new_id
from larabill_core.money import quantize


@attrs.frozen(kw_only=True)
class Preview:
    """What a change would do on its day: the agreement after it, and the invoice that it would bring (I13)."""

    on: date
    subscription: Subscription
    charges: tuple[Charge, ...]
    totals: Totals


def change(
    tx: SubscriptionsTx,
    subscription_id: UUID,
    wanted: Change,
    when: When = "now",
    reason: str = "",
    *,
    force: bool = False,
) -> Subscription:
    """Carry a change out now, or put it down for the day on which it takes effect.

    What is due of the agreement is done before. `force` lets staff end it within its minimum term or notice period.
    The subscription as it is then. Raises `InvalidInput` with every fault, `NotFound`, `Conflict`, `IllegalTransition`.
    """
    check_reason(reason)
    subscription = tx.billing.subscriptions.get(subscription_id, lock=True)
    if not (isinstance(wanted, Cancel) and subscription.held_reason):
        subscription = catch_up(tx, subscription)
    agreement, on = _prepared(tx, subscription, wanted, when)
    today = local_date(tx.now, subscription.time_zone)
    if isinstance(wanted, Cancel):
        after(subscription, "end")
        if not force:
            check_end(subscription, on, today)
        reason = f"{on}{', forced' if force else ''}: {reason}"
        if on > today:
            return _end_later(tx, subscription, wanted, on, reason)
    if on > today:
        _check_live(subscription)
        schedule(tx, subscription, wanted, on)
        return tx.billing.subscriptions.get(subscription_id)
    counted = usage_of(tx, [cut_at(agreement, today)])
    changed = _applied(tx, agreement, wanted, today, counted, discounts_of(tx, [agreement], [agreement]))
    decision = Decision(
        before=agreement,
        after=changed.agreement,
        charges=changed.charges,
        action=NAMES[type(wanted)],
        reason=reason,
        region=getattr(wanted, "region", ""),
        counted=counted,
    )
    carry_out(tx, [decision])
    return changed.agreement.subscription


def preview(tx: SubscriptionsTx, subscription_id: UUID, wanted: Change, when: When = "now") -> Preview:
    """What the change would do and cost on its day, without doing it. Raises what `change` raises.

    The periods until then are taken as billed; other changes that are scheduled before are not reckoned in.
    """
    subscription = tx.billing.subscriptions.get(subscription_id)
    discounts = discounts_of(tx, agreements(tx, [subscription]), agreements(tx, [subscription]), lock=False)
    agreement, on = _prepared(tx, _in_time(tx, subscription, discounts), wanted, when)
    if isinstance(wanted, Cancel):
        after(subscription, "end")
        check_end(subscription, on, local_date(tx.now, subscription.time_zone))
    agreement = _until(tx, agreement, on, discounts)
    changed = _applied(tx, agreement, wanted, on, usage_of(tx, [cut_at(agreement, on)]), discounts)
    customer = tx.billing.customers.get(subscription.customer_id)
    treated = treatments(tx, {customer.id: customer})[customer.id]
    rates = rates_of(changed.charges, treated, earlier_taxes(tx, changed.charges))
    return Preview(
        on=on,
        subscription=changed.agreement.subscription,
        charges=changed.charges,
        totals=totals(changed.charges, rates, subscription.currency, settings_of(tx).tax.rounding),
    )


def _in_time(tx: SubscriptionsTx, subscription: Subscription, discounts: Discounts) -> Subscription:
    """As it will be when what is due is done, as `change` does it before."""
    if subscription.held_reason or not is_still_due(tx, subscription):
        return subscription
    today = local_date(tx.now, subscription.time_zone)
    agreement = agreements(tx, [subscription])[0]
    return _until(tx, agreement, today + timedelta(days=1), discounts).subscription


def _until(tx: SubscriptionsTx, agreement: Agreement, on: date, discounts: Discounts) -> Agreement:
    """As it will be on a day to come, when the change of that day has its turn."""
    default = settings_of(tx).proration
    while renewal.comes_before(agreement.subscription, on):
        planned = renewal.plan(agreement, {}, now=tx.now, default=default)
        discounts.note(renewed(agreement, planned.charges, discounts))
        agreement = planned.agreement
        if agreement.subscription.held_reason:
            break
    return agreement


def _prepared(tx: SubscriptionsTx, subscription: Subscription, wanted: Change, when: When) -> tuple[Agreement, date]:
    """The agreement, and the day of the change, after checking both."""
    agreement = agreements(tx, [subscription])[0]
    on = day_of(subscription, when, local_date(tx.now, subscription.time_zone))
    check_change(agreement, wanted, sold_plans(tx, [wanted], [agreement]))
    if isinstance(wanted, Reactivate):
        services = tx.billing.services.for_subscriptions([subscription.id]).get(subscription.id, [])
        kept = subscription.ended_at is not None and tx.now < subscription.ended_at + settings_of(tx).keep_data
        if not kept or (services and not living(services)):
            raise Conflict(f"subscription {subscription.id}", "its data is gone", "place a new order")
        _check_paid(tx, subscription)
    return agreement, on


def _check_paid(tx: SubscriptionsTx, subscription: Subscription) -> None:
    """Raises `Conflict` while something of it is overdue: what ends for non-payment comes back by a payment."""
    today = local_date(tx.now, subscription.time_zone)
    invoices = {charge.invoice_id for charge in tx.billing.charges.for_subscription(subscription.id)}
    states = tx.billing.invoices.states({each for each in invoices if each is not None}).values()
    owed = sum((state.balance for state in states if state.due_on < today), Decimal(0))
    if owed:
        why = f"{quantize(owed, subscription.currency)} {subscription.currency} are overdue"
        raise Conflict(f"subscription {subscription.id}", why, "pay that first")


def _applied(
    tx: SubscriptionsTx, agreement: Agreement, wanted: Change, on: date, counted: Counted, discounts: Discounts
) -> Changed:
    subscription = agreement.subscription
    today = local_date(tx.now, subscription.time_zone)
    moment = Moment(
        on=on,
        at=tx.now if on == today else start_of_day(on, subscription.time_zone),
        change_id=new_id(),
        default=settings_of(tx).proration,
        plans=sold_plans(tx, [wanted], [agreement]),
        used=counted.used,
    )
    changed = apply(agreement, wanted, moment)
    charges = discounted(agreement, changed.agreement, changed.charges, on, discounts)
    return attrs.evolve(changed, charges=charges)


def _check_live(subscription: Subscription) -> None:
    if subscription.status not in LIVE:
        raise Conflict(f"subscription {subscription.id}", f"it is {subscription.status}", "only a running one changes")


def _end_later(tx: SubscriptionsTx, subscription: Subscription, wanted: Cancel, on: date, reason: str) -> Subscription:
    if subscription.held_reason:
        raise Conflict(f"subscription {subscription.id}", "its renewal is held", "cancel it now, or release the hold")
    changed = timed(attrs.evolve(subscription, end_on=on, compensation=wanted.compensation))
    tx.billing.subscriptions.save_many([changed])
    record(tx, "subscription", subscription.id, "schedule_end", subscription.status, changed.status, reason)
    return changed


def withdraw_cancellation(tx: SubscriptionsTx, subscription_id: UUID) -> Subscription:
    """The agreement goes on after all. Raises `NotFound`; `Conflict` when it is over or was not cancelled."""
    before = tx.billing.subscriptions.get(subscription_id, lock=True)
    if not before.held_reason:
        before = catch_up(tx, before)
    if before.status not in LIVE or before.end_on is None:
        why = "it is over" if before.status not in LIVE else "it is not cancelled"
        raise Conflict(f"subscription {before.id}", why, "place a new order" if before.end_on else "")
    changed = timed(attrs.evolve(before, end_on=None))
    tx.billing.subscriptions.save_many([changed])
    record(tx, "subscription", before.id, "withdraw_end", before.status, changed.status)
    return changed


def release_hold(tx: SubscriptionsTx, subscription_id: UUID) -> Subscription:
    """Let the next run try a held renewal again. Raises `NotFound`; `Conflict` when it is not held."""
    before = tx.billing.subscriptions.get(subscription_id, lock=True)
    if not before.held_reason:
        raise Conflict(f"subscription {before.id}", "its renewal is not held")
    changed = attrs.evolve(before, held_reason="")
    tx.billing.subscriptions.save_many([changed])
    record(tx, "subscription", before.id, "release_hold", before.status, changed.status)
    return changed
