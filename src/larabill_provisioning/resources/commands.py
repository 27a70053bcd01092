"""What staff may do: retry, adopt or abandon a failed resource, and change what a running one is. All are audited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from larabill_core.contracts.provisioner import Found, RemoteStatus
from larabill_core.errors import Conflict, Forbidden, InvalidInput
from larabill_core.privacy import hash_id
from larabill_core.published import ServiceActivated, ServiceResumed
from larabill_provisioning.orchestrator.change import Change
from larabill_provisioning.orchestrator.converge import converge
from larabill_provisioning.orchestrator.reactions import assign
from larabill_provisioning.orchestrator.tell import tell
from larabill_provisioning.plans.model import choose, no_map
from larabill_provisioning.ports import ProvisioningTx
from larabill_provisioning.resources.model import Desired, Resource
from larabill_provisioning.resources.states import SETTLED, ResourceEvent, ResourceStatus

Remedy = Literal["credit", "refund"]


def retry(tx: ProvisioningTx, resource_id: UUID) -> Resource:
    """Try again what failed, with a new operation: a create looks for what is there first.

    Raises `Conflict` unless the resource is failed and idle, `Forbidden` for customers.
    """
    change = _failed_and_idle(tx, resource_id, "retry")
    if change.resource.driver_ref is None and change.resource.desired is not Desired.GONE:
        _choose_plan(tx, change)
    change.note("retry", failed=change.resource.failed_action)
    converge(tx, [change], retry=True)
    return change.resource


def _choose_plan(tx: ProvisioningTx, change: Change) -> None:
    """A mended plan map counts, as nothing was built yet; but at the same account, where something may stand."""
    resource = change.resource
    maps = tx.provisioning.plan_maps.for_plans({resource.billing_plan})
    if not resource.account:
        assign(tx, change, maps)
        return
    chosen = choose(maps, resource.billing_plan, resource.region)
    if chosen is not None and chosen.account == resource.account:
        change.set(plan_code=chosen.provider_plan_code, config=dict(chosen.config))


def adopt(tx: ProvisioningTx, resource_id: UUID, driver_ref: str, seen: Found | None) -> Resource:
    """The operator says that `driver_ref` is this service. `seen` is what the driver knows, None if it cannot look.

    Raises `Conflict` unless the resource is failed and idle, or when another service stands as `driver_ref`;
    `Forbidden` for customers.
    """
    change = _failed_and_idle(tx, resource_id, "adopt")
    if not change.resource.account:
        raise Conflict(f"resource {resource_id}", "it has no account", change.resource.last_error)
    if tx.provisioning.resources.holder(change.resource.account, driver_ref) not in (None, resource_id):
        raise Conflict(f"resource {resource_id}", f"another service stands as {driver_ref}", "give the right id")
    if seen is not None and seen.status is RemoteStatus.BUILDING:
        raise Conflict(f"resource {resource_id}", "it is still being built", "wait, then adopt or retry it")
    verified = "no" if seen is None else "yes"
    facts = {**change.resource.facts, **(seen.facts if seen is not None else {})}
    change.set(driver_ref=driver_ref, facts=facts, remedy="", drift="")
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
        applied_version=change.resource.applied_version or change.resource.spec_version,
    )
    tell(tx, change.resource, ServiceActivated if first else ServiceResumed)
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

    Raises `Conflict` when it does not run or the plan lies at another account, `Forbidden` for customers.
    """
    _require_staff(tx)
    change = Change(tx, tx.provisioning.resources.get(resource_id, lock=True))
    resource = change.resource
    if resource.status not in SETTLED or resource.desired is Desired.GONE:
        raise Conflict(f"resource {resource_id}", f"it is {resource.status}", "only a running service can change")
    chosen = choose(tx.provisioning.plan_maps.for_plans({billing_plan}), billing_plan, resource.region)
    if chosen is None:
        raise Conflict(f"resource {resource_id}", no_map(billing_plan, resource.region))
    if chosen.account != resource.account:
        raise Conflict(f"resource {resource_id}", f"plan {billing_plan} lies at account {chosen.account}")
    change.set(
        billing_plan=billing_plan,
        plan_code=chosen.provider_plan_code,
        config=dict(chosen.config),
        spec=dict(spec),
        spec_version=resource.spec_version + 1,
    )
    change.note("change_plan", plan=billing_plan)
    converge(tx, [change])
    return change.resource


def _failed_and_idle(tx: ProvisioningTx, resource_id: UUID, what: str) -> Change:
    _require_staff(tx)
    resource = tx.provisioning.resources.get(resource_id, lock=True)
    if resource.status is not ResourceStatus.FAILED:
        raise Conflict(f"resource {resource_id}", f"it is {resource.status}", f"only a failed one can be {what}ed")
    if tx.operations.open_for([resource_id]):
        raise Conflict(f"resource {resource_id}", "an operation on it is under way", "wait for its end")
    return Change(tx, resource)


def _require_staff(tx: ProvisioningTx) -> None:
    if tx.actor.kind not in ("staff", "system"):
        raise Forbidden("resources.write", str(tx.actor))
