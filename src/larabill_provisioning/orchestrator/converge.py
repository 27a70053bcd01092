"""Intends the next operation on each resource that has none open: called after every request and every outcome.

A request that arrives while an operation runs only changes what is desired; the outcome of that operation comes here
again, so that no request is lost (I8, I9).
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import attrs

from larabill_core.calls.model import Operation
from larabill_core.calls.perform import wake
from larabill_core.contracts.provider import capabilities
from larabill_core.errors import ConfigurationError, NotFound
from larabill_core.ids import derived_id, new_id
from larabill_core.jobs import NewJob
from larabill_provisioning.orchestrator.change import Change, save_changes
from larabill_provisioning.orchestrator.rules import next_action
from larabill_provisioning.orchestrator.tell import tell_gone
from larabill_provisioning.ports import ProvisioningTx
from larabill_provisioning.resources.model import Action, Resource, Task
from larabill_provisioning.resources.states import ResourceEvent, ResourceStatus
from larabill_provisioning.settings import ProvisioningSettings

SUBJECT = "resource"

HANDLERS = {
    Action.PROVISION: "provisioning.kick_provision",
    Action.SUSPEND: "provisioning.change_resource",
    Action.RESUME: "provisioning.change_resource",
    Action.RESIZE: "provisioning.change_resource",
    Action.DEPROVISION: "provisioning.deprovision_resource",
}
"""The job that starts an action."""


@attrs.frozen(kw_only=True)
class ResourceDue:
    """The payload of a job that looks at one resource."""

    resource_id: UUID


def converge(
    tx: ProvisioningTx, changes: Sequence[Change], *, retry: bool = False, nothing_there: bool = False
) -> dict[UUID, Operation]:
    """Write `changes`, and the operation that each resource needs next; those operations, by resource.

    A constant number of statements for any number of changes. `retry` lets failed resources try again what failed;
    `nothing_there` is an operator's word that an unfinished create has left nothing.
    """
    busy = tx.operations.open_for([change.resource.id for change in changes])
    can = {account: can_do(tx, account) for account in {change.resource.account for change in changes}}
    chosen: list[tuple[Change, Action]] = []
    for change in changes:
        resource = change.resource
        action = next_action(resource, tx.now, can=can[resource.account], retry=retry)
        if action is None or resource.id in busy:
            continue
        if not resource.account:
            _without_account(tx, change, action)
            continue
        if action is Action.PROVISION and resource.status is not ResourceStatus.QUEUED:
            change.move(ResourceEvent.QUEUE)
        chosen.append((change, action))
    operations = _intend(tx, chosen, nothing_there)
    save_changes(tx, changes)
    return operations


def _intend(tx: ProvisioningTx, chosen: Sequence[tuple[Change, Action]], nothing_there: bool) -> dict[UUID, Operation]:
    if not chosen:
        return {}
    seqs = tx.operations.next_seqs([change.resource.id for change, _ in chosen])
    settings = settings_of(tx)
    operations = {}
    for change, action in chosen:
        resource = change.resource
        operations[resource.id] = Operation(
            id=new_id(),
            seller_id=resource.seller_id,
            subject_kind=SUBJECT,
            subject_id=resource.id,
            account=resource.account,
            action=action.value,
            seq=seqs[resource.id],
            ref=resource.ref,
            arguments={**_arguments(resource), "nothing_there": nothing_there},
            next_at=tx.now,
            deadline_at=tx.now + settings.deadline,
            created_at=tx.now,
            updated_at=tx.now,
        )
    tx.operations.add_many(list(operations.values()))
    tx.provisioning.tasks.add_many([task_of(tx, operation) for operation in operations.values()])
    for change, action in chosen:
        tx.enqueue(wake(HANDLERS[action], operations[change.resource.id], tags_of(change.resource)))
    return operations


def _arguments(resource: Resource) -> dict[str, object]:
    """What the call is made with: kept with the operation, so that one key always means the same request."""
    return {
        "plan_code": resource.plan_code,
        "region": resource.region,
        "spec": dict(resource.spec),
        "config": dict(resource.config),
        "spec_version": resource.spec_version,
        "was": resource.settled.value,
    }


def task_of(tx: ProvisioningTx, operation: Operation) -> Task:
    """The operation as people see it."""
    return Task(
        id=new_id(),
        seller_id=operation.seller_id,
        resource_id=operation.subject_id,
        operation_id=operation.id,
        action=operation.action,
        status=operation.status.value,
        created_at=tx.now,
        updated_at=tx.now,
    )


def _without_account(tx: ProvisioningTx, change: Change, action: Action) -> None:
    """Nothing was ever handed to a provider, so there is nothing to ask one: it can only be given up."""
    if action is Action.DEPROVISION:
        change.move(ResourceEvent.DEPROVISION)
        end(tx, change)


def end(tx: ProvisioningTx, change: Change) -> None:
    """Nothing stands there any more."""
    change.move(ResourceEvent.DEPROVISIONED)
    change.set(ended_at=tx.now, last_error="", failed_action="", drift="", held=None)
    tx.secrets.delete("larabill_resources", change.resource.id)
    tell_gone(tx, change.resource)


def can_do(tx: ProvisioningTx, account: str) -> frozenset[str]:
    """The capabilities of the account's driver; none for one that is not configured (any more)."""
    try:
        return capabilities(tx.engine.drivers.get(account)) if account else frozenset()
    except (NotFound, ConfigurationError):
        return frozenset()


def settings_of(tx: ProvisioningTx) -> ProvisioningSettings:
    settings: ProvisioningSettings = tx.engine.manifest.settings["provisioning"]
    return settings


def tags_of(resource: Resource) -> tuple[str, ...]:
    return (f"resource:{resource.id}", f"driver:{resource.account}")


def come_back(tx: ProvisioningTx, resource: Resource) -> None:
    """Look at the resource again when its data may be destroyed."""
    if resource.destroy_at is not None and resource.destroy_at > tx.now:
        tx.enqueue(
            NewJob(
                handler="provisioning.converge",
                payload=ResourceDue(resource_id=resource.id),
                event_id=derived_id(resource.id, f"destroy:{resource.destroy_at.isoformat()}"),
                seller_id=resource.seller_id,
                run_at=resource.destroy_at,
                tags=tags_of(resource),
            )
        )


def converge_one(tx: ProvisioningTx, payload: ResourceDue) -> None:
    """The job handler: what is due for one resource."""
    converge(tx, [Change(tx, tx.provisioning.resources.get(payload.resource_id, lock=True))])
