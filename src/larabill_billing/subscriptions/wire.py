"""Agreements and services on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from larabill_billing.catalog.model import BillingMode
from larabill_billing.invoicing.preview_wire import PreviewDocument, preview_document
from larabill_billing.subscriptions.change import Preview
from larabill_billing.subscriptions.changes import ChangeStatus, ScheduledChange
from larabill_billing.subscriptions.model import (
    Compensation,
    Service,
    ServiceStatus,
    Subscription,
    SubscriptionItem,
    SubscriptionStatus,
)
from larabill_billing.subscriptions.wire_changes import AnyChange, AnyPreview, WhenText, change_shown
from larabill_core.http.wire import Amount, Cursor, Listing, Reason, Text, next_of, shown_id
from larabill_core.ids import public_id


class SubscriptionsQuery(Listing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which agreements a list shows. `held`: only those whose renewal waits for a person."""

    customer: Cursor | None = None
    held: bool = False


class ServicesQuery(Listing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose services a list shows."""

    customer: Cursor | None = None


class ChangeSubscription(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change, and when it takes effect."""

    change: AnyChange
    when: WhenText = "now"
    reason: Text = ""


class PreviewChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change or an end, and when it would take effect."""

    change: AnyPreview
    when: WhenText = "now"


class CancelSubscription(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When it ends, and why. `compensation`, for staff: what becomes of time that is paid and not used."""

    when: WhenText
    reason: Text = ""
    compensation: Compensation = Compensation.NONE


class EndSubscription(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An end within minimum term or notice period, and why."""

    when: WhenText
    reason: Reason
    compensation: Compensation = Compensation.NONE


class SubscriptionSummary(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement without its items.

    Billed up to `billed_to`, which is no part of it; the period that runs ends on `period_end`. `end_on`: the day on
    which it ends. `held`: its renewal waits for a person. Days are those of `time_zone`.
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
    next_billing_at: datetime | None
    minimum_until: date
    notice_days: int
    end_on: date | None
    paused_on: date | None
    held: bool
    created_at: datetime
    ended_at: datetime | None
    version: int


class SubscriptionPage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[SubscriptionSummary]
    next: str | None


class SubscriptionItemOut(msgspec.Struct, frozen=True, kw_only=True):
    """What runs. `unit_price` is set where one was agreed on in place of the plan's price."""

    id: str
    plan: str
    plan_code: str
    description: str
    quantity: int
    spec: dict[str, Any]
    unit_price: Amount | None
    starts_on: date


class SubscriptionOut(SubscriptionSummary, frozen=True, kw_only=True):
    """An agreement with its items that are not over. `held_reason` is shown to staff."""

    items: list[SubscriptionItemOut]
    held_reason: str | None


class ChangePreviewOut(msgspec.Struct, frozen=True, kw_only=True):
    """What the change would do on its day: the agreement after it, and the document that it would bring."""

    on: date
    subscription: SubscriptionSummary
    document: PreviewDocument


class ScheduledChangeOut(msgspec.Struct, frozen=True, kw_only=True):
    """A change that is carried out at the beginning of `effective_on`."""

    id: str
    subscription: str
    change: AnyPreview
    effective_on: date
    status: ChangeStatus
    reason: str
    created_at: datetime
    done_at: datetime | None


class ScheduledChanges(msgspec.Struct, frozen=True, kw_only=True):
    """All that are still to come, by day."""

    items: list[ScheduledChangeOut]


class ServiceOut(msgspec.Struct, frozen=True, kw_only=True):
    """One unit of what was bought: what the customer sees and names. `waits_for`: the invoice that is to be paid."""

    id: str
    status: ServiceStatus
    customer: str
    order: str
    subscription: str | None
    item: str | None
    plan_code: str
    name: str
    region: str
    spec: dict[str, Any]
    waits_for: str | None
    created_at: datetime


class ServicePage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[ServiceOut]
    next: str | None


def page_out(found: Sequence[Subscription], query: SubscriptionsQuery) -> SubscriptionPage:
    """One page of a list."""
    items = [SubscriptionSummary(**_summary(each)) for each in found]
    return SubscriptionPage(items=items, next=next_of(items, query))


def subscription_out(
    subscription: Subscription, items: Sequence[SubscriptionItem], *, for_staff: bool
) -> SubscriptionOut:
    """The whole agreement."""
    return SubscriptionOut(
        **_summary(subscription),
        held_reason=subscription.held_reason if for_staff else None,
        items=[
            SubscriptionItemOut(
                id=public_id("itm", item.id),
                plan=public_id("pln", item.plan_id),
                plan_code=item.plan_code,
                description=item.description,
                quantity=item.quantity,
                spec=dict(item.spec),
                unit_price=None if item.unit_price is None else f"{item.unit_price.normalize():f}",
                starts_on=item.starts_on,
            )
            for item in items
        ],
    )


def preview_out(found: Preview) -> ChangePreviewOut:
    """What a change would do."""
    document = preview_document(found.charges, found.totals, found.subscription.currency)
    return ChangePreviewOut(
        on=found.on, subscription=SubscriptionSummary(**_summary(found.subscription)), document=document
    )


def scheduled_out(change: ScheduledChange) -> ScheduledChangeOut:
    """A change that is to come, or was."""
    return ScheduledChangeOut(
        id=public_id("scd", change.id),
        subscription=public_id("sub", change.subscription_id),
        change=change_shown(change.change()),
        effective_on=change.effective_on,
        status=change.status,
        reason=change.reason,
        created_at=change.created_at,
        done_at=change.done_at,
    )


def service_out(service: Service) -> ServiceOut:
    """One service."""
    return ServiceOut(
        id=public_id("svc", service.id),
        status=service.status,
        customer=public_id("cus", service.customer_id),
        order=public_id("ord", service.order_id),
        subscription=shown_id("sub", service.subscription_id),
        item=shown_id("itm", service.subscription_item_id),
        plan_code=service.plan_code,
        name=service.name,
        region=service.region,
        spec=dict(service.spec),
        waits_for=shown_id("inv", service.waits_for),
        created_at=service.created_at,
    )


def _summary(subscription: Subscription) -> dict[str, Any]:
    return {
        "id": public_id("sub", subscription.id),
        "status": subscription.status,
        "customer": public_id("cus", subscription.customer_id),
        "order": public_id("ord", subscription.order_id),
        "currency": subscription.currency,
        "cycle": str(subscription.cycle),
        "billing": subscription.billing,
        "time_zone": subscription.time_zone,
        "trial": subscription.is_trial,
        "started_on": subscription.started_on,
        "billed_to": subscription.billed_to,
        "period_end": subscription.period_end,
        "next_billing_at": subscription.next_billing_at,
        "minimum_until": subscription.minimum_until,
        "notice_days": subscription.notice_days,
        "end_on": subscription.end_on,
        "paused_on": subscription.paused_on,
        "held": bool(subscription.held_reason),
        "created_at": subscription.created_at,
        "ended_at": subscription.ended_at,
        "version": subscription.version,
    }
