"""What billing makes of provisioning's events: the state of the service, and of the agreement when one is gone."""

from __future__ import annotations

from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record
from larabill_billing.catalog.stock import give_back
from larabill_billing.subscriptions.carry_out import services_ordered, units_of
from larabill_billing.subscriptions.model import LIVE, Service
from larabill_billing.subscriptions.overtaken import fail_overtaken
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_billing.subscriptions.renewal import ended
from larabill_billing.subscriptions.serving import living
from larabill_billing.subscriptions.states import SERVICE
from larabill_core.messages import Event
from larabill_core.published import (
    InvoicePaid,
    ServiceAbandoned,
    ServiceActivated,
    ServiceEnded,
    ServiceFailed,
    ServiceResumed,
    ServiceSuspended,
)


def on_activated(tx: SubscriptionsTx, event: ServiceActivated) -> None:
    """The driver has confirmed that it runs (I14)."""
    hear(tx, event.service_id, "activated", event)


def on_suspended(tx: SubscriptionsTx, event: ServiceSuspended) -> None:
    """It stands still."""
    hear(tx, event.service_id, "suspended", event, by_staff=event.by_staff)


def on_resumed(tx: SubscriptionsTx, event: ServiceResumed) -> None:
    """It runs again."""
    hear(tx, event.service_id, "resumed", event)


def on_failed(tx: SubscriptionsTx, event: ServiceFailed) -> None:
    """Matters only before it ever ran; later failures stand in provisioning's list."""
    hear(tx, event.service_id, "failed", event, reason=f"{event.action}: {event.reason}")


def on_ended(tx: SubscriptionsTx, event: ServiceEnded) -> None:
    """Its data is gone, its place is free. Where the agreement goes on without it, it is billed for one unit less."""
    service = hear(tx, event.service_id, "ended", event)
    if service is not None:
        take_out(tx, service, "the service has ended")
        give_back(tx, units_of([service]))


def on_invoice_paid(tx: SubscriptionsTx, event: InvoicePaid) -> None:
    """Work begins for the units that waited for this invoice."""
    waiting = tx.billing.services.waiting_for(event.invoice_id)
    if waiting:
        tx.billing.services.stop_waiting(event.invoice_id)
        tx.publish(services_ordered(tx, waiting))


def abandon(tx: SubscriptionsTx, event: ServiceAbandoned) -> Service | None:
    """It was given up before it ever ran: it is billed no more. None when the event changes nothing."""
    service = hear(tx, event.service_id, "abandoned", event)
    if service is not None:
        take_out(tx, service, "the service was abandoned")
        give_back(tx, units_of([service]))
    return service


def hear(
    tx: SubscriptionsTx, service_id: UUID, what: str, event: Event, reason: str = "", *, by_staff: bool = False
) -> Service | None:
    """The service after the event; None when the event changes nothing.

    Events are delivered at least once and in any order: one that happened before the last one heard says nothing.
    """
    service = tx.billing.services.get(service_id, lock=True)
    happened = (event.occurred_at, event.event_id)
    if service.told_at is not None and service.told_by is not None and happened <= (service.told_at, service.told_by):
        return None
    status = SERVICE.get((service.status, what))
    if status is None:
        return None
    changed = attrs.evolve(
        service, status=status, suspended_by_staff=by_staff, told_at=event.occurred_at, told_by=event.event_id
    )
    tx.billing.services.save(changed)
    if status is service.status:
        return None
    record(tx, "service", service.id, what, service.status, status, reason)
    return changed


def take_out(tx: SubscriptionsTx, service: Service, reason: str) -> None:
    """One unit less of the service's item, unless it was to end; the agreement ends with its last unit."""
    if service.subscription_id is None or service.subscription_item_id is None:
        return
    subscription = tx.billing.subscriptions.get(service.subscription_id, lock=True)
    if subscription.status not in LIVE:
        return
    item = tx.billing.subscriptions.item(service.subscription_item_id, lock=True)
    if not tx.billing.plans.get_many([item.plan_id])[item.plan_id].provision:
        return
    services = living(tx.billing.services.for_subscriptions([subscription.id]).get(subscription.id, ()))
    left = sum(each.subscription_item_id == item.id for each in services)
    if left >= item.quantity:
        return
    tx.billing.subscriptions.save_items([attrs.evolve(item, quantity=left)])
    record(tx, "subscription", subscription.id, "take_out", subscription.status, subscription.status, reason)
    if tx.billing.subscriptions.living_items([subscription.id]).get(subscription.id):
        return
    over = ended(subscription, tx.now)
    tx.billing.subscriptions.save_many([over])
    fail_overtaken(tx, [(subscription, over)])
    record(tx, "subscription", subscription.id, "end", subscription.status, over.status, reason)
