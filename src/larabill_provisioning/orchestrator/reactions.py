"""What provisioning does when billing publishes something. Each may come twice, late, or in another order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from larabill_core.errors import ConfigurationError, NotFound, RetryLater
from larabill_core.ids import new_id
from larabill_core.messages import Event
from larabill_core.published import (
    OrderReleased,
    ReleasedItem,
    ServiceEndRequested,
    ServiceResumeRequested,
    ServiceSuspendRequested,
)
from larabill_provisioning.orchestrator.change import Change
from larabill_provisioning.orchestrator.converge import come_back, converge
from larabill_provisioning.orchestrator.tell import tell_failed
from larabill_provisioning.plans.model import PlanMap, choose, no_map
from larabill_provisioning.ports import ProvisioningTx
from larabill_provisioning.resources.model import Action, Desired, Resource
from larabill_provisioning.resources.states import ResourceEvent, ResourceStatus


def on_order_released(tx: ProvisioningTx, event: OrderReleased) -> None:
    """One resource for each service that has none yet, and its provisioning (I2). Constant statements for any size."""
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
        assign(tx, change, maps)
    converge(tx, changes)


def _new_resource(tx: ProvisioningTx, event: OrderReleased, item: ReleasedItem) -> Resource:
    return Resource(
        id=new_id(),
        seller_id=tx.seller_id,
        customer_id=event.customer_id,
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


def assign(tx: ProvisioningTx, change: Change, maps: Sequence[PlanMap]) -> None:
    """Give the resource its account and plan there, or let it fail with what is missing."""
    resource = change.resource
    chosen = choose(maps, resource.billing_plan, resource.region)
    problem = no_map(resource.billing_plan, resource.region) if chosen is None else ""
    if chosen is not None:
        try:
            driver = tx.engine.drivers.get(chosen.account)
            change.set(
                account=chosen.account,
                driver=tx.engine.drivers.info(chosen.account).name,
                ref=driver.ref_for(resource.service_id),
                plan_code=chosen.provider_plan_code,
                config=dict(chosen.config),
            )
            return
        except (NotFound, ConfigurationError) as unusable:
            problem = f"account {chosen.account} cannot be used: {unusable}; mend [drivers], then retry the resource"
    if resource.status is ResourceStatus.PENDING:
        change.move(ResourceEvent.FAIL, reason=problem)
    change.set(failed_action=Action.PROVISION.value, last_error=problem)
    tell_failed(tx, change.resource)


def on_suspend_requested(tx: ProvisioningTx, event: ServiceSuspendRequested) -> None:
    change = _heed(tx, event, event.service_id)
    if change is not None and change.resource.desired is not Desired.GONE:
        _want(tx, change, event=event, desired=Desired.SUSPENDED, case_version=event.case_version, destroy_at=None)


def on_resume_requested(tx: ProvisioningTx, event: ServiceResumeRequested) -> None:
    """Undoes a suspension, and an end for non-payment; an agreement that is over for another reason stays so."""
    change = _heed(tx, event, event.service_id)
    if change is None or change.resource.remedy:
        return
    if change.resource.desired is Desired.GONE and change.resource.case_version is None:
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
    """The service's resource, when this request is newer than the one heeded last.

    Raises `RetryLater` while there is no resource: the order's release may still be on its way.
    """
    resource = tx.provisioning.resources.for_service(service_id)
    if resource is None:
        raise RetryLater(f"service {service_id} has no resource yet")
    if (event.occurred_at, event.event_id) <= (resource.asked_at, resource.asked_by):
        return None
    if resource.status is ResourceStatus.DEPROVISIONED:
        return None
    return Change(tx, resource)


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
