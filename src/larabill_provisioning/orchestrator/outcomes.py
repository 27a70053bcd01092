"""What an outcome does to a resource, in the transaction that closes or moves its operation."""

from __future__ import annotations

import attrs

from larabill_core.calls.model import Operation, OperationStatus, Retried, Withdrawn
from larabill_core.contracts.outcome import Done, Failed, Manual, Outcome, Pending, Unknown
from larabill_core.privacy import hash_id, mask
from larabill_core.published import ServiceActivated, ServiceResumed
from larabill_provisioning.credentials.access import add_secrets
from larabill_provisioning.orchestrator.change import Change
from larabill_provisioning.orchestrator.converge import converge, end
from larabill_provisioning.orchestrator.rules import WORKING, is_outdated, tries_anew
from larabill_provisioning.orchestrator.tell import tell, tell_failed, tell_suspended
from larabill_provisioning.ports import ProvisioningTx
from larabill_provisioning.resources.model import Action, Desired
from larabill_provisioning.resources.states import ResourceEvent, ResourceStatus


def record_outcome(
    tx: ProvisioningTx, operation: Operation, outcome: Outcome | Withdrawn | Retried, *, found: bool
) -> None:
    """Move the resource along, tell billing, and see to what is wanted next. `found`: it stood there when we looked."""
    record_task(tx, operation)
    change = Change(tx, tx.provisioning.resources.get(operation.subject_id, lock=True))
    action = Action(operation.action)
    outdated = is_outdated(change.resource, action, operation.arguments["spec_version"])
    if action is Action.PROVISION and isinstance(outcome, Failed | Retried):
        _nothing_built(tx, change, operation)
    match outcome:
        case Done():
            if found and action is Action.PROVISION:
                change.set(applied_version=_oldest_sent(tx, operation))
            _done(tx, change, operation, outcome)
        case Failed() | Manual():
            _failed(change, operation, outcome.reason)
            if isinstance(outcome, Failed) and action is Action.PROVISION and not outdated:
                _by_policy(tx, change)
        case Withdrawn():
            if change.resource.status is WORKING[action]:
                # An earlier attempt had gone out and definitely failed: what stands there now has to be made sure.
                # Nothing failed for good, so whatever is wanted next may be tried, this action too.
                _failed(change, operation, outcome.reason)
                if not (outdated and action is Action.RESIZE):
                    change.set(failed_action="")
        case Retried() | Unknown():
            change.set(last_error=outcome.reason)
        case Pending():
            pass
    following = converge(tx, [change], retry=outdated and tries_anew(change.resource))
    stands = change.resource.status is ResourceStatus.FAILED and change.resource.failed_action
    if stands and not operation.is_open and not following:
        tell_failed(tx, change.resource)


def record_task(tx: ProvisioningTx, operation: Operation) -> None:
    """What people see of the operation follows it."""
    task = tx.provisioning.tasks.get_for(operation.id)
    tx.provisioning.tasks.save(
        attrs.evolve(
            task,
            status=operation.status.value,
            attempts=operation.attempt,
            driver_task_id=operation.handle,
            last_error=operation.last_error,
            updated_at=tx.now,
            ended_at=None if operation.is_open else tx.now,
        )
    )


def _done(tx: ProvisioningTx, change: Change, operation: Operation, outcome: Done) -> None:
    resource = change.resource
    facts = {**resource.facts, **outcome.facts}
    action = Action(operation.action)
    if action is Action.PROVISION and not _take_driver_ref(tx, change, operation, outcome):
        return
    if action is Action.DEPROVISION:
        end(tx, change)
        return
    change.set(facts=facts, last_error="", failed_action="", drift="")
    match action:
        case Action.PROVISION:
            # What a later operation tells is not kept: the customer may have seen the secrets, and they are forgotten.
            add_secrets(tx, resource.id, outcome.secrets)
            change.move(ResourceEvent.PROVISIONED, driver_ref=hash_id(change.resource.driver_ref or ""))
            _first_active(tx, change, operation)
        case Action.SUSPEND:
            change.move(ResourceEvent.SUSPENDED)
            tell_suspended(tx, change.resource)
        case Action.RESUME:
            change.move(ResourceEvent.RESUMED)
            if change.resource.activated_at is None:
                _first_active(tx, change, operation)
            else:
                tell(tx, change.resource, ServiceResumed)
        case Action.RESIZE:
            was_suspended = operation.arguments["was"] == ResourceStatus.SUSPENDED
            change.move(ResourceEvent.UPDATED_SUSPENDED if was_suspended else ResourceEvent.UPDATED)
            change.set(applied_version=operation.arguments["spec_version"])


def _first_active(tx: ProvisioningTx, change: Change, operation: Operation) -> None:
    applied = change.resource.applied_version or operation.arguments["spec_version"]
    change.set(applied_version=applied, activated_at=tx.now)
    tell(tx, change.resource, ServiceActivated)


def _take_driver_ref(tx: ProvisioningTx, change: Change, operation: Operation, outcome: Done) -> bool:
    """False, and the resource failed, when the provider named what stands for another service (I2)."""
    holder = tx.provisioning.resources.holder(operation.account, outcome.ref or "")
    if outcome.ref and holder in (None, change.resource.id):
        change.set(driver_ref=outcome.ref)
        return True
    _failed(change, operation, "the provider gave an id that stands for another service: look there, then adopt")
    return False


def _oldest_sent(tx: ProvisioningTx, operation: Operation) -> int:
    """The version of what was found: any create that went out may have made it, also one that was taken for failed.

    What has changed since the oldest is still to be done; done twice, it does no harm.
    """
    creates = [each for each in tx.operations.for_subject(operation.subject_id) if each.action == Action.PROVISION]
    sent = [each for each in creates if each.attempt > 1 or each.status is not OperationStatus.WITHDRAWN]
    return min(int(each.arguments["spec_version"]) for each in sent)


def _nothing_built(tx: ProvisioningTx, change: Change, operation: Operation) -> None:
    """This attempt has definitely failed. So nothing stands, unless some create made a few of its steps, or one before
    ended without anybody knowing how (I10)."""
    known = tx.operations.for_subject(operation.subject_id) if operation.seq > 1 else [operation]
    creates = [each for each in known if each.action == Action.PROVISION]
    if not any(each.progress or each.status is OperationStatus.MANUAL for each in creates):
        change.set(applied_version=0)


def _failed(change: Change, operation: Operation, reason: str) -> None:
    change.set(failed_action=operation.action, last_error=reason)
    metadata = {"reason": reason, "operation": operation.key}
    if operation.handle:
        metadata["handle"] = mask(operation.handle)
    change.move(ResourceEvent.FAIL, **metadata)


def _by_policy(tx: ProvisioningTx, change: Change) -> None:
    """The plan's policy for a service that definitely cannot be built: hold it, or give it up by itself."""
    policy = change.resource.on_failure
    if policy != "hold" and not change.resource.remedy:
        change.set(remedy=policy, desired=Desired.GONE, destroy_at=tx.now, case_version=None)
        change.note("abandon", remedy=policy)
