"""The moment of a change: what is owed up to it and given back from it on, and what begins with it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import attrs

from larabill_billing.catalog.model import BillingMode, Plan
from larabill_billing.invoicing.model import Charge
from larabill_billing.periods.schedule import Schedule
from larabill_billing.proration.model import ProrationPolicy
from larabill_billing.subscriptions.charging import (
    period_charges,
    unused_charges,
)
from larabill_billing.subscriptions.metered import Used, usage_charges
from larabill_billing.subscriptions.model import (
    Agreement,
    Subscription,
    SubscriptionItem,
    SubscriptionStatus,
)
from larabill_billing.subscriptions.timing import one_more_billed


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


def current(subscription: Subscription) -> int:
    """The period that runs: the last one that was billed, or in arrears and in a trial the next one."""
    billed_ahead = (
        subscription.billing is BillingMode.ADVANCE and subscription.status is not SubscriptionStatus.TRIALING
    )
    return subscription.next_period - 1 if billed_ahead else subscription.next_period


def settled(agreement: Agreement, moment: Moment) -> list[Charge]:
    """What is owed up to the day, and what is given back from it on."""
    if agreement.subscription.billing is BillingMode.ARREARS:
        return elapsed(agreement, agreement.items, moment)
    return give_back(agreement, moment) + use(agreement, moment)


def give_back(agreement: Agreement, moment: Moment) -> list[Charge]:
    cause = f"credit:{moment.change_id}"
    return unused_charges(agreement, moment.on, moment.at, moment.default, cause=cause)


def elapsed(
    agreement: Agreement, items: Sequence[SubscriptionItem], moment: Moment, *, with_use: bool = True
) -> list[Charge]:
    """In arrears: what was lived through of the period that runs, with its use."""
    subscription = attrs.evolve(agreement.subscription, end_on=moment.on)
    cut = attrs.evolve(agreement, subscription=subscription, items=tuple(items))
    n = subscription.next_period
    charges = period_charges(cut, n, moment.default)
    return charges + usage_charges(cut, n, moment.used, moment.default) if with_use else charges


def use(agreement: Agreement, moment: Moment) -> list[Charge]:
    """In advance: the use of the period that runs, up to the day."""
    subscription = attrs.evolve(agreement.subscription, end_on=moment.on)
    cut = attrs.evolve(agreement, subscription=subscription)
    return usage_charges(cut, subscription.next_period - 1, moment.used, moment.default)


def on_schedule(agreement: Agreement, schedule: Schedule, on: date) -> Agreement:
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


def begin(agreement: Agreement, moment: Moment, charges: Sequence[Charge]) -> Changed:
    """Bill the period that has begun, unless it is billed at its end."""
    subscription = agreement.subscription
    if subscription.billing is BillingMode.ARREARS:
        return Changed(agreement=agreement, charges=tuple(charges))
    first = period_charges(agreement, subscription.next_period, moment.default)
    billed = one_more_billed(subscription, subscription.status)
    return Changed(agreement=attrs.evolve(agreement, subscription=billed), charges=(*charges, *first))
