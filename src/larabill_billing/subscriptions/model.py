"""Subscriptions, their items, and the services that stand for single units of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import attrs

from larabill_billing.catalog.model import Cycle
from larabill_core.published import FailurePolicy


class SubscriptionStatus(StrEnum):
    """PENDING: not released yet. CANCELLED: never began. ENDED: began, and is over."""

    PENDING = "pending"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    ENDED = "ended"


LIVE = frozenset({SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE, SubscriptionStatus.SUSPENDED})
"""Statuses in which periods go on and are billed."""


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

    `anchor_on` (a date in `time_zone`) and `next_period` (the first period that is not billed yet) are the truth about
    periods; `next_billing_at` repeats their instant for the claim, and is None when nothing will be billed.
    `end_on` is the period boundary at which a cancelled agreement ends. `held_reason` says why it cannot be renewed.
    """

    id: UUID
    seller_id: UUID
    customer_id: UUID
    order_id: UUID
    currency: str
    cycle: Cycle
    time_zone: str
    status: SubscriptionStatus = SubscriptionStatus.PENDING
    anchor_on: date
    next_period: int = 1
    next_billing_at: datetime | None = None
    minimum_until: date
    notice_days: int = 0
    end_on: date | None = None
    held_reason: str = ""
    created_at: datetime
    ended_at: datetime | None = None
    version: int = 1


@attrs.frozen(kw_only=True)
class SubscriptionItem:
    """`quantity` units of a plan version. At 0 the item is over and is billed no more."""

    id: UUID
    seller_id: UUID
    subscription_id: UUID
    plan_id: UUID
    plan_code: str
    description: str
    quantity: int


@attrs.frozen(kw_only=True)
class Service:
    """One unit of a provisionable item: what the customer sees and names.

    `subscription_id` and `subscription_item_id` are None for a plan that is sold once. `unit` counts the units of an
    item from 0. `told_at` and `told_by` are the time and id of the last event of provisioning that was heard, so that
    an older one that arrives later says nothing any more.
    """

    id: UUID
    seller_id: UUID
    customer_id: UUID
    order_id: UUID
    order_item_id: UUID
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
    told_at: datetime | None = None
    told_by: UUID | None = None
    created_at: datetime
