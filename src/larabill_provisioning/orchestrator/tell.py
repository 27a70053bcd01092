"""What billing is told of a service."""

from __future__ import annotations

from typing import TypeAlias

from larabill_core.published import (
    ServiceAbandoned,
    ServiceActivated,
    ServiceEnded,
    ServiceFailed,
    ServiceResumed,
    ServiceSuspended,
)
from larabill_provisioning.ports import ProvisioningTx
from larabill_provisioning.resources.model import Resource

News: TypeAlias = type[ServiceActivated] | type[ServiceResumed] | type[ServiceEnded]


def tell(tx: ProvisioningTx, resource: Resource, news: News) -> None:
    tx.publish(
        news(
            seller_id=resource.seller_id,
            occurred_at=tx.now,
            service_id=resource.service_id,
            resource_id=resource.id,
        )
    )


def tell_suspended(tx: ProvisioningTx, resource: Resource) -> None:
    """It stands still; also told anew when the reason is another: billing's own, or that of staff."""
    tx.publish(
        ServiceSuspended(
            seller_id=resource.seller_id,
            occurred_at=tx.now,
            service_id=resource.service_id,
            resource_id=resource.id,
            by_staff=resource.suspended_by_staff,
        )
    )


def tell_failed(tx: ProvisioningTx, resource: Resource) -> None:
    """It stands in the operator's list."""
    tx.publish(
        ServiceFailed(
            seller_id=resource.seller_id,
            occurred_at=tx.now,
            service_id=resource.service_id,
            resource_id=resource.id,
            action=resource.failed_action,
            reason=resource.last_error,
        )
    )


def tell_held(tx: ProvisioningTx, resource: Resource, reason: str) -> None:
    """A change is held back for the operator; the service goes on as it is."""
    tx.publish(
        ServiceFailed(
            seller_id=resource.seller_id,
            occurred_at=tx.now,
            service_id=resource.service_id,
            resource_id=resource.id,
            action="change",
            reason=reason,
        )
    )


def tell_gone(tx: ProvisioningTx, resource: Resource) -> None:
    """It has ended; or was given up, and billing credits or refunds."""
    if resource.remedy not in ("credit", "refund"):
        tell(tx, resource, ServiceEnded)
        return
    tx.publish(
        ServiceAbandoned(
            seller_id=resource.seller_id,
            occurred_at=tx.now,
            service_id=resource.service_id,
            resource_id=resource.id,
            remedy="credit" if resource.remedy == "credit" else "refund",
        )
    )
