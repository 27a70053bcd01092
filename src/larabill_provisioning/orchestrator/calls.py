"""An operation on a resource, carried out: asked for the last time, sent to the driver, polled, and recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import attrs

from larabill_core.calls.model import Operation, Retried, Withdrawn
from larabill_core.contracts.customers import Contact
from larabill_core.contracts.outcome import Done, Failed, Manual, Outcome, Pending, Unknown
from larabill_core.contracts.provider import capabilities
from larabill_core.contracts.provisioner import Found, ProvisionRequest, RemoteStatus, ResourceRequest
from larabill_core.engine import Engine
from larabill_core.privacy import Secret
from larabill_provisioning.credentials.access import ensure_password, password_of
from larabill_provisioning.orchestrator.change import Change, save_changes
from larabill_provisioning.orchestrator.outcomes import record_outcome
from larabill_provisioning.orchestrator.rules import STARTS, WORKING, is_outdated, is_wanted
from larabill_provisioning.ports import ProvisioningTx
from larabill_provisioning.resources.model import Action, Desired, Resource
from larabill_provisioning.resources.states import ResourceStatus
from larabill_provisioning.settings import ProvisioningSettings

LOOK = "look"
LONGEST_POLL = timedelta(minutes=5)
"""The handle of work that is followed by looking for our `ref`, where the provider gave no handle of its own."""


def resource_call(engine: Engine, operation: Operation) -> ResourceCall:
    """What `Module.calls` names for operations on resources. Raises `NotFound` when the account is not configured."""
    return ResourceCall(engine, operation)


class ResourceCall:
    """Implements `larabill_core.calls.call.Call`."""

    poll_handler = "provisioning.poll_task"

    def __init__(self, engine: Engine, operation: Operation) -> None:
        settings: ProvisioningSettings = engine.manifest.settings["provisioning"]
        self._engine = engine
        self._driver = engine.drivers.get(operation.account)
        self._can = capabilities(self._driver)
        self.action = Action(operation.action)
        self.creates = self.action is Action.PROVISION
        self.can_find = "find" in self._can
        self.dedupes = bool(self._driver.dedupes)
        self.tags = (f"resource:{operation.subject_id}", f"driver:{operation.account}")
        self.max_attempts = settings.max_attempts
        self.longest_poll = LONGEST_POLL
        self.deadline = settings.deadline
        self._found = False

    def admit(self, tx: ProvisioningTx, operation: Operation) -> Withdrawn | None:
        """Still wanted, not too early, and nothing paid meanwhile: only then the state says that it is under way."""
        resource = tx.provisioning.resources.get(operation.subject_id, lock=True)
        if not is_wanted(resource, self.action, tx.now):
            return Withdrawn(reason=f"by now the resource shall be {resource.desired}")
        version = operation.arguments["spec_version"]
        if is_outdated(resource, self.action, version) and not operation.progress:
            # Never sent under this key. A create that has made some of its steps is finished first, then resized.
            return Withdrawn(reason="by now the resource shall be of another plan or specification")
        change = Change(tx, resource)
        if self._takes_away() and not self._may_take_away(tx, resource):
            # Billing asks again if it still wants to: a payment is on its way, or has come.
            stays = Desired.SUSPENDED if resource.settled is ResourceStatus.SUSPENDED else Desired.ACTIVE
            change.set(desired=stays, destroy_at=None, case_version=None)
            change.note("spare", refused=self.action.value)
            save_changes(tx, [change])
            return Withdrawn(reason="the overdue case is closed or has moved on, or money is on its way")
        if self.creates:
            ensure_password(tx, resource.id)
            change.set(applied_version=resource.applied_version or version)
        if resource.status is not WORKING[self.action]:
            change.move(STARTS[self.action], operation=operation.key)
        save_changes(tx, [change])
        return None

    def _takes_away(self) -> bool:
        return self.action in (Action.SUSPEND, Action.DEPROVISION)

    def _may_take_away(self, tx: ProvisioningTx, resource: Resource) -> bool:
        standing = self._engine.standing
        if standing is None or resource.case_version is None:
            return True
        return standing.may_suspend(tx, resource.service_id, resource.case_version)

    def find(self, operation: Operation) -> Outcome | None:
        """What a create has made so far. Raises `RetryLater`."""
        found = self._look(operation.ref)
        self._found = found is not None
        return None if found is None else self._built(found)

    def _look(self, ref: str) -> Found | None:
        found: Found | None = self._driver.find(ref)
        return found

    def _built(self, found: Found) -> Outcome:
        match found.status:
            case RemoteStatus.ACTIVE:
                return Done(ref=found.driver_ref, facts=found.facts)
            case RemoteStatus.BUILDING:
                return Pending(handle=LOOK)
            case RemoteStatus.SUSPENDED:
                return Manual(reason="it stands at the provider, suspended by somebody else: look there, then adopt")

    def send(self, operation: Operation, save_progress: Callable[[Mapping[str, Any]], None]) -> Outcome:
        """Ask the driver. An action that it lacks has definitely not happened."""
        if self.action.value not in self._can:
            reason = f"driver {self._driver.name} cannot {self.action}: do it at the provider, then adopt the resource"
            return Failed(reason=reason)
        if self.action is Action.PROVISION:
            return self._named(operation, self._driver.provision(self._provision_request(operation, save_progress)))
        request = self._resource_request(operation)
        if self.action is Action.DEPROVISION and not request.driver_ref:
            return self._clear(operation, request)
        outcome: Outcome = getattr(self._driver, self.action.value)(request)
        return outcome

    def _clear(self, operation: Operation, request: ResourceRequest) -> Outcome:
        """Remove what an unfinished create may have left behind."""
        if self.can_find:
            found = self._look(operation.ref)
            if found is None:
                return Done()
            return self._deprovision(attrs.evolve(request, driver_ref=found.driver_ref))
        if operation.arguments.get("nothing_there") or not self._engine.run(
            lambda tx: _may_have_built(tx.operations.for_subject(operation.subject_id)), seller=operation.seller_id
        ):
            return Done()
        return Manual(reason="a create may have left something, and this driver cannot look: see there, then say so")

    def _deprovision(self, request: ResourceRequest) -> Outcome:
        outcome: Outcome = self._driver.deprovision(request)
        return outcome

    def poll(self, operation: Operation) -> Outcome:
        if operation.handle == LOOK or "poll" not in self._can:
            return self._poll_by_looking(operation)
        return self._named(operation, self._driver.poll(operation.handle, operation.ref))

    def _poll_by_looking(self, operation: Operation) -> Outcome:
        found = self._look(operation.ref)
        match self.action:
            case Action.DEPROVISION:
                return Done() if found is None else Pending(handle=LOOK)
            case Action.SUSPEND:
                there = found is not None and found.status is RemoteStatus.SUSPENDED
            case Action.RESIZE:
                there = found is not None and found.status is not RemoteStatus.BUILDING
            case _:
                there = found is not None and found.status is RemoteStatus.ACTIVE
        if found is None:
            return Unknown(reason="not to be seen at the provider")
        return Done(ref=found.driver_ref, facts=found.facts) if there else Pending(handle=LOOK)

    def _named(self, operation: Operation, outcome: Outcome) -> Outcome:
        """A finished create must say what it made: without the provider's id nothing could be done to it later."""
        if not self.creates or not isinstance(outcome, Done) or outcome.ref:
            return outcome
        found = self._look(operation.ref) if self.can_find else None
        if found is None:
            return Manual(reason="the driver says done, but not what it made: look there, then adopt it")
        return attrs.evolve(outcome, ref=found.driver_ref)

    def _provision_request(self, operation: Operation, save_progress: Callable[..., None]) -> ProvisionRequest:
        def read(tx: ProvisioningTx) -> tuple[Resource, Secret, Contact | None]:
            resource = tx.provisioning.resources.get(operation.subject_id)
            contacts = self._engine.contacts
            contact = contacts.get(tx, resource.customer_id) if contacts is not None else None
            return resource, password_of(tx, resource.id), contact

        resource, password, contact = self._engine.run(read, seller=operation.seller_id)
        asked = operation.arguments
        return ProvisionRequest(
            ref=operation.ref,
            key=operation.key,
            service_id=resource.service_id,
            plan_code=asked["plan_code"],
            region=asked["region"],
            spec=asked["spec"],
            config=asked["config"],
            contact=contact,
            password=password,
            progress=operation.progress,
            save_progress=save_progress,
        )

    def _resource_request(self, operation: Operation) -> ResourceRequest:
        resource: Resource = self._engine.run(
            lambda tx: tx.provisioning.resources.get(operation.subject_id), seller=operation.seller_id
        )
        asked = operation.arguments
        return ResourceRequest(
            ref=operation.ref,
            key=operation.key,
            service_id=resource.service_id,
            driver_ref=resource.driver_ref or "",
            plan_code=asked["plan_code"],
            spec=asked["spec"],
            config=asked["config"],
            customer_id=resource.customer_id,
        )

    def record(self, tx: ProvisioningTx, operation: Operation, outcome: Outcome | Withdrawn | Retried) -> None:
        record_outcome(tx, operation, outcome, found=self._found or operation.handle == LOOK)


def _may_have_built(operations: list[Operation]) -> bool:
    """Whether some create ended without anybody knowing what came of it."""
    creates = [known for known in operations if known.action == Action.PROVISION]
    return bool(creates) and creates[-1].status == "manual"
