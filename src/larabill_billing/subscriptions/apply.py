"""What a change makes of an agreement, and what it costs: pure, the same for the preview and for the change (I13).

A period that was billed in advance is corrected: what is left of it is given back at the old price and charged at the
new one. In arrears, what was lived through is billed, and the new terms hold from then on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import assert_never
from uuid import UUID

import attrs

from larabill_billing.catalog.model import BillingMode, Plan
from larabill_billing.catalog.prices import usage_prices
from larabill_billing.invoicing.model import Charge
from larabill_billing.periods.schedule import Period, Schedule
from larabill_billing.proration.model import ProrationPolicy
from larabill_billing.subscriptions.changes import (
    AddItem,
    Cancel,
    Change,
    ChangeCycle,
    ChangeItem,
    Migrate,
    Pause,
    Reactivate,
    RemoveItem,
    Resume,
)
from larabill_billing.subscriptions.charging import (
    adjustment,
    components,
    item_charges,
    paid_already,
    period_charges,
    rest,
    setup_charges,
    unused_charges,
)
from larabill_billing.subscriptions.metered import Used, usage_charges
from larabill_billing.subscriptions.model import (
    Agreement,
    Compensation,
    Subscription,
    SubscriptionItem,
    SubscriptionStatus,
    Unused,
)
from larabill_billing.subscriptions.renewal import ended
from larabill_billing.subscriptions.states import after
from larabill_billing.subscriptions.timing import one_more_billed, schedule_from, timed
from larabill_core.clock import local_date
from larabill_core.errors import Conflict, NotFound


@attrs.frozen(kw_only=True)
class Moment:
    """When a change happens, and what has to be known for it.

    `on` is the day in the agreement's zone, `at` the instant; `plans` are the versions on sale by code, `used` what
    was used since the last invoice, and `change_id` the cause of its charges.
    """

    on: date
    at: datetime
    change_id: UUID
    default: ProrationPolicy
    plans: Mapping[str, Plan] = attrs.field(factory=dict)
    used: Used = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Changed:
    """The agreement as it will be, and the charges of the change; those below zero are given back."""

    agreement: Agreement
    charges: tuple[Charge, ...] = ()


def apply(agreement: Agreement, change: Change, moment: Moment) -> Changed:
    """The change carried out. Raises `Conflict`, `IllegalTransition`, `NotFound`; `InvalidInput` without a price."""
    match change:
        case ChangeItem():
            changed = _replace(agreement, _item(agreement, change.item_id), change, moment)
        case Migrate():
            changed = _migrate(agreement, moment)
        case ChangeCycle():
            changed = _change_cycle(agreement, change, moment)
        case AddItem():
            changed = _add_item(agreement, change, moment)
        case RemoveItem():
            changed = _remove_item(agreement, _item(agreement, change.item_id), moment)
        case Pause():
            changed = _pause(agreement, change, moment)
        case Resume():
            changed = _resume(agreement, moment)
        case Cancel():
            changed = _cancel(agreement, change, moment)
        case Reactivate():
            changed = _reactivate(agreement, moment)
        case _:
            assert_never(change)
    return attrs.evolve(
        changed,
        agreement=attrs.evolve(changed.agreement, subscription=timed(changed.agreement.subscription)),
    )


def _item(agreement: Agreement, item_id: UUID) -> SubscriptionItem:
    for item in agreement.items:
        if item.id == item_id:
            return item
    raise NotFound("item of this subscription", item_id)


CHANGEABLE = frozenset({SubscriptionStatus.TRIALING, SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE})


def check_changeable(subscription: Subscription) -> None:
    """Raises `Conflict` unless the items of the agreement may be changed now."""
    if subscription.status not in CHANGEABLE:
        raise Conflict(
            f"subscription {subscription.id}",
            f"it is {subscription.status}",
            "its items can be changed while it is trialing, active or past due",
        )


def _replace(agreement: Agreement, old: SubscriptionItem, change: ChangeItem, moment: Moment) -> Changed:
    check_changeable(agreement.subscription)
    plans = dict(agreement.plans)
    new = old
    if change.plan_code is not None:
        plan = moment.plans[change.plan_code]
        plans[plan.id] = plan
        new = attrs.evolve(new, plan_id=plan.id, plan_code=plan.code, description=plan.name)
        if plan.code != old.plan_code:
            new = attrs.evolve(new, first_period=_current(agreement.subscription), unit_price=None)
    if change.quantity is not None:
        new = attrs.evolve(new, quantity=change.quantity)
    if change.spec is not None:
        new = attrs.evolve(new, spec=change.spec)
    if change.plan_price:
        new = attrs.evolve(new, unit_price=None)
    if change.unit_price is not None:
        new = attrs.evolve(new, unit_price=change.unit_price)
    return _swap(agreement, attrs.evolve(agreement, plans=plans), old, new, moment)


def _migrate(agreement: Agreement, moment: Moment) -> Changed:
    """Each item to the version that is on sale. Without a price of its own there it stays what it is."""
    check_changeable(agreement.subscription)
    charges: tuple[Charge, ...] = ()
    for old in agreement.items:
        plan = moment.plans.get(old.plan_code)
        if plan is None or plan.id == old.plan_id:
            continue
        after_it = attrs.evolve(agreement, plans={**agreement.plans, plan.id: plan})
        changed = _swap(agreement, after_it, old, attrs.evolve(old, plan_id=plan.id), moment)
        agreement, charges = changed.agreement, (*charges, *changed.charges)
    return Changed(agreement=agreement, charges=charges)


def _swap(
    before: Agreement, agreement: Agreement, old: SubscriptionItem, new: SubscriptionItem, moment: Moment
) -> Changed:
    """`new` in the place of `old`: the rest of the billed period at the other price."""
    subscription = before.subscription
    after_it = _with(agreement, old, new)
    _check_prices(after_it, new, _current(subscription))
    if subscription.status is SubscriptionStatus.TRIALING:
        return Changed(agreement=after_it)
    alone = attrs.evolve(before, items=(old,))
    settles = _settles_use(before.plans[old.plan_id], old, new, subscription.currency)
    metered_from = moment.on if settles else old.metered_from
    if subscription.billing is BillingMode.ARREARS:
        charges = _elapsed(alone, alone.items, moment, with_use=settles)
        since = metered_from or old.starts_on
        new = attrs.evolve(new, starts_on=max(new.starts_on, moment.on), metered_from=since)
        return Changed(agreement=_with(agreement, old, new), charges=tuple(charges))
    charges = _use(alone, moment) if settles else []
    new = attrs.evolve(new, metered_from=metered_from)
    charges += _give_back(alone, moment)
    left = rest(subscription, old, moment.on)
    if left is not None:
        cause, n = f"charge:{moment.change_id}", subscription.next_period - 1
        charges += adjustment(after_it, new, n, left, moment.default, cause=cause, at=moment.at)
    return Changed(agreement=_with(agreement, old, new), charges=tuple(charges))


def _settles_use(plan: Plan, old: SubscriptionItem, new: SubscriptionItem, currency: str) -> bool:
    """Whether what was used so far is billed with a change: at the old plan's prices, or against what it cost so far."""
    return currency in plan.commitments or (new.plan_id != old.plan_id and bool(usage_prices(plan, currency)))


