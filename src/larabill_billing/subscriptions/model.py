"""Subscriptions, their items, and the services that stand for single units of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import attrs

from larabill_billing.catalog.model import BillingMode, Plan
from larabill_billing.periods.cycle import Cycle
from larabill_billing.periods.schedule import Schedule
from larabill_core.published import FailurePolicy


class SubscriptionStatus(StrEnum):
    """PENDING: not released yet. TRIALING: runs, and nothing is billed before `anchor_on`. CANCELLED: never began.

    PAST_DUE and SUSPENDED: an invoice is overdue. PAUSED: at the customer's wish. ENDED: began, and is over.
    """

    PENDING = "pending"
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    ENDED = "ended"


LIVE = frozenset(
    {
        SubscriptionStatus.TRIALING,
        SubscriptionStatus.ACTIVE,
        SubscriptionStatus.PAST_DUE,
        SubscriptionStatus.PAUSED,
        SubscriptionStatus.SUSPENDED,
    }
)
"""Statuses of an agreement that has begun and is not over."""


class Compensation(StrEnum):
    """What becomes of a period that was paid and is not used up when an agreement ends."""

    NONE = "none"
    CREDIT = "credit"
    REFUND = "refund"


class Unused(StrEnum):
    """What becomes of paid time when an agreement is paused: given back at its resumption, or lost."""

    EXTEND = "extend"
    FORFEIT = "forfeit"


class ServiceStatus(StrEnum):
    """What billing has been told of one unit. ABANDONED: given up before it ever ran."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    FAILED = "failed"
    ENDED = "ended"
    ABANDONED = "abandoned"


GONE = frozenset({ServiceStatus.ENDED, ServiceStatus.ABANDONED})
"""Statuses of a service that no longer exists anywhere."""


@attrs.frozen(kw_only=True)
class Subscription:
    """The agreement on all items of one order that share a cycle.

    `cycle`, `anchor_on` and `anchor_day` (dates in `time_zone`) are its schedule, and `next_period` is the first period
    of it that is not billed yet; `billing_day` is the day of the month on which it shall be billed, or None for the day
    on which it began. A new schedule (another cycle, a resumption, a reactivation) begins a new `epoch`.
    Periods are cut at `started_on`, where with `is_trial` a trial ends, and at `end_on`, the day on which a cancelled
    agreement ends. `cut_on` is where the period that was billed last was cut for an end; it is None where it was not.
    `change_on` is the day of the earliest change that is scheduled.
    `next_billing_at` repeats the instant of what comes next for the claim, and is None when nothing will happen.
    `held_reason` says why it cannot be renewed.
    """

    id: UUID
    seller_id: UUID
    customer_id: UUID
    order_id: UUID
    currency: str
    cycle: Cycle = attrs.field(converter=Cycle)
    time_zone: str
    billing: BillingMode = BillingMode.ADVANCE
    status: SubscriptionStatus = SubscriptionStatus.PENDING
    is_trial: bool = False
    started_on: date
    anchor_on: date
    anchor_day: int
    billing_day: int | None = None
    epoch: int = 0
    next_period: int = 0
    cut_on: date | None = None
    next_billing_at: datetime | None = None
    change_on: date | None = None
    minimum_until: date
    notice_days: int = 0
    end_on: date | None = None
    compensation: Compensation = Compensation.NONE
    paused_on: date | None = None
    unused: Unused | None = None
    held_reason: str = ""
    created_at: datetime
    ended_at: datetime | None = None
    version: int = 1

    @property
    def schedule(self) -> Schedule:
        """The boundaries of its periods."""
        return Schedule(self.cycle, self.anchor_on, self.anchor_day)

    @property
    def billed_to(self) -> date:
        """The day up to which it is billed: where the next period or all of it begins, or the last one was cut."""
        if self.cut_on is not None:
            return self.cut_on
        return max(self.schedule.boundary(self.next_period), self.started_on)

    @property
    def period_end(self) -> date:
        """Where the period that runs ends: in advance what is billed, in arrears what is billed next."""
        if self.billing is BillingMode.ADVANCE:
            return self.billed_to
        return self.schedule.boundary(self.next_period + 1)


@attrs.frozen(kw_only=True)
class SubscriptionItem:
    """`quantity` units of a plan version, configured by `spec`. At 0 the item is over and is billed no more.

    It is billed from `starts_on`. `first_period` is the period of the present schedule from which the phases of its
    price count. `unit_price` stands instead of the plan's price where it was agreed on. Its use is billed from
    `metered_from`, where that is not the day from which the item is: what was used before is billed already, or what
    was used since is not.
    """

    id: UUID
    seller_id: UUID
    subscription_id: UUID
    plan_id: UUID
    plan_code: str
    description: str
    quantity: int
    spec: Mapping[str, Any] = attrs.field(factory=dict)
    unit_price: Decimal | None = None
    starts_on: date
    first_period: int = 0
    metered_from: date | None = None


@attrs.frozen(kw_only=True)
class Agreement:
    """A subscription with its items that are not over, and the plan versions that were sold."""

    subscription: Subscription
    items: tuple[SubscriptionItem, ...]
    plans: Mapping[UUID, Plan]


@attrs.frozen(kw_only=True)
class Service:
    """One unit of a provisionable item: what the customer sees and names.

    `subscription_id` and `subscription_item_id` are None for a plan that is sold once, `order_item_id` for a unit that
    was added later. `unit` counts the units of an item from 0. Work on it begins when the invoice `waits_for` is paid.
    `suspended_by_staff`: it stands still whether or not it is paid.
    `told_at` and `told_by` are the time and id of the last event of provisioning that was heard, so that
    an older one that arrives later says nothing any more.
    """

    id: UUID
    seller_id: UUID
    customer_id: UUID
    order_id: UUID
    order_item_id: UUID | None
    subscription_id: UUID | None
    subscription_item_id: UUID | None
    unit: int
    units: int
    plan_code: str
    name: str
    region: str
    spec: Mapping[str, Any] = attrs.field(factory=dict)
    on_failure: FailurePolicy
    status: ServiceStatus = ServiceStatus.PENDING
    suspended_by_staff: bool = False
    waits_for: UUID | None = None
    told_at: datetime | None = None
    told_by: UUID | None = None
    created_at: datetime
