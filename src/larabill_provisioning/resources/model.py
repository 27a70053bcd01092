"""A resource, and the task that shows one operation on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import attrs

from larabill_provisioning.resources.states import ResourceStatus


class Desired(StrEnum):
    """What billing wants of a resource, or an operator who ends it. GONE counts from `destroy_at`; until then:
    suspended."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    GONE = "gone"


class Action(StrEnum):
    """The operations on a resource; the words of `Operation.action`."""

    PROVISION = "provision"
    SUSPEND = "suspend"
    RESUME = "resume"
    RESIZE = "resize"
    DEPROVISION = "deprovision"


@attrs.frozen(kw_only=True)
class HeldChange:
    """A plan and specification that billing asked for and that cannot be had yet; `reason` says what to mend."""

    billing_plan: str
    spec: Mapping[str, Any]
    reason: str


@attrs.frozen(kw_only=True)
class Resource:
    """What stands, or shall stand, at `account` for one service.

    `ref` is ours and constant; `driver_ref` is the provider's, None until something was built. `billing_plan` is the
    code that billing knows, `plan_code` the provider's. `settled` is the last state in which nothing was under way.
    `asked_at` and `asked_by` name the latest request that was heeded, so that an older one changes nothing;
    `plan_asked_at` and `plan_asked_by` the same for changes of plan or spec, which no other request overtakes.
    With `suspended_by_staff` it stays suspended, whatever billing wants, until staff let it go.
    `spec_version` grows with each change of plan or spec; the provider has `applied_version`, or may have it while
    nobody knows what came of a create; 0 as long as nothing of ours can stand there.
    """

    id: UUID
    seller_id: UUID
    customer_id: UUID
    order_id: UUID
    service_id: UUID
    name: str
    account: str = ""
    driver: str = ""
    driver_ref: str | None = None
    ref: str = ""
    billing_plan: str
    plan_code: str = ""
    region: str
    status: ResourceStatus = ResourceStatus.PENDING
    settled: ResourceStatus = ResourceStatus.PENDING
    desired: Desired = Desired.ACTIVE
    suspended_by_staff: bool = False
    spec: Mapping[str, Any] = attrs.field(factory=dict)
    config: Mapping[str, Any] = attrs.field(factory=dict)
    spec_version: int = 1
    applied_version: int = 0
    facts: Mapping[str, str] = attrs.field(factory=dict)
    on_failure: str = "hold"
    remedy: str = ""
    failed_action: str = ""
    last_error: str = ""
    drift: str = ""
    case_version: int | None = None
    asked_at: datetime
    asked_by: UUID
    plan_asked_at: datetime | None = None
    plan_asked_by: UUID | None = None
    held: HeldChange | None = None
    destroy_at: datetime | None = None
    activated_at: datetime | None = None
    revealed_at: datetime | None = None
    last_synced_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 1
    created_at: datetime
    updated_at: datetime


@attrs.frozen(kw_only=True)
class Task:
    """One operation on a resource as people see it. `driver_task_id` is the provider's handle of pending work."""

    id: UUID
    seller_id: UUID
    resource_id: UUID
    operation_id: UUID
    action: str
    status: str
    attempts: int = 1
    driver_task_id: str = ""
    last_error: str = ""
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None = None
