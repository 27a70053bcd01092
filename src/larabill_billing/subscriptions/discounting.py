"""What discounts take off the charges of agreements: the same for a renewal, a change and a preview (I13).

A period that begins is billed with everything that stands for it, and uses up a cycle of each coupon that takes
something off. Within a period that is billed already nothing begins and nothing is used up: what is given back goes
with its share of what was taken off it, percentages go on for what takes its place, and of amounts so much is taken off
again as was given back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.catalog.model import BillingMode, Plan
from larabill_billing.discounts.coupon import Applies, Redemption, RedemptionStatus
from larabill_billing.discounts.handlers import used, uses_of
from larabill_billing.discounts.loyalty import LoyaltyTier, is_recurring, loyalty
from larabill_billing.discounts.model import Allowance, Discount
from larabill_billing.discounts.standing import (
    Part,
    Priced,
    Standing,
    allowances,
    given_back,
    in_order,
    standing,
)
from larabill_billing.invoicing.model import Charge, ChargeKind
from larabill_billing.settings import settings_of
from larabill_billing.subscriptions.model import LIVE, Agreement, Compensation, Subscription, SubscriptionStatus
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_core.changed import changed as changed_copy

OF_PERIODS: Final = frozenset({ChargeKind.RECURRING, ChargeKind.PRORATION})


@attrs.define(kw_only=True)
class Discounts:
    """What is known of the discounts of some agreements; it follows what is billed of them.

    `held`: what stands, by customer. `billed`: charges for time, by agreement, oldest first; only of agreements of
    which something may be given back. `granted`: the redemptions that took something off these.
    """

    tiers: tuple[LoyaltyTier, ...] = ()
    held: dict[UUID, list[Redemption]] = attrs.field(factory=dict)
    billed: dict[UUID, list[Charge]] = attrs.field(factory=dict)
    granted: dict[UUID, Redemption] = attrs.field(factory=dict)

    def concern(self, subscription: Subscription) -> bool:
        """Whether there is anything to think of; of most agreements there is not."""
        return bool(self.tiers) or subscription.customer_id in self.held or subscription.id in self.billed

    def redemption(self, redemption_id: UUID, customer_id: UUID) -> Redemption | None:
        """What granted something off that was billed."""
        if redemption_id in self.granted:
            return self.granted[redemption_id]
        return next((each for each in self.held.get(customer_id, ()) if each.id == redemption_id), None)

    def note(self, charges: Iterable[Charge]) -> None:
        """These are billed: their cycles are used up, and they may be given back."""
        charges = list(charges)
        uses = {each.redemption_id: each for each in uses_of(charges)} if self.held else {}
        for customer in {charge.customer_id for charge in charges} if uses else ():
            held = self.held.get(customer, [])
            self.held[customer] = [used(each, uses[each.id]) if each.id in uses else each for each in held]
        for charge in charges:
            if charge.subscription_id in self.billed:
                self.billed[charge.subscription_id].append(charge)


def discounts_of(
    tx: SubscriptionsTx, agreements: Sequence[Agreement], changing: Iterable[Agreement] = (), *, lock: bool = True
) -> Discounts:
    """What there is of these agreements' discounts; of the `changing` ones also what was billed.

    One statement; one more for what was billed, and one for what granted something off that.
    """
    customers = {each.subscription.customer_id for each in agreements}
    held = tx.billing.redemptions.in_force(customers, lock=lock)
    found = Discounts(tiers=settings_of(tx).loyalty, held=held)
    since = {each.subscription.id: _billed_since(each.subscription) for each in changing}
    if since:
        found.billed = {id: [] for id in since} | tx.billing.charges.since(since)
        ids = {
            each.source_id
            for charges in found.billed.values()
            for charge in charges
            for each in charge.allowances
            if each.source_id is not None
        }
        found.granted = tx.billing.redemptions.get_many(ids) if ids else {}
    return found


def may_give_back(subscription: Subscription) -> bool:
    """Whether the next renewal may give something back, or go on within a period that was billed."""
    ends = subscription.end_on is not None and subscription.compensation is not Compensation.NONE
    return ends or subscription.cut_on is not None


def _billed_since(subscription: Subscription) -> date:
    """From when on charges may be given back; on a later schedule, of which the days were paid before, all."""
    if subscription.epoch:
        return date.min
    return subscription.schedule.boundary(subscription.next_period - 1)


def renewed(agreement: Agreement, charges: Sequence[Charge], discounts: Discounts) -> tuple[Charge, ...]:
    """The charges of a renewal, with what is taken off them."""
    subscription = agreement.subscription
    if not charges or not discounts.concern(subscription):
        return tuple(charges)
    plans = _plans(agreement)
    if subscription.cut_on is not None:
        on = subscription.cut_on - timedelta(days=1)
        return _within(subscription, charges, plans, _going_on(subscription, on, discounts), discounts)
    return _begun(subscription, charges, plans, discounts)


def changed(
    before: Agreement, after: Agreement, charges: Sequence[Charge], on: date, discounts: Discounts
) -> tuple[Charge, ...]:
    """The charges of a change on a day, with what is taken off them."""
    subscription = before.subscription
    if _is_over_or_anew(subscription, after.subscription):
        return _begun(subscription, charges, _plans(after) | _plans(before), discounts)
    # in arrears what was lived through is billed, at the plan that it had
    plans = _plans(before) | _plans(after)
    if subscription.billing is BillingMode.ARREARS:
        plans = _plans(after) | _plans(before)
        going_on = [each for each in _standing(subscription, charges, discounts) if each.discount.percent is not None]
    else:
        going_on = _going_on(subscription, on, discounts)
    return _within(subscription, charges, plans, going_on, discounts)


def _is_over_or_anew(before: Subscription, after: Subscription) -> bool:
    """Whether the change ends what is billed so far: another schedule, a pause, or the end."""
    return before.epoch != after.epoch or (before.status in LIVE and after.status is not before.status)


def _plans(agreement: Agreement) -> dict[UUID | None, Plan]:
    return {item.id: agreement.plans[item.plan_id] for item in agreement.items}


def _begun(
    subscription: Subscription,
    charges: Sequence[Charge],
    plans: Mapping[UUID | None, Plan],
    discounts: Discounts,
) -> tuple[Charge, ...]:
    """A new period: everything that stands has its turn, and is counted."""
    found = _with_shares(charges, discounts)
    return _discounted(found, plans, _standing(subscription, charges, discounts), subscription.currency, counts=True)


def _within(
    subscription: Subscription,
    charges: Sequence[Charge],
    plans: Mapping[UUID | None, Plan],
    going_on: Sequence[Standing],
    discounts: Discounts,
) -> tuple[Charge, ...]:
    """A period that is billed: what goes on of its discounts, and of amounts what was given back."""
    found = _with_shares(charges, discounts)
    pools: dict[UUID, Allowance] = {}
    for charge in found:
        for each in charge.allowances:
            if each.percent is None and each.source_id is not None:
                known = pools.get(each.source_id)
                amount = each.amount if known is None else known.amount + each.amount
                pools[each.source_id] = attrs.evolve(each, amount=amount)
    granted = {id: discounts.redemption(id, subscription.customer_id) for id in pools}
    again = [_of_pool(pools[id], each) for id, each in granted.items() if each is not None]
    return _discounted(found, plans, [*going_on, *again], subscription.currency, counts=False)


def _of_pool(given: Allowance, granted: Redemption) -> Standing:
    return Standing(
        discount=Discount(name=given.reason, amount=-given.amount),
        covers=granted.terms.scope.covers,
        document=given.document,
        source_id=given.source_id,
    )


def _standing(subscription: Subscription, charges: Sequence[Charge], discounts: Discounts) -> list[Standing]:
    """What stands for a period that begins: loyalty, then the coupons in their order."""
    found = []
    starts = [each.period_start for each in charges if each.kind is ChargeKind.RECURRING and each.period_start]
    if discounts.tiers and starts:
        found.append(loyalty(discounts.tiers, subscription.started_on, max(starts)))
    held = discounts.held.get(subscription.customer_id)
    if held:
        wrong = Applies.RENEWALS if _is_first(subscription) else Applies.FIRST_ORDER
        mine = [
            each
            for each in held
            if each.is_in_force
            and each.terms.applies is not wrong
            and each.currency == subscription.currency
            and each.is_for(subscription.id, subscription.order_id)
        ]
        found += [standing(each) for each in in_order(mine)]
    return [each for each in found if each is not None]


def _is_first(subscription: Subscription) -> bool:
    """Whether what the order began with is billed only now: after a trial, or at the end of the first period."""
    if subscription.status is SubscriptionStatus.TRIALING:
        return True
    begins = subscription.schedule.index(subscription.started_on)
    in_arrears = subscription.billing is BillingMode.ARREARS
    return in_arrears and not subscription.epoch and subscription.next_period == begins


def _going_on(subscription: Subscription, on: date, discounts: Discounts) -> list[Standing]:
    """The percentages that were taken off the period that holds a day."""
    found: dict[tuple[UUID | None, str], Standing] = {}
    for charge in discounts.billed.get(subscription.id, ()):
        if charge.period_start is None or charge.period_end is None or charge.amount <= 0:
            continue
        if not charge.period_start <= on < charge.period_end:
            continue
        for each in charge.allowances:
            if each.percent is None:
                continue
            discount = Discount(name=each.reason, percent=each.percent)
            if each.source_id is None:
                found[None, each.reason] = Standing(discount=discount, covers=is_recurring)
                continue
            granted = discounts.redemption(each.source_id, subscription.customer_id)
            if granted is not None and granted.status is RedemptionStatus.ACTIVE:
                found[each.source_id, ""] = Standing(
                    discount=discount,
                    covers=granted.terms.scope.covers,
                    document=each.document,
                    source_id=each.source_id,
                )
    return list(found.values())


def _discounted(
    charges: Sequence[Charge],
    plans: Mapping[UUID | None, Plan],
    found: Sequence[Standing],
    currency: str,
    *,
    counts: bool,
) -> tuple[Charge, ...]:
    if not found or not charges:
        return tuple(charges)
    lines = [Priced(each.kind, plans.get(each.subscription_item_id), each.amount) for each in charges]
    return with_allowances(charges, lines, found, currency, counts=counts)


def with_allowances(
    charges: Sequence[Charge], lines: Sequence[Priced], found: Sequence[Standing], currency: str, *, counts: bool
) -> tuple[Charge, ...]:
    """The charges with what is taken off them; with `counts` one cycle of each coupon that takes anything is used."""
    seen: set[UUID] = set()
    result = []
    for charge, taken in zip(charges, allowances(found, lines, currency), strict=True):
        if not taken:
            result.append(charge)
            continue
        if counts:
            fresh = {each.source_id for each in taken if each.source_id is not None} - seen
            taken = tuple([attrs.evolve(each, counts=True) if each.source_id in fresh else each for each in taken])
            seen |= fresh
        result.append(changed_copy(charge, allowances=(*charge.allowances, *taken)))
    return tuple(result)


def _with_shares(charges: Sequence[Charge], discounts: Discounts) -> list[Charge]:
    """What is given back goes with its share of what was taken off it."""
    return [_with_share(each, discounts) if each.amount < 0 else each for each in charges]


def _with_share(charge: Charge, discounts: Discounts) -> Charge:
    billed = discounts.billed.get(charge.subscription_id or UUID(int=0), [])
    mine = [
        each
        for each in billed
        if each.amount > 0
        and each.kind in OF_PERIODS
        and each.subscription_item_id == charge.subscription_item_id
        and _component(each) == _component(charge)
    ]
    shares = given_back(charge.amount, _parts(charge, mine), charge.currency)
    return attrs.evolve(charge, allowances=shares) if shares else charge


def _component(charge: Charge) -> str:
    """Which part of the item's price: an option's name, or nothing for the plan itself."""
    return charge.cause.partition("/")[2]


def _parts(charge: Charge, billed: Sequence[Charge]) -> list[Part]:
    """What was billed last for each day that is given back; where none was billed for these days, what was billed last.

    Days that were paid before a pause lie elsewhere by then.
    """
    parts: list[Part] = []
    start, end = charge.period_start, charge.period_end
    for each in reversed(billed):
        if start is None or end is None or each.period_start is None or each.period_end is None:
            continue
        first, last = max(start, each.period_start), min(end, each.period_end)
        if first < last:
            whole = (each.period_end - each.period_start).days
            parts.append(Part(amount=each.amount, allowances=each.allowances, days=(last - first).days, of_days=whole))
            # what was billed later stands for these days; only those before it are left
            end = first
    if not parts and billed:
        last_billed = billed[-1]
        parts.append(Part(amount=last_billed.amount, allowances=last_billed.allowances, days=1, of_days=1))
    return parts
