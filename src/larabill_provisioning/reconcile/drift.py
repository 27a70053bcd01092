"""What a provider shows against what our rows say: pure."""

from __future__ import annotations

from larabill_core.contracts.provisioner import Found, RemoteStatus
from larabill_provisioning.resources.model import Resource
from larabill_provisioning.resources.states import ResourceStatus

LOST = "lost"
OTHER_ID = "other-id"
SUSPENDED_THERE = "suspended-there"
ACTIVE_THERE = "active-there"
BUILDING_THERE = "building-there"

SAID = {
    LOST: "the provider has nothing under this resource's ref",
    OTHER_ID: "what carries this resource's ref has another id at the provider",
    SUSPENDED_THERE: "it is active here, but suspended at the provider",
    ACTIVE_THERE: "it is suspended here, but runs at the provider",
    BUILDING_THERE: "the provider is building it anew",
}


def drift_of(resource: Resource, found: Found | None) -> str:
    """The kind of drift of an active or suspended resource, "" for none."""
    if found is None:
        return LOST
    if found.driver_ref != resource.driver_ref:
        return OTHER_ID
    expected = RemoteStatus.ACTIVE if resource.status is ResourceStatus.ACTIVE else RemoteStatus.SUSPENDED
    if found.status is expected:
        return ""
    return {
        RemoteStatus.SUSPENDED: SUSPENDED_THERE,
        RemoteStatus.ACTIVE: ACTIVE_THERE,
        RemoteStatus.BUILDING: BUILDING_THERE,
    }[found.status]
