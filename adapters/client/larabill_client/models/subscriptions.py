"""What the API takes and answers: subscriptions. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, TypeAlias

import msgspec

from larabill_client.models.shared import (
    AddItem,
    BillingMode,
    Cancel,
    ChangeCycle,
    ChangeItem,
    Compensation,
    Migrate,
    Pause,
    PreviewDocument,
    Reactivate,
    RemoveItem,
    Resume,
    ScheduledChangeOut,
)

SubscriptionStatus: TypeAlias = Literal[
    "active", "cancelled", "ended", "past_due", "paused", "pending", "suspended", "trialing"
]


class CancelSubscription(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When it ends, and why. `compensation`, for staff: what becomes of time that is paid and not used."""

    when: str
    reason: str = ""
    compensation: Compensation = "none"


class ChangePreviewOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the change would do on its day: the agreement after it, and the document that it would bring."""

    on: date
    subscription: SubscriptionSummary
    document: PreviewDocument


class ChangeSubscription(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A change, and when it takes effect."""

    change: ChangeItem | ChangeCycle | AddItem | RemoveItem | Pause | Resume | Reactivate | Migrate
    when: str = "now"
    reason: str = ""


class EndSubscription(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An end within minimum term or notice period, and why."""

    when: str
    reason: str
    compensation: Compensation = "none"


class MeterUsage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a meter has counted of an item."""

    item: str
    plan_code: str
    meter: str
    unit: str
    quantity: str


class PreviewChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A change or an end, and when it would take effect."""

    change: ChangeItem | ChangeCycle | AddItem | RemoveItem | Pause | Resume | Reactivate | Migrate | Cancel
    when: str = "now"


class ScheduledChanges(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that are still to come, by day."""

    items: Sequence[ScheduledChangeOut]


class SubscriptionItemOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What runs. `unit_price` is set where one was agreed on in place of the plan's price."""

    id: str
    plan: str
    plan_code: str
    description: str
    quantity: int
    spec: Mapping[str, Any]
    unit_price: str | None
    starts_on: date


class SubscriptionOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An agreement with its items that are not over. `held_reason` is shown to staff."""

    id: str
    status: SubscriptionStatus
    customer: str
    order: str
    currency: str
    cycle: str
    billing: BillingMode
    time_zone: str
    trial: bool
    started_on: date
    billed_to: date
    period_end: date
    next_billing_at: str | None
    minimum_until: date
    notice_days: int
    end_on: date | None
    paused_on: date | None
    held: bool
    created_at: str
    ended_at: str | None
    version: int
    items: Sequence[SubscriptionItemOut]
    held_reason: str | None


class SubscriptionPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[SubscriptionSummary]
    next: str | None


class SubscriptionSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An agreement without its items.

        Billed up to `billed_to`, which is no part of it; the period that runs ends on `period_end`. `end_on`:
    the day on     which it ends. `held`: its renewal waits for a person. Days are those of `time_zone`.
    """

    id: str
    status: SubscriptionStatus
    customer: str
    order: str
    currency: str
    cycle: str
    billing: BillingMode
    time_zone: str
    trial: bool
    started_on: date
    billed_to: date
    period_end: date
    next_billing_at: str | None
    minimum_until: date
    notice_days: int
    end_on: date | None
    paused_on: date | None
    held: bool
    created_at: str
    ended_at: str | None
    version: int


class UsageOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was used in these days, of every item that has a price for it."""

    start_on: date
    end_on: date
    items: Sequence[MeterUsage]
