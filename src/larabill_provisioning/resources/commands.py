"""What staff decide about a resource: retry, adopt or abandon one that failed, change what a running one is, suspend it
and let it go, end it; begin again with an order. All are audited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from larabill_core.contracts.provisioner import Found, RemoteStatus
from larabill_core.errors import Conflict, Forbidden, InvalidInput, NotFound
from larabill_core.ids import new_id
from larabill_core.privacy import hash_id
from larabill_core.published import ServiceActivated, ServiceResumed
from larabill_provisioning.orchestrator.change import Change
from larabill_provisioning.orchestrator.converge import can_do, come_back, converge
from larabill_provisioning.orchestrator.reshape import reshape
from larabill_provisioning.orchestrator.tell import tell, tell_suspended
from larabill_provisioning.ports import ProvisioningTx
from larabill_provisioning.resources.model import Action, Desired, HeldChange, Resource
from larabill_provisioning.resources.states import SETTLED, ResourceEvent, ResourceStatus

Remedy = Literal["credit", "refund"]

LONGEST_KEPT = timedelta(days=3650)
"""The data of what has ended is kept no longer."""


def retry(tx: ProvisioningTx, resource_id: UUID) -> Resource:
    """Try again what failed, with a new operation: a create looks for what is there first. A change that was held back
    is let go, and a mended plan map counts as long as nothing was built.

    Raises `Conflict` unless the resource is idle and failed or has a change held back, and when that still cannot be
    had; `Forbidden` for customers.
    """
    change = _failed_and_idle(tx, resource_id, "retry", or_held=True)
    resource = change.resource
    unbuilt = resource.driver_ref is None and resource.desired is not Desired.GONE
    if resource.held is not None or unbuilt:
        wanted = resource.held or resource
        problem = reshape(tx, change, wanted.billing_plan, wanted.spec)
        if problem and not (resource.status is ResourceStatus.FAILED and resource.account):
            raise Conflict(f"resource {resource_id}", problem)
    change.note("retry", failed=resource.failed_action)
    converge(tx, [change], retry=True)
    return change.resource


def adopt(tx: ProvisioningTx, resource_id: UUID, driver_ref: str, seen: Found | None) -> Resource:
    """The operator says that `driver_ref` is this service. `seen` is what the driver knows, None if it cannot look.

    Where a change failed, or was held back while the service runs, it was made at the provider by hand.
    Raises `Conflict` unless the resource is idle and failed or has a change held back, or when `driver_ref` is another
    service; `Forbidden` for customers.
    """
    change = _failed_and_idle(tx, resource_id, "adopt", or_held=True)
    if not change.resource.account:
        raise Conflict(f"resource {resource_id}", "it has no account", change.resource.last_error)
    if _is_another(tx, change.resource, driver_ref, seen):
        raise not_there(change.resource, driver_ref)
    if seen is not None and seen.status is RemoteStatus.BUILDING:
        raise Conflict(f"resource {resource_id}", "it is still being built", "wait, then adopt or retry it")
    verified = "no" if seen is None else "yes"
    facts = {**change.resource.facts, **(seen.facts if seen is not None else {})}
    change.set(driver_ref=driver_ref, facts=facts, remedy="", drift="")
    held = change.resource.held
    if held is not None and change.resource.status is not ResourceStatus.FAILED:
        return _changed_by_hand(tx, change, held, verified)
    by_hand = change.resource.failed_action == Action.RESIZE
    applied = 0 if by_hand else change.resource.applied_version
    change.set(applied_version=applied or change.resource.spec_version)
    if seen is not None and seen.status is RemoteStatus.SUSPENDED:
        change.set(settled=ResourceStatus.SUSPENDED)
        change.note("adopt_suspended", driver_ref=hash_id(driver_ref), verified=verified)
        converge(tx, [change], retry=True)
        return change.resource
    first = change.resource.activated_at is None
    change.move(ResourceEvent.ADOPT, driver_ref=hash_id(driver_ref), verified=verified)
    change.set(
        last_error="",
        failed_action="",
        activated_at=change.resource.activated_at or tx.now,
    )
    tell(tx, change.resource, ServiceActivated if first else ServiceResumed)
    converge(tx, [change])
    return change.resource


def not_there(resource: Resource, driver_ref: str) -> Conflict:
    """The same for what is another service, perhaps another seller's, as for what the provider does not have (B01)."""
    return Conflict(
        f"resource {resource.id}",
        f"account {resource.account} has nothing with the id {driver_ref} under one of our refs that could be it",
        f"give the id of what the provider shows and no other service is, or name it there after {resource.ref}",
    )