def _check_prices(agreement: Agreement, item: SubscriptionItem, n: int) -> None:
    """Raises `InvalidInput` when the item has no price in the present period."""
    for _ in components(agreement, item, n):
        pass


def _with(agreement: Agreement, old: SubscriptionItem, new: SubscriptionItem) -> Agreement:
    items = tuple(new if item.id == old.id else item for item in agreement.items)
    return attrs.evolve(agreement, items=tuple(item for item in items if item.quantity > 0))


def _change_cycle(agreement: Agreement, change: ChangeCycle, moment: Moment) -> Changed:
    subscription = agreement.subscription
    check_changeable(subscription)
    if subscription.status is SubscriptionStatus.TRIALING:
        schedule = schedule_from(subscription.anchor_on, change.cycle, subscription.billing_day)
        return Changed(agreement=_on_schedule(agreement, schedule, subscription.anchor_on))
    charges = _settled(agreement, moment)
    schedule = schedule_from(moment.on, change.cycle, subscription.billing_day)
    return _begin(_on_schedule(agreement, schedule, moment.on), moment, charges)


def _settled(agreement: Agreement, moment: Moment) -> list[Charge]:
    """What is owed up to the day, and what is given back from it on."""
    if agreement.subscription.billing is BillingMode.ARREARS:
        return _elapsed(agreement, agreement.items, moment)
    return _give_back(agreement, moment) + _use(agreement, moment)


