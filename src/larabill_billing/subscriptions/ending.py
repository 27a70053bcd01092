"""The end of agreements: their services are asked to end, and their data is kept for a while."""

from __future__ import annotations

from collections.abc import Sequence

from larabill_billing.settings import settings_of
from larabill_billing.subscriptions.model import GONE, Service, Subscription
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_core.published import ServiceEndRequested


def request_ends(tx: SubscriptionsTx, ended: Sequence[Subscription]) -> None:
    """Ask for the end of every service of these agreements; data is destroyed after `keep_data`. One query."""
    if not ended:
        return
    destroy_at = tx.now + settings_of(tx).keep_data
    services = tx.billing.services.for_subscriptions([subscription.id for subscription in ended])
    tx.publish(
        *(
            ServiceEndRequested(
                seller_id=tx.seller_id, occurred_at=tx.now, service_id=service.id, destroy_at=destroy_at
            )
            for subscription in ended
            for service in living(services.get(subscription.id, ()))
        )
    )


def living(services: Sequence[Service]) -> list[Service]:
    """Those that still exist, or may yet."""
    return [service for service in services if service.status not in GONE]