def _is_another(tx: ProvisioningTx, resource: Resource, driver_ref: str, seen: Found | None) -> bool:
    """Whether another service stands as it, or what stands there is named after another that has not ended."""
    if tx.provisioning.resources.holder(resource.account, driver_ref) not in (None, resource.id):
        return True
    named = {seen.ref} - {resource.ref} if seen is not None else set()
    return bool(named and tx.provisioning.resources.refs_standing(resource.account, named))


def _changed_by_hand(tx: ProvisioningTx, change: Change, held: HeldChange, verified: str) -> Resource:
    problem = reshape(tx, change, held.billing_plan, held.spec, by_hand=True)
    if problem:
        raise Conflict(f"resource {change.resource.id}", problem)
    change.set(applied_version=change.resource.spec_version)
    change.note("change_by_hand", plan=change.resource.billing_plan, verified=verified)
    converge(tx, [change])
    return change.resource


def abandon(tx: ProvisioningTx, resource_id: UUID, remedy: Remedy, *, nothing_there: bool = False) -> Resource:
    """Give a failed resource up: remove whatever stands there, then let billing credit or refund.

    `nothing_there` is the operator's word for it where the driver cannot look. Raises `Conflict` unless the resource is
    failed and idle, `InvalidInput` for another remedy, `Forbidden` for customers.
    """
    if remedy not in ("credit", "refund"):
        raise InvalidInput.one("remedy", "is not known", value=remedy, remedy="use credit or refund")
    change = _failed_and_idle(tx, resource_id, "abandon")
    change.set(remedy=remedy, desired=Desired.GONE, destroy_at=tx.now, case_version=None)
    change.note("abandon", remedy=remedy, nothing_there="yes" if nothing_there else "")
    converge(tx, [change], retry=True, nothing_there=nothing_there)
    return change.resource


def change_plan(tx: ProvisioningTx, resource_id: UUID, *, billing_plan: str, spec: Mapping[str, Any]) -> Resource:
    """Bring a running resource to another plan or specification at the same account.

    Raises `Conflict` when it does not run, the plan lies at another account or the driver cannot resize; `Forbidden`
    for customers.
    """
    _require_staff(tx)
    change = Change(tx, tx.provisioning.resources.get(resource_id, lock=True))
    resource = change.resource
    if resource.status not in SETTLED or resource.desired is Desired.GONE:
        raise Conflict(f"resource {resource_id}", f"it is {resource.status}", "only a running service can change")
    problem = reshape(tx, change, billing_plan, spec)
    if problem:
        raise Conflict(f"resource {resource_id}", problem)
    change.note("change_plan", plan=billing_plan)
    converge(tx, [change])
    return change.resource


def suspend(tx: ProvisioningTx, resource_id: UUID) -> Resource:
    """Suspended by staff: it stays so, also when it is paid, until `resume`. Once more changes nothing.

    Billing's own wish is kept beside it. Raises `Conflict` for what ends or has ended, and where the driver cannot
    suspend; `Forbidden` for customers.
    """
    change = _living(tx, resource_id)
    resource = change.resource
    if resource.suspended_by_staff:
        return resource
    if resource.account and "suspend" not in can_do(tx, resource.account):
        raise Conflict(f"resource {resource_id}", f"driver {resource.driver} cannot suspend", "do it at the provider")
    change.set(suspended_by_staff=True)
    change.note("suspend_by_staff")
    return _converged(tx, change)


def resume(tx: ProvisioningTx, resource_id: UUID) -> Resource:
    """Staff let it go. It runs again, unless billing wants it suspended too.

    Raises `Conflict` when staff have not suspended it, or it ends; `Forbidden` for customers.
    """
    change = _living(tx, resource_id)
    resource = change.resource
    if not resource.suspended_by_staff:
        owed = "settle what is owed, or pause its dunning" if resource.desired is Desired.SUSPENDED else ""
        raise Conflict(f"resource {resource_id}", "staff have not suspended it", owed)
    change.set(suspended_by_staff=False)
    change.note("resume_by_staff")
    return _converged(tx, change)