def _on_schedule(agreement: Agreement, schedule: Schedule, on: date) -> Agreement:
    """The agreement on a new schedule, from `on`; the phases of its prices go on counting."""
    subscription = agreement.subscription
    n = schedule.index(on)
    items = tuple(
        attrs.evolve(
            item,
            starts_on=on,
            first_period=n - max(subscription.next_period - item.first_period, 0),
            metered_from=None,
        )
        for item in agreement.items
    )
    moved = attrs.evolve(
        subscription,
        cycle=schedule.cycle,
        anchor_on=schedule.anchor_on,
        anchor_day=schedule.anchor_day,
        epoch=subscription.epoch + 1,
        next_period=n,
        cut_on=None,
    )
    return attrs.evolve(agreement, subscription=moved, items=items)


def _begin(agreement: Agreement, moment: Moment, charges: Sequence[Charge]) -> Changed:
    """Bill the period that has begun, unless it is billed at its end."""
    subscription = agreement.subscription
    if subscription.billing is BillingMode.ARREARS:
        return Changed(agreement=agreement, charges=tuple(charges))
    first = period_charges(agreement, subscription.next_period, moment.default)
    billed = one_more_billed(subscription, subscription.status)
    return Changed(agreement=attrs.evolve(agreement, subscription=billed), charges=(*charges, *first))


def _add_item(agreement: Agreement, change: AddItem, moment: Moment) -> Changed:
    subscription = agreement.subscription
    check_changeable(subscription)
    plan = moment.plans[change.plan_code]
    item = SubscriptionItem(
        id=moment.change_id,
        seller_id=subscription.seller_id,
        subscription_id=subscription.id,
        plan_id=plan.id,
        plan_code=plan.code,
        description=plan.name if not change.name else f"{plan.name}: {change.name}",
        quantity=change.quantity,
        spec=change.spec,
        starts_on=max(moment.on, subscription.started_on),
        first_period=_current(subscription),
    )
    grown = attrs.evolve(agreement, items=(*agreement.items, item), plans={**agreement.plans, plan.id: plan})
    if subscription.status is SubscriptionStatus.TRIALING:
        return Changed(agreement=grown)
    charges = setup_charges(grown, item, moment.on)
    left = rest(subscription, item, moment.on)
    if left is not None:
        charges = item_charges(grown, item, subscription.next_period - 1, left, moment.default) + charges
    return Changed(agreement=grown, charges=tuple(charges))


def _remove_item(agreement: Agreement, item: SubscriptionItem, moment: Moment) -> Changed:
    subscription = agreement.subscription
    check_changeable(subscription)
    if len(agreement.items) == 1:
        raise Conflict(f"subscription {subscription.id}", "it has no other item", "cancel the subscription")
    alone = attrs.evolve(agreement, items=(item,))
    gone = attrs.evolve(item, quantity=0)
    charges = [] if subscription.status is SubscriptionStatus.TRIALING else _settled(alone, moment)
    return Changed(agreement=_with(agreement, item, gone), charges=tuple(charges))


