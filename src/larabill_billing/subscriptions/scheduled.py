"""Changes that are put down for a day: written, listed, withdrawn, and carried out when the day has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record
from larabill_billing.catalog.model import BillingMode, Plan
from larabill_billing.settings import settings_of
from larabill_billing.subscriptions.apply import apply
from larabill_billing.subscriptions.carry_out import Decision
from larabill_billing.subscriptions.changes import (
    NAMES,
    AddItem,
    Change,
    ChangeItem,
    ChangeStatus,
    Migrate,
    ScheduledChange,
    change_data,
)
from larabill_billing.subscriptions.check import check_change
from larabill_billing.subscriptions.discounting import Discounts
from larabill_billing.subscriptions.discounting import changed as discounted
from larabill_billing.subscriptions.gather import Counted, usage_of
from larabill_billing.subscriptions.model import Agreement, Subscription
from larabill_billing.subscriptions.moment import Moment
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_billing.subscriptions.timing import timed
from larabill_core.clock import start_of_day
from larabill_core.errors import Conflict, InvalidInput, LarabillError
from larabill_core.ids import new_id


def schedule(tx: SubscriptionsTx, subscription: Subscription, wanted: Change, on: date) -> ScheduledChange:
    """Put a change down for a day. The subscription is locked."""
    change = ScheduledChange(
        id=new_id(),
        seller_id=tx.seller_id,
        subscription_id=subscription.id,
        kind=NAMES[type(wanted)],
        data=change_data(wanted),
        effective_on=on,
        created_at=tx.now,
    )
    tx.billing.subscription_changes.add_many([change])
    _note(tx, subscription, f"schedule_{change.kind}", f"on {on}", [on])
    return change


def withdraw(tx: SubscriptionsTx, change_id: UUID) -> ScheduledChange:
    """A scheduled change will not be carried out. Raises `NotFound`; `Conflict` when it is not scheduled any more."""
    found = tx.billing.subscription_changes.get(change_id)
    subscription = tx.billing.subscriptions.get(found.subscription_id, lock=True)
    change = tx.billing.subscription_changes.get(change_id)
    if change.status is not ChangeStatus.SCHEDULED:
        raise Conflict(f"change {change_id}", f"it is {change.status}", "only a scheduled change can be withdrawn")
    withdrawn = attrs.evolve(change, status=ChangeStatus.WITHDRAWN, done_at=tx.now)
    tx.billing.subscription_changes.save_many([withdrawn])
    left = tx.billing.subscription_changes.scheduled([subscription.id]).get(subscription.id, [])
    moved = timed(attrs.evolve(subscription, change_on=min((each.effective_on for each in left), default=None)))
    tx.billing.subscriptions.save_many([moved])
    reason = f"{change.kind} on {change.effective_on}"
    record(tx, "subscription", subscription.id, "withdraw_change", subscription.status, subscription.status, reason)
    return withdrawn


def _note(tx: SubscriptionsTx, subscription: Subscription, action: str, reason: str, days: Sequence[date]) -> None:
    known = [] if subscription.change_on is None else [subscription.change_on]
    moved = timed(attrs.evolve(subscription, change_on=min([*known, *days])))
    tx.billing.subscriptions.save_many([moved])
    record(tx, "subscription", subscription.id, action, subscription.status, subscription.status, reason)


def scheduled_decisions(tx: SubscriptionsTx, agreements: Sequence[Agreement], discounts: Discounts) -> list[Decision]:
    """The earliest scheduled change of each of these agreements, carried out as of its day.

    One that is not possible any more fails with its reason, and changes nothing.
    """
    waiting = tx.billing.subscription_changes.scheduled([each.subscription.id for each in agreements])
    firsts = {subscription_id: changes[0] for subscription_id, changes in waiting.items()}
    plans = sold_plans(tx, _readable(firsts.values()), agreements)
    counted = usage_of(
        tx,
        [
            cut_at(each, firsts[each.subscription.id].effective_on)
            for each in agreements
            if each.subscription.id in firsts
        ],
    )
    return [
        _decide(tx, agreement, waiting.get(agreement.subscription.id, []), plans, counted, discounts)
        for agreement in agreements
    ]


def _readable(changes: Iterable[ScheduledChange]) -> list[Change]:
    """Those that can be read; the others fail one by one."""
    found = []
    for change in changes:
        with suppress(InvalidInput):
            found.append(change.change())
    return found


def _decide(
    tx: SubscriptionsTx,
    agreement: Agreement,
    changes: Sequence[ScheduledChange],
    plans: Mapping[str, Plan],
    counted: Counted,
    discounts: Discounts,
) -> Decision:
    """The first change carried out, and the day of the next one noted."""
    subscription = agreement.subscription
    later = min((change.effective_on for change in changes[1:]), default=None)
    freed = attrs.evolve(agreement, subscription=timed(attrs.evolve(subscription, change_on=later)))
    if not changes:
        return Decision(before=agreement, after=freed, action="skip_change", reason="nothing is scheduled")
    first = changes[0]
    moment = Moment(
        on=first.effective_on,
        at=start_of_day(first.effective_on, subscription.time_zone),
        change_id=first.id,
        default=settings_of(tx).proration,
        plans=plans,
        used=counted.used,
    )
    try:
        wanted = first.change()
        check_change(freed, wanted, plans)
        changed = apply(freed, wanted, moment)
        charges = discounted(freed, changed.agreement, changed.charges, moment.on, discounts)
    except LarabillError as problem:
        return _failed(tx, agreement, freed, first, problem)
    discounts.note(charges)
    applied = attrs.evolve(first, status=ChangeStatus.APPLIED, done_at=tx.now)
    return Decision(
        before=agreement,
        after=changed.agreement,
        charges=charges,
        action=first.kind,
        reason=f"scheduled for {first.effective_on}",
        region=str(first.data.get("region", "")),
        counted=counted,
        done=(applied,),
    )


def given_up(tx: SubscriptionsTx, decision: Decision, problem: LarabillError) -> Decision:
    """What becomes of the decision to carry out a scheduled change, when that is refused."""
    (first,) = decision.done
    later = decision.after.subscription.change_on
    freed = timed(attrs.evolve(decision.before.subscription, change_on=later))
    return _failed(tx, decision.before, attrs.evolve(decision.before, subscription=freed), first, problem)


def _failed(
    tx: SubscriptionsTx, before: Agreement, freed: Agreement, change: ScheduledChange, problem: LarabillError
) -> Decision:
    failed = attrs.evolve(change, status=ChangeStatus.FAILED, reason=str(problem)[:500], done_at=tx.now)
    return Decision(before=before, after=freed, action="fail_change", reason=failed.reason, done=(failed,))


def cut_at(agreement: Agreement, on: date) -> tuple[Agreement, int]:
    """The agreement as if it ended on a day, and the period of which the use is billed then."""
    subscription = attrs.evolve(agreement.subscription, end_on=on)
    n = subscription.next_period - (subscription.billing is BillingMode.ADVANCE)
    return attrs.evolve(agreement, subscription=subscription), n


def sold_plans(tx: SubscriptionsTx, changes: Sequence[Change], agreements: Sequence[Agreement]) -> dict[str, Plan]:
    """The versions on sale of the plans that these changes are about, by code. One query at most."""
    codes = {
        change.plan_code
        for change in changes
        if isinstance(change, ChangeItem | AddItem) and change.plan_code is not None
    }
    if any(isinstance(change, Migrate) for change in changes):
        codes |= {item.plan_code for agreement in agreements for item in agreement.items}
    return tx.billing.plans.active(codes) if codes else {}