def _converged(tx: ProvisioningTx, change: Change) -> Resource:
    """Billing hears at once whose wish it is that something stands still."""
    converge(tx, [change])
    if change.resource.status is ResourceStatus.SUSPENDED:
        tell_suspended(tx, change.resource)
    return change.resource


def end(tx: ProvisioningTx, resource_id: UUID, destroy_at: datetime) -> Resource:
    """Suspend it now, where the driver can, and destroy it with its data at `destroy_at` (now, if that is past).

    Until then another date may be given; only a reactivation of the agreement brings it back. Billing hears of the end
    and charges for it no more. Raises `InvalidInput` for a date that is years away, `Conflict` when it has ended, is
    being destroyed or was given up, `Forbidden` for customers.
    """
    if destroy_at > tx.now + LONGEST_KEPT:
        raise InvalidInput.one("destroy_at", "is too far away", remedy=f"at most {LONGEST_KEPT.days} days from now")
    _require_staff(tx)
    change = Change(tx, tx.provisioning.resources.get(resource_id, lock=True))
    resource = change.resource
    if resource.remedy or resource.status in (ResourceStatus.DEPROVISIONING, ResourceStatus.DEPROVISIONED):
        why = "it was given up" if resource.remedy else f"it is {resource.status}"
        raise Conflict(f"resource {resource_id}", why, "there is nothing more to end")
    change.set(
        desired=Desired.GONE,
        case_version=None,
        destroy_at=max(destroy_at, tx.now).astimezone(UTC),
        asked_at=tx.now,
        asked_by=new_id(),
    )
    change.note("end_by_staff")
    converge(tx, [change])
    come_back(tx, change.resource)
    return change.resource


def kick(tx: ProvisioningTx, order_id: UUID) -> list[Resource]:
    """Begin again with what of an order was not built: those that wait go out, those whose create failed try anew.

    All of the order's resources; constant statements for any number. What runs, ends or is under way is left alone.
    Raises `NotFound` for an order that was not released, `Forbidden` for customers.
    """
    _require_staff(tx)
    changes = [Change(tx, resource) for resource in tx.provisioning.resources.for_order(order_id)]
    if not changes:
        raise NotFound("released order", order_id)
    busy = tx.operations.open_for([change.resource.id for change in changes])
    unbuilt = [change for change in changes if change.resource.id not in busy and _is_unbuilt(change.resource)]
    maps = tx.provisioning.plan_maps.for_plans({change.resource.billing_plan for change in unbuilt})
    for change in unbuilt:
        reshape(tx, change, change.resource.billing_plan, change.resource.spec, maps=maps)
        change.note("kick", failed=change.resource.failed_action)
    converge(tx, unbuilt, retry=True)
    return [change.resource for change in changes]


def _is_unbuilt(resource: Resource) -> bool:
    unbuilt = (ResourceStatus.PENDING, ResourceStatus.QUEUED, ResourceStatus.FAILED)
    return resource.status in unbuilt and resource.driver_ref is None and resource.desired is not Desired.GONE


def _living(tx: ProvisioningTx, resource_id: UUID) -> Change:
    _require_staff(tx)
    resource = tx.provisioning.resources.get(resource_id, lock=True)
    if resource.desired is Desired.GONE or resource.status is ResourceStatus.DEPROVISIONED:
        raise Conflict(f"resource {resource_id}", "it ends, or has ended")
    return Change(tx, resource)


def _failed_and_idle(tx: ProvisioningTx, resource_id: UUID, what: str, *, or_held: bool = False) -> Change:
    _require_staff(tx)
    resource = tx.provisioning.resources.get(resource_id, lock=True)
    if resource.status is not ResourceStatus.FAILED and not (or_held and resource.held is not None):
        raise Conflict(f"resource {resource_id}", f"it is {resource.status}", f"only a failed one can be {what}ed")
    if tx.operations.open_for([resource_id]):
        raise Conflict(f"resource {resource_id}", "an operation on it is under way", "wait for its end")
    return Change(tx, resource)


def _require_staff(tx: ProvisioningTx) -> None:
    if tx.actor.kind not in ("staff", "system"):
        raise Forbidden("resources.write", str(tx.actor))
