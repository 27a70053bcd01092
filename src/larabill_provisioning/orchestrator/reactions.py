"""What provisioning does when billing publishes something. Each may come twice, late, or in another order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from larabill_core.errors import RetryLater
from larabill_core.ids import new_id
from larabill_core.messages import Event
from larabill_core.published import (
    OrderReleased,
    ReleasedItem,
    ServiceChangeRequested,
    ServiceEndRequested,
    ServiceResumeRequested,
    ServicesOrdered,
    ServiceSuspendRequested,
)
from larabill_provisioning.orchestrator.change import Change
from larabill_provisioning.orchestrator.converge import come_back, converge
from larabill_provisioning.orchestrator.reshape import hold, place, reshape
from larabill_provisioning.orchestrator.rules import tries_anew
from larabill_provisioning.orchestrator.tell import tell_failed
from larabill_provisioning.plans.model import PlanMap, choose, no_map
from larabill_provisioning.ports import ProvisioningTx
from larabill_provisioning.resources.model import Action, Desired, Resource
from larabill_provisioning.resources.states import ResourceEvent, ResourceStatus


def on_order_released(tx: ProvisioningTx, event: OrderReleased) -> None:
    """One resource for each unit of the order, and its provisioning."""
    _build(tx, event)


def on_services_ordered(tx: ProvisioningTx, event: ServicesOrdered) -> None:
    """The same for units that were added to a running agreement."""
    _build(tx, event)


def _build(tx: ProvisioningTx, event: OrderReleased | ServicesOrdered) -> None:
    """One resource for each service that has none yet (I2). Constant statements for any size."""
    known = tx.provisioning.resources.services_known([item.service_id for item in event.items])
    items = [item for item in event.items if item.service_id not in known]
    if not items:
        return
    maps = tx.provisioning.plan_maps.for_plans({item.plan_code for item in items})
    resources = [_new_resource(tx, event, item) for item in items]
    tx.provisioning.resources.add_many(resources)
    changes = [Change(tx, resource) for resource in resources]
    for change in changes:
        change.created()
        _assign(tx, change, maps)
    converge(tx, changes)


def _new_resource(tx: ProvisioningTx, event: OrderReleased | ServicesOrdered, item: ReleasedItem) -> Resource:
    return Resource(
        id=new_id(),
        seller_id=tx.seller_id,
        customer_id=event.customer_id,
        order_id=event.order_id,
        service_id=item.service_id,
        name=item.name,
        billing_plan=item.plan_code,
        region=item.region,
        spec=dict(item.spec),
        on_failure=item.on_failure,
        asked_at=event.occurred_at,
        asked_by=event.event_id,
        created_at=tx.now,
        updated_at=tx.now,
    )


def _assign(tx: ProvisioningTx, change: Change, maps: Sequence[PlanMap]) -> None:
    """Give the new resource its account and plan there, or let it fail with what is missing."""
    plan, region = change.resource.billing_plan, change.resource.region
    chosen = choose(maps, plan, region)
    problem = no_map(plan, region) if chosen is None else place(tx, change, chosen)
    if problem:
        change.move(ResourceEvent.FAIL, reason=problem)
        change.set(failed_action=Action.PROVISION.value, last_error=problem)
        tell_failed(tx, change.resource)


def on_change_requested(tx: ProvisioningTx, event: ServiceChangeRequested) -> None:
    """Another plan or specification: built so, or resized as soon as the resource stands still; else held back.

    Counted apart from the other requests: a newer suspension does not make an older change void, nor the other way.
    """
    change = _known(tx, event.service_id)
    if change is None:
        return
    before = change.resource
    last = before.plan_asked_at, before.plan_asked_by
    if None not in last and (event.occurred_at, event.event_id) <= last:
        return
    change.set(plan_asked_at=event.occurred_at, plan_asked_by=event.event_id)
    problem = reshape(tx, change, event.plan_code, event.spec)
    if problem:
        hold(tx, change, event.plan_code, event.spec, problem)
    else:
        change.note("ask_change", plan=event.plan_code)
    changed = change.resource.spec_version > before.spec_version
    converge(tx, [change], retry=changed and tries_anew(before))


def on_suspend_requested(tx: ProvisioningTx, event: ServiceSuspendRequested) -> None:
    change = _heed(tx, event, event.service_id)
    if change is not None and change.resource.desired is not Desired.GONE:
        _want(tx, change, event=event, desired=Desired.SUSPENDED, case_version=event.case_version, destroy_at=None)


def on_resume_requested(tx: ProvisioningTx, event: ServiceResumeRequested) -> None:
    """Undoes a suspension, and an end for non-payment. An agreement that is over for another reason stays so, unless
    it was reactivated; what was given up (`remedy`), or has no data any more, never comes back."""
    change = _heed(tx, event, event.service_id)
    if change is None or change.resource.remedy:
        return
    if change.resource.desired is Desired.GONE and change.resource.case_version is None and not event.reactivated:
        return
    _want(tx, change, event=event, desired=Desired.ACTIVE, case_version=None, destroy_at=None)


def on_end_requested(tx: ProvisioningTx, event: ServiceEndRequested) -> None:
    """Suspend now, where the driver can; destroy at `destroy_at`."""
    change = _heed(tx, event, event.service_id)
    if change is not None and not change.resource.remedy:
        _want(
            tx, change, event=event, desired=Desired.GONE, case_version=event.case_version, destroy_at=event.destroy_at
        )


def _heed(tx: ProvisioningTx, event: Event, service_id: UUID) -> Change | None:
    """The service's resource, when this request is newer than the one heeded last."""
    change = _known(tx, service_id)
    if change is None:
        return None
    last = change.resource.asked_at, change.resource.asked_by
    return change if (event.occurred_at, event.event_id) > last else None


def _known(tx: ProvisioningTx, service_id: UUID) -> Change | None:
    """The service's resource; None when it has ended.

    Raises `RetryLater` while there is no resource: the order's release may still be on its way.
    """
    resource = tx.provisioning.resources.for_service(service_id)
    if resource is None:
        raise RetryLater(f"service {service_id} has no resource yet")
    return None if resource.status is ResourceStatus.DEPROVISIONED else Change(tx, resource)


def _want(
    tx: ProvisioningTx,
    change: Change,
    *,
    event: Event,
    desired: Desired,
    case_version: int | None,
    destroy_at: datetime | None,
) -> None:
    change.set(
        desired=desired,
        case_version=case_version,
        destroy_at=destroy_at,
        asked_at=event.occurred_at,
        asked_by=event.event_id,
    )
    change.note(f"ask_{desired.value}")
    converge(tx, [change])
    come_back(tx, change.resource)
