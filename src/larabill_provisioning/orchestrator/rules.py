"""What has to be done next for a resource: pure, and the same at every entrance (request, outcome, operator)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from types import MappingProxyType

from larabill_provisioning.resources.model import Action, Desired, Resource
from larabill_provisioning.resources.states import SETTLED, ResourceEvent, ResourceStatus

STARTS = MappingProxyType(
    {
        Action.PROVISION: ResourceEvent.PROVISION,
        Action.SUSPEND: ResourceEvent.SUSPEND,
        Action.RESUME: ResourceEvent.RESUME,
        Action.RESIZE: ResourceEvent.UPDATE,
        Action.DEPROVISION: ResourceEvent.DEPROVISION,
    }
)
"""The event that marks an action as under way."""

WORKING = MappingProxyType(
    {
        Action.PROVISION: ResourceStatus.PROVISIONING,
        Action.SUSPEND: ResourceStatus.SUSPENDING,
        Action.RESUME: ResourceStatus.RESUMING,
        Action.RESIZE: ResourceStatus.UPDATING,
        Action.DEPROVISION: ResourceStatus.DEPROVISIONING,
    }
)
"""The state in which an action is under way."""


def goal(resource: Resource, now: datetime) -> Desired:
    """What is wanted now: a resource that shall go is suspended until its data may be destroyed, and one that staff
    have suspended stays so."""
    if resource.desired is Desired.GONE and resource.destroy_at is not None and now < resource.destroy_at:
        return Desired.SUSPENDED
    if resource.desired is Desired.ACTIVE and resource.suspended_by_staff:
        return Desired.SUSPENDED
    return resource.desired


def is_wanted(resource: Resource, action: Action, now: datetime) -> bool:
    """Whether an operation that was intended earlier should still go out."""
    wanted = goal(resource, now)
    match action:
        case Action.PROVISION:
            return resource.desired is not Desired.GONE
        case Action.SUSPEND:
            return wanted is Desired.SUSPENDED
        case Action.RESUME:
            return wanted is Desired.ACTIVE
        case Action.RESIZE:
            return resource.desired is not Desired.GONE
        case Action.DEPROVISION:
            return wanted is Desired.GONE


def is_outdated(resource: Resource, action: Action, spec_version: int) -> bool:
    """Whether a create or resize of this version would make what nobody wants any more."""
    builds = action in (Action.PROVISION, Action.RESIZE)
    return builds and resource.desired is not Desired.GONE and spec_version < resource.spec_version


def is_untouched(resource: Resource) -> bool:
    """Nothing of it can stand at a provider: whatever is wanted by now is simply what will be built."""
    return resource.driver_ref is None and not resource.applied_version


def tries_anew(resource: Resource) -> bool:
    """Whether a failed resource tries by itself what failed once its plan or specification has changed: a resize, or a
    create that has definitely left nothing (I10)."""
    if resource.failed_action == Action.PROVISION:
        return is_untouched(resource)
    return resource.failed_action == Action.RESIZE


def next_action(resource: Resource, now: datetime, *, can: Collection[str], retry: bool = False) -> Action | None:
    """The operation that brings `resource` nearer to its goal, None when it is there or a person has to decide.

    `can` holds the driver's capabilities. A failed resource waits for `retry`, unless something other than what
    failed is wanted by now: that is a new decision, made by billing or an operator.
    """
    action = _towards(resource, goal(resource, now), can)
    if resource.status is ResourceStatus.FAILED and not retry and action == resource.failed_action:
        return None
    return action


def _towards(resource: Resource, wanted: Desired, can: Collection[str]) -> Action | None:
    match resource.status:
        case ResourceStatus.PENDING | ResourceStatus.QUEUED:
            return _unbuilt(resource, wanted)
        case ResourceStatus.FAILED if resource.driver_ref is None:
            return _unbuilt(resource, wanted)
        case ResourceStatus.FAILED:
            if wanted is Desired.ACTIVE:
                failed_resize = resource.failed_action == Action.RESIZE and resource.settled is ResourceStatus.ACTIVE
                return Action.RESIZE if failed_resize else Action.RESUME
            return _away(resource, wanted, can)
        case ResourceStatus.ACTIVE if wanted is not Desired.ACTIVE:
            return _away(resource, wanted, can)
        case ResourceStatus.SUSPENDED if wanted is Desired.ACTIVE:
            return Action.RESUME
        case ResourceStatus.SUSPENDED if wanted is Desired.GONE:
            return Action.DEPROVISION
    if resource.status in SETTLED and resource.spec_version > resource.applied_version:
        return Action.RESIZE if resource.desired is not Desired.GONE else None
    return None


def _unbuilt(resource: Resource, wanted: Desired) -> Action | None:
    if wanted is Desired.GONE:
        return Action.DEPROVISION
    return None if resource.desired is Desired.GONE else Action.PROVISION


def _away(resource: Resource, wanted: Desired, can: Collection[str]) -> Action | None:
    if wanted is Desired.GONE:
        return Action.DEPROVISION
    if resource.desired is Desired.GONE and "suspend" not in can:
        # It runs on until its data may be destroyed: better than a failure that nobody can mend.
        return None
    failed_resize = resource.failed_action == Action.RESIZE and resource.settled is ResourceStatus.SUSPENDED
    tries = failed_resize and resource.status is ResourceStatus.FAILED and resource.desired is not Desired.GONE
    return Action.RESIZE if tries else Action.SUSPEND
