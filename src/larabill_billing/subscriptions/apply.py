"""What a change makes of an agreement, and what it costs: pure, the same for the preview and for the change (I13).

A period that was billed in advance is corrected: what is left of it is given back at the old price and charged at the
new one. In arrears, what was lived through is billed, and the new terms hold from then on.
"""

from __future__ import annotations

from typing import assert_never
from uuid import UUID

import attrs

from larabill_billing.catalog.model import BillingMode, Plan
from larabill_billing.catalog.options import check_spec
from larabill_billing.catalog.prices import usage_prices
from larabill_billing.invoicing.model import Charge
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
    rest,
    setup_charges,
)
from larabill_billing.subscriptions.interrupt import cancel, pause, reactivate, resume
from larabill_billing.subscriptions.model import (
    Agreement,
    Subscription,
    SubscriptionItem,
    SubscriptionStatus,
)
from larabill_billing.subscriptions.moment import (
    Changed,
    Moment,
    begin,
    current,
    elapsed,
    give_back,
    on_schedule,
    settled,
    use,
)
from larabill_billing.subscriptions.timing import schedule_from, timed
from larabill_core.errors import Conflict, NotFound


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
            changed = pause(agreement, change, moment)
        case Resume():
            changed = resume(agreement, moment)
        case Cancel():
            changed = cancel(agreement, change, moment)
        case Reactivate():
            changed = reactivate(agreement, moment)
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
            new = attrs.evolve(new, first_period=current(agreement.subscription), unit_price=None)
    if change.quantity is not None:
        new = attrs.evolve(new, quantity=change.quantity)
    if change.spec is not None or new.plan_code != old.plan_code:
        spec = old.spec if change.spec is None else change.spec
        new = attrs.evolve(new, spec=check_spec(plans[new.plan_id], spec, "spec"))
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
    _check_prices(after_it, new, current(subscription))
    if subscription.status is SubscriptionStatus.TRIALING:
        return Changed(agreement=after_it)
    alone = attrs.evolve(before, items=(old,))
    settles = _settles_use(before.plans[old.plan_id], old, new, subscription.currency)
    metered_from = moment.on if settles else old.metered_from
    if subscription.billing is BillingMode.ARREARS:
        charges = elapsed(alone, alone.items, moment, with_use=settles)
        since = metered_from or old.starts_on
        new = attrs.evolve(new, starts_on=max(new.starts_on, moment.on), metered_from=since)
        return Changed(agreement=_with(agreement, old, new), charges=tuple(charges))
    charges = use(alone, moment) if settles else []
    new = attrs.evolve(new, metered_from=metered_from)
    charges += give_back(alone, moment)
    left = rest(subscription, old, moment.on)
    if left is not None:
        cause, n = f"charge:{moment.change_id}", subscription.next_period - 1
        charges += adjustment(after_it, new, n, left, moment.default, cause=cause, at=moment.at)
    return Changed(agreement=_with(agreement, old, new), charges=tuple(charges))


def _settles_use(plan: Plan, old: SubscriptionItem, new: SubscriptionItem, currency: str) -> bool:
    """Whether use so far is billed with a change: at the old plan's prices, or against what it cost so far."""
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
        return Changed(agreement=on_schedule(agreement, schedule, subscription.anchor_on))
    charges = settled(agreement, moment)
    schedule = schedule_from(moment.on, change.cycle, subscription.billing_day)
    return begin(on_schedule(agreement, schedule, moment.on), moment, charges)


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
        spec=check_spec(plan, change.spec, "spec"),
        starts_on=max(moment.on, subscription.started_on),
        first_period=current(subscription),
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
    charges = [] if subscription.status is SubscriptionStatus.TRIALING else settled(alone, moment)
    return Changed(agreement=_with(agreement, item, gone), charges=tuple(charges))
