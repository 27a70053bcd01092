"""Power actions: operations on a running resource that move none of its states.

They are recorded, keyed and sent like every other call, under the subject kind `power`. One operation at a time stands
open for a resource, so a power action never overlaps a suspension or a resize; what is wanted meanwhile follows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from larabill_core.calls.model import Operation, Retried, Withdrawn
from larabill_core.calls.perform import wake
from larabill_core.contracts.outcome import Failed, Manual, Outcome, Unknown
from larabill_core.contracts.provider import capabilities
from larabill_core.contracts.provisioner import ResourceRequest
from larabill_core.engine import Engine
from larabill_core.errors import Conflict
from larabill_core.ids import new_id
from larabill_provisioning.orchestrator.change import Change, save_changes
from larabill_provisioning.orchestrator.converge import can_do, converge, tags_of, task_of
from larabill_provisioning.orchestrator.outcomes import record_task
from larabill_provisioning.orchestrator.rules import goal
from larabill_provisioning.ports import ProvisioningTx
from larabill_provisioning.resources.model import Desired, Resource, Task
from larabill_provisioning.resources.states import ResourceStatus

SUBJECT = "power"
DEADLINE = timedelta(minutes=10)
"""What waits behind it, a suspension say, waits no longer."""


class PowerAction(StrEnum):
    """The methods of `larabill_core.contracts.power.Power` that change something."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"


def ask_power(tx: ProvisioningTx, resource_id: UUID, action: PowerAction) -> Task:
    """Record the operation and wake it; the task that shows it.

    Raises `Conflict` unless the resource runs, is wanted so and has no operation open, and where the driver cannot.
    """
    resource = tx.provisioning.resources.get(resource_id, lock=True)
    if not _runs(tx, resource):
        raise Conflict(f"resource {resource_id}", f"it is {resource.status}", "only what runs can be switched")
    require_power(tx, resource)
    if tx.operations.open_for([resource_id]):
        raise Conflict(f"resource {resource_id}", "an operation on it is under way", "wait for its end")
    operation = Operation(
        id=new_id(),
        seller_id=resource.seller_id,
        subject_kind=SUBJECT,
        subject_id=resource.id,
        account=resource.account,
        action=action.value,
        seq=tx.operations.next_seqs([resource.id])[resource.id],
        ref=resource.ref,
        next_at=tx.now,
        deadline_at=tx.now + DEADLINE,
        created_at=tx.now,
        updated_at=tx.now,
    )
    task = task_of(tx, operation)
    tx.operations.add_many([operation])
    tx.provisioning.tasks.add_many([task])
    tx.enqueue(wake("provisioning.change_resource", operation, tags_of(resource)))
    change = Change(tx, resource)
    change.note(f"ask_{action.value}", operation=operation.key)
    save_changes(tx, [change])
    return task


def require_power(tx: ProvisioningTx, resource: Resource) -> None:
    """Raises `Conflict` where the driver has no power actions."""
    if "power" not in can_do(tx, resource.account):
        raise Conflict(f"resource {resource.id}", f"driver {resource.driver or 'none'} cannot switch it on and off")


def _runs(tx: ProvisioningTx, resource: Resource) -> bool:
    return resource.status is ResourceStatus.ACTIVE and goal(resource, tx.now) is Desired.ACTIVE


def request_of(resource: Resource, key: str) -> ResourceRequest:
    """What the driver is told of the resource as it stands."""
    return ResourceRequest(
        ref=resource.ref,
        key=key,
        service_id=resource.service_id,
        driver_ref=resource.driver_ref or "",
        plan_code=resource.plan_code,
        spec=resource.spec,
        config=resource.config,
        customer_id=resource.customer_id,
    )


def power_call(engine: Engine, operation: Operation) -> PowerCall:
    """What `Module.calls` names for power actions. Raises `NotFound` when the account is not configured."""
    return PowerCall(engine, operation)


class PowerCall:
    """Implements `larabill_core.calls.call.Call`. A lost answer is asked for again under the same key."""

    poll_handler = "provisioning.poll_task"
    creates = False
    max_attempts = 3
    longest_poll = timedelta(minutes=1)
    deadline = DEADLINE

    def __init__(self, engine: Engine, operation: Operation) -> None:
        self._engine = engine
        self._driver = engine.drivers.get(operation.account)
        self._can = capabilities(self._driver)
        self.can_find = "find" in self._can
        self.dedupes = bool(self._driver.dedupes)
        self.tags = (f"resource:{operation.subject_id}", f"driver:{operation.account}")

    def admit(self, tx: ProvisioningTx, operation: Operation) -> Withdrawn | None:
        """Only what still runs, and is wanted so: a suspended service is not started by its customer."""
        resource = tx.provisioning.resources.get(operation.subject_id, lock=True)
        return None if _runs(tx, resource) else Withdrawn(reason=f"by now it is {resource.status}, or shall be")

    def find(self, operation: Operation) -> Outcome | None:
        """Nothing is made, so nothing is looked for."""
        return None

    def send(self, operation: Operation, save_progress: Callable[[Mapping[str, Any]], None]) -> Outcome:
        if "power" not in self._can:
            return Failed(reason=f"driver {self._driver.name} cannot switch it on and off")
        resource: Resource = self._engine.run(
            lambda tx: tx.provisioning.resources.get(operation.subject_id), seller=operation.seller_id
        )
        outcome: Outcome = getattr(self._driver, operation.action)(request_of(resource, operation.key))
        return outcome

    def poll(self, operation: Operation) -> Outcome:
        if "poll" not in self._can:
            return Unknown(reason="the driver gave a handle and cannot be asked about it")
        outcome: Outcome = self._driver.poll(operation.handle, operation.ref)
        return outcome

    def record(self, tx: ProvisioningTx, operation: Operation, outcome: Outcome | Withdrawn | Retried) -> None:
        """The task shows the end; then what was asked for meanwhile goes out."""
        record_task(tx, operation)
        change = Change(tx, tx.provisioning.resources.get(operation.subject_id, lock=True))
        if isinstance(outcome, Failed | Manual):
            change.note(f"{operation.action}_failed", reason=outcome.reason, operation=operation.key)
        converge(tx, [change])
