"""The states of a resource and the one table of their transitions (invariant I6)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from larabill_core.errors import IllegalTransition


class ResourceStatus(StrEnum):
    """PENDING: asked for. QUEUED: handed to an account. FAILED: an operator decides. DEPROVISIONED is final."""

    PENDING = "pending"
    QUEUED = "queued"
    PROVISIONING = "provisioning"
    ACTIVE = "active"
    SUSPENDING = "suspending"
    SUSPENDED = "suspended"
    RESUMING = "resuming"
    UPDATING = "updating"
    FAILED = "failed"
    DEPROVISIONING = "deprovisioning"
    DEPROVISIONED = "deprovisioned"


class ResourceEvent(StrEnum):
    """What moves a resource. The imperative ones mean that a call goes out now, the others tell what came of it."""

    QUEUE = "queue"
    PROVISION = "provision"
    PROVISIONED = "provisioned"
    SUSPEND = "suspend"
    SUSPENDED = "suspended"
    RESUME = "resume"
    RESUMED = "resumed"
    UPDATE = "update"
    UPDATED = "updated"
    UPDATED_SUSPENDED = "updated_suspended"
    DEPROVISION = "deprovision"
    DEPROVISIONED = "deprovisioned"
    ADOPT = "adopt"
    FAIL = "fail"


_S = ResourceStatus
_E = ResourceEvent

TRANSITIONS: Mapping[tuple[ResourceStatus, ResourceEvent], ResourceStatus] = MappingProxyType(
    {
        (_S.PENDING, _E.QUEUE): _S.QUEUED,
        (_S.QUEUED, _E.PROVISION): _S.PROVISIONING,
        (_S.PROVISIONING, _E.PROVISIONED): _S.ACTIVE,
        (_S.ACTIVE, _E.SUSPEND): _S.SUSPENDING,
        (_S.SUSPENDING, _E.SUSPENDED): _S.SUSPENDED,
        (_S.SUSPENDED, _E.RESUME): _S.RESUMING,
        (_S.RESUMING, _E.RESUMED): _S.ACTIVE,
        (_S.ACTIVE, _E.UPDATE): _S.UPDATING,
        (_S.SUSPENDED, _E.UPDATE): _S.UPDATING,
        (_S.UPDATING, _E.UPDATED): _S.ACTIVE,
        (_S.UPDATING, _E.UPDATED_SUSPENDED): _S.SUSPENDED,
        # Nobody can carry it out: no account for its plan.
        (_S.PENDING, _E.FAIL): _S.FAILED,
        (_S.PROVISIONING, _E.FAIL): _S.FAILED,
        (_S.SUSPENDING, _E.FAIL): _S.FAILED,
        (_S.RESUMING, _E.FAIL): _S.FAILED,
        (_S.UPDATING, _E.FAIL): _S.FAILED,
        (_S.DEPROVISIONING, _E.FAIL): _S.FAILED,
        # The operator retries (or what is desired has changed meanwhile), adopts or abandons.
        (_S.FAILED, _E.QUEUE): _S.QUEUED,
        (_S.FAILED, _E.SUSPEND): _S.SUSPENDING,
        (_S.FAILED, _E.RESUME): _S.RESUMING,
        (_S.FAILED, _E.UPDATE): _S.UPDATING,
        (_S.FAILED, _E.ADOPT): _S.ACTIVE,
        (_S.PENDING, _E.DEPROVISION): _S.DEPROVISIONING,
        (_S.QUEUED, _E.DEPROVISION): _S.DEPROVISIONING,
        (_S.ACTIVE, _E.DEPROVISION): _S.DEPROVISIONING,
        (_S.SUSPENDED, _E.DEPROVISION): _S.DEPROVISIONING,
        (_S.FAILED, _E.DEPROVISION): _S.DEPROVISIONING,
        (_S.DEPROVISIONING, _E.DEPROVISIONED): _S.DEPROVISIONED,
    }
)
"""All that may happen to a resource: (state, event) → state. Everything else raises `IllegalTransition`."""

SETTLED = frozenset({_S.ACTIVE, _S.SUSPENDED})
"""Built, and nothing under way."""


def after(status: ResourceStatus, event: ResourceEvent, resource_id: UUID) -> ResourceStatus:
    """The state that `event` leads to. Raises `IllegalTransition`, naming what is possible."""
    try:
        return TRANSITIONS[status, event]
    except KeyError:
        allowed = sorted(known.value for state, known in TRANSITIONS if state is status)
        raise IllegalTransition("resource", resource_id, status.value, event.value, allowed) from None