def _pause(agreement: Agreement, change: Pause, moment: Moment) -> Changed:
    subscription = agreement.subscription
    paused = attrs.evolve(subscription, status=after(subscription, "pause"), paused_on=moment.on, unused=change.unused)
    if subscription.billing is BillingMode.ARREARS:
        charges = _elapsed(agreement, agreement.items, moment)
        since = {item.id: max(item.starts_on, moment.on) for item in agreement.items}
        items = tuple(attrs.evolve(item, starts_on=since[item.id], metered_from=None) for item in agreement.items)
    else:
        charges = _use(agreement, moment)
        items = tuple(attrs.evolve(item, metered_from=moment.on) for item in agreement.items)
    return Changed(agreement=attrs.evolve(agreement, subscription=paused, items=items), charges=tuple(charges))


def _resume(agreement: Agreement, moment: Moment) -> Changed:
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
    return _begin(back, moment, ())


def _extended(agreement: Agreement, moment: Moment, days_left: int) -> Changed:
    """The paid days that were left run from now; a line over nothing says so, and the next period begins after them."""
    anchor = moment.on + timedelta(days=days_left)
    moved = _on_schedule(agreement, Schedule(agreement.subscription.cycle, anchor, anchor.day), anchor)
    items = tuple(attrs.evolve(item, starts_on=moment.on) for item in moved.items)
    again = attrs.evolve(moved, items=items)
    left = Period(moment.on, anchor)
    return Changed(agreement=again, charges=tuple(paid_already(again, item, left) for item in items))


def _cancel(agreement: Agreement, change: Cancel, moment: Moment) -> Changed:
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
        return [] if paused else _elapsed(agreement, agreement.items, moment)
    charges = [] if paused else _use(agreement, moment)
    if subscription.compensation is not Compensation.NONE:
        charges += _give_back(agreement, moment)
    return charges


def _reactivate(agreement: Agreement, moment: Moment) -> Changed:
    """Begin again with a whole period; what a trial that was never over did not cost is billed now."""
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
    schedule = schedule_from(moment.on, subscription.cycle, subscription.billing_day)
    begun = _on_schedule(attrs.evolve(agreement, subscription=again), schedule, moment.on)
    setup = [
        charge
        for item in agreement.items
        if never_billed(subscription)
        for charge in setup_charges(begun, item, moment.on)
    ]
    return _begin(begun, moment, setup)


def never_billed(subscription: Subscription) -> bool:
    """Whether it ended before its trial did."""
    if not subscription.is_trial or subscription.ended_at is None:
        return False
    if subscription.billing is BillingMode.ARREARS:
        return local_date(subscription.ended_at, subscription.time_zone) <= subscription.started_on
    return subscription.next_period <= subscription.schedule.index(subscription.started_on)


def _current(subscription: Subscription) -> int:
    """The period that runs: the last one that was billed, or in arrears and in a trial the next one."""
    billed_ahead = (
        subscription.billing is BillingMode.ADVANCE and subscription.status is not SubscriptionStatus.TRIALING
    )
    return subscription.next_period - 1 if billed_ahead else subscription.next_period


def _give_back(agreement: Agreement, moment: Moment) -> list[Charge]:
    cause = f"credit:{moment.change_id}"
    return unused_charges(agreement, moment.on, moment.at, moment.default, cause=cause)


def _elapsed(
    agreement: Agreement, items: Sequence[SubscriptionItem], moment: Moment, *, with_use: bool = True
) -> list[Charge]:
    """In arrears: what was lived through of the period that runs, with its use."""
    subscription = attrs.evolve(agreement.subscription, end_on=moment.on)
    cut = attrs.evolve(agreement, subscription=subscription, items=tuple(items))
    n = subscription.next_period
    charges = period_charges(cut, n, moment.default)
    return charges + usage_charges(cut, n, moment.used, moment.default) if with_use else charges


def _use(agreement: Agreement, moment: Moment) -> list[Charge]:
    """In advance: the use of the period that runs, up to the day."""
    subscription = attrs.evolve(agreement.subscription, end_on=moment.on)
    cut = attrs.evolve(agreement, subscription=subscription)
    return usage_charges(cut, subscription.next_period - 1, moment.used, moment.default)
