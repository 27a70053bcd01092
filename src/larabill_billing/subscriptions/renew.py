"""The renewal run: what is due is billed in batches, each in one transaction with the step to its next period (I3).

    billing.renew (schedule, all sellers)
      └──▶ billing.renew_batch (one seller, ≤ 500 agreements; credit pays at once) ──▶ itself, while more is due
             └──▶ billing.collect (one invoice of a customer with a stored method)

Any number of runs may overlap: a batch takes what nobody else holds, and finds nothing when all is done (F10, F12).
What cannot be priced is held with its reason, and the others of its batch go on (F26).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from larabill_billing.catalog.model import BillingMode
from larabill_billing.proration.model import ProrationPolicy
from larabill_billing.settings import settings_of
from larabill_billing.subscriptions import renewal
from larabill_billing.subscriptions.carry_out import Decision, carry_out
from larabill_billing.subscriptions.discounting import Discounts, discounts_of, may_give_back, renewed
from larabill_billing.subscriptions.gather import Counted, agreements, usage_of
from larabill_billing.subscriptions.late import LateUsageDue, late_charges
from larabill_billing.subscriptions.metered import Used
from larabill_billing.subscriptions.model import Agreement, Subscription, SubscriptionStatus
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_billing.subscriptions.scheduled import given_up, scheduled_decisions
from larabill_billing.subscriptions.timing import bills_on
from larabill_core.clock import local_date
from larabill_core.collector import collector_at_rest
from larabill_core.errors import ConcurrencyError, Conflict, DatabaseUnavailable, LarabillError
from larabill_core.jobs import NewJob
from larabill_core.messages import Nothing

BATCH: Final = 500
MOST_BATCHES: Final = 20
"""How many batches of one seller may run side by side; what is left over follows from each of them."""


def renew(tx: SubscriptionsTx, payload: Nothing) -> None:
    """Enough batches for each seller that has something due."""
    tx.enqueue(
        *(
            NewJob(handler="billing.renew_batch", seller_id=seller_id)
            for seller_id, due in tx.billing.subscriptions.due_by_seller(tx.now).items()
            for _ in range(min(-(-due // BATCH), MOST_BATCHES))
        )
    )


def renew_batch(tx: SubscriptionsTx, payload: Nothing) -> None:
    """One step of up to 500 agreements that are due."""
    renew_due(tx, BATCH)


@collector_at_rest()
def renew_due(tx: SubscriptionsTx, limit: int) -> None:
    """One step of up to `limit` agreements that are due: a scheduled change, the next period, or the end.

    The number of statements does not depend on how many there are. A job follows while more is due.
    """
    due = tx.billing.subscriptions.claim_due(tx.now, limit, together=settings_of(tx).group_invoices)
    decisions = decide_each(tx, due)
    carry_out_each(tx, decisions)
    if len(due) >= limit or any(is_still_due(tx, decision.after.subscription) for decision in decisions):
        tx.enqueue(NewJob(handler="billing.renew_batch", seller_id=tx.seller_id))


def carry_out_each(tx: SubscriptionsTx, decisions: Sequence[Decision]) -> None:
    """Carry out all at once; where that is refused, by halves, until what is refused stands alone and is held."""
    try:
        with tx.savepoint():
            carry_out(tx, decisions)
    except ConcurrencyError:
        raise
    except LarabillError as problem:
        if len(decisions) == 1:
            carry_out(tx, [_refused(tx, decisions[0], problem)])
            return
        middle = len(decisions) // 2
        carry_out_each(tx, decisions[:middle])
        carry_out_each(tx, decisions[middle:])


def _refused(tx: SubscriptionsTx, decision: Decision, problem: LarabillError) -> Decision:
    """What becomes of one that could not be carried out: a scheduled change fails, a renewal is held."""
    if decision.done:
        return given_up(tx, decision, problem)
    return _decision(decision.before, renewal.hold(decision.before, problem), Counted())


def bill_late(tx: SubscriptionsTx, payload: LateUsageDue) -> None:
    """Bill what came late of an agreement that is over. One that has begun again bills it with its next period."""
    subscription = tx.billing.subscriptions.get(payload.subscription_id, lock=True)
    if subscription.status is not SubscriptionStatus.ENDED:
        return
    (agreement,) = agreements(tx, [subscription])
    charges, counted = late_charges(tx, agreement)
    if charges:
        billed = renewal.Plan(outcome=renewal.Outcome.LATE, agreement=agreement, charges=tuple(charges))
        carry_out(tx, [_decision(agreement, billed, counted)])


def decide_each(tx: SubscriptionsTx, due: Sequence[Subscription]) -> list[Decision]:
    """Decide about all at once; where one of them cannot even be read, by halves, until it stands alone and is held.

    Nothing is written here that would have to be taken back.
    """
    try:
        return decide(tx, due)
    except (ConcurrencyError, DatabaseUnavailable):
        raise
    except Exception as problem:  # whatever is wrong with one, a person sees it, and the others go on (F26)
        if len(due) == 1:
            before = Agreement(subscription=due[0], items=(), plans={})
            return [_decision(before, renewal.hold(before, problem), Counted())]
        middle = len(due) // 2
        return decide_each(tx, due[:middle]) + decide_each(tx, due[middle:])


def decide(tx: SubscriptionsTx, due: Sequence[Subscription]) -> list[Decision]:
    """What is to be done about each of these locked agreements next."""
    if not due:
        return []
    found = agreements(tx, due)
    changing = [
        each for each in found if changes_first(each.subscription, local_date(tx.now, each.subscription.time_zone))
    ]
    ids = {each.subscription.id for each in changing}
    billed = [each for each in found if each.subscription.id not in ids]
    counted = usage_of(
        tx, [(each, renewal.used_period(each.subscription)) for each in billed if renewal.bills_usage(each)]
    )
    used = counted.used
    discounts = discounts_of(tx, found, [*changing, *(each for each in billed if may_give_back(each.subscription))])
    default = settings_of(tx).proration
    return [
        *(scheduled_decisions(tx, changing, discounts) if changing else ()),
        *(_decision(each, _plan(each, used, tx, default, discounts), counted) for each in billed),
    ]


def _plan(
    agreement: Agreement, used: Used, tx: SubscriptionsTx, default: ProrationPolicy, discounts: Discounts
) -> renewal.Plan:
    """What to do about one; whatever is wrong with it holds it alone (F26)."""
    try:
        planned = renewal.plan(agreement, used, now=tx.now, default=default)
        charges = renewed(agreement, planned.charges, discounts)
        discounts.note(charges)
        return renewal.Plan(
            outcome=planned.outcome, agreement=planned.agreement, charges=charges, reason=planned.reason
        )
    except Exception as problem:  # the others of the batch must go on, and this one is seen by a person
        return renewal.hold(agreement, problem)


def _decision(before: Agreement, plan: renewal.Plan, counted: Counted) -> Decision:
    return Decision(
        before=before,
        after=plan.agreement,
        charges=plan.charges,
        action=plan.outcome,
        reason=plan.reason,
        counted=counted,
    )


def changes_first(subscription: Subscription, today: date) -> bool:
    """Whether a scheduled change comes before the next period or the end.

    On the same day the change comes first in advance, so that the period is billed as changed; in arrears the period
    that is over is billed first.
    """
    on = subscription.change_on
    if on is None or on > today:
        return False
    if subscription.end_on is not None and subscription.end_on <= on:
        return False
    if subscription.status is SubscriptionStatus.PAUSED:
        return True
    bills = bills_on(subscription)
    return on < bills or (on == bills and subscription.billing is BillingMode.ADVANCE)


def is_still_due(tx: SubscriptionsTx, subscription: Subscription) -> bool:
    """Whether more of it is due: another period after downtime, or what follows a change."""
    at = subscription.next_billing_at
    return not subscription.held_reason and at is not None and at <= tx.now


def catch_up(tx: SubscriptionsTx, subscription: Subscription) -> Subscription:
    """Do everything that is due about one locked agreement; as it is then. Raises `Conflict` when it is held."""
    while is_still_due(tx, subscription):
        carry_out(tx, decide(tx, [subscription]))
        subscription = tx.billing.subscriptions.get(subscription.id, lock=True)
    if subscription.held_reason:
        raise Conflict(
            f"subscription {subscription.id}",
            f"its renewal is held: {subscription.held_reason}",
            "mend that, then release the hold",
        )
    return subscription
