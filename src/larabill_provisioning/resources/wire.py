"""Resources on the wire: what customers see, and what is for staff alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from larabill_core.access import Actor
from larabill_core.errors import Faults
from larabill_core.http.wire import Cursor, Listing, next_of
from larabill_core.ids import public_id
from larabill_core.privacy import Secret
from larabill_provisioning.audit.model import Audit
from larabill_provisioning.orchestrator.power import PowerAction
from larabill_provisioning.resources.commands import Remedy
from larabill_provisioning.resources.model import Desired, Resource, Task
from larabill_provisioning.resources.states import ResourceStatus

PlanCode: TypeAlias = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Option: TypeAlias = Annotated[str, Meta(max_length=500)] | Annotated[int, Meta(ge=-(2**53), le=2**53)] | bool
"""A value of a specification: text, a whole number, or yes and no."""


class ResourcesQuery(Listing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which resources a list shows. `held`: only those with a change that waits for an operator."""

    customer: Cursor | None = None
    status: ResourceStatus | None = None
    held: bool = False


class HeldChangeOut(msgspec.Struct, frozen=True, kw_only=True):
    """A change that was asked for and cannot be had yet; `reason` says what to mend."""

    plan: str
    reason: str


class ResourceInternals(msgspec.Struct, frozen=True, kw_only=True):
    """What only staff see. `ref` is ours and constant, `driver_ref` the provider's id."""

    account: str
    driver: str
    ref: str
    driver_ref: str | None
    provider_plan: str
    spec: dict[str, Any]
    spec_version: int
    applied_version: int
    failed_action: str
    last_error: str
    drift: str
    held: HeldChangeOut | None
    remedy: str
    last_synced_at: datetime | None


class ResourceOut(msgspec.Struct, frozen=True, kw_only=True):
    """What stands, or shall stand, for one service. `facts` are public: address, login URL, user name.

    `access` says whether there is something that the customer may reveal, once. `internals` is null for customers.
    """

    id: str
    service: str
    order: str
    customer: str
    name: str
    plan: str
    region: str
    status: ResourceStatus
    desired: Desired
    suspended_by_staff: bool
    facts: dict[str, str]
    access: bool
    activated_at: datetime | None
    destroy_at: datetime | None
    ended_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int
    internals: ResourceInternals | None


class ResourcePage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[ResourceOut]
    next: str | None


class KickedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """All resources of an order, as they are now."""

    order: str
    resources: list[ResourceOut]


class TaskOut(msgspec.Struct, frozen=True, kw_only=True):
    """One operation. `attempts` grows after a definite failure."""

    id: str
    operation: str
    action: str
    status: str
    attempts: int
    last_error: str
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None


class TaskList(msgspec.Struct, frozen=True, kw_only=True):
    """The operations of a resource, oldest first."""

    items: list[TaskOut]


class ResourceAuditOut(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what to a resource; `before` and `after` are its states."""

    id: str
    at: datetime
    actor: str
    action: str
    before: str
    after: str
    metadata: dict[str, str]


class ResourceAuditList(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[ResourceAuditOut]
    next: str | None


class EndQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`destroy_at`: when its data may be destroyed; a time that is past means now. It is never guessed."""

    destroy_at: Annotated[datetime, Meta(tz=True)]


class ResizeIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The plan, as billing calls it, and the whole specification."""

    plan: PlanCode
    spec: Annotated[dict[Annotated[str, Meta(min_length=1, max_length=64)], Option], Meta(max_length=50)] = {}


class AdoptIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The id that the provider shows."""

    driver_ref: Annotated[str, Meta(min_length=1, max_length=200)]


class AbandonIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`remedy` is what the customer gets; `nothing_there`: you have looked where the driver cannot."""

    remedy: Remedy
    nothing_there: bool = False


class PowerIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do: it happens soon, not at once."""

    action: PowerAction


class PowerOut(msgspec.Struct, frozen=True, kw_only=True):
    """`busy`: an operation is under way, so that the state may change."""

    power: Literal["on", "off"]
    busy: bool


class PowerTask(msgspec.Struct, frozen=True, kw_only=True):
    """The task that was made of the wish."""

    id: str
    action: PowerAction
    status: str


class AccessOut(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer needs to get in. `secrets` are shown this once and then forgotten."""

    facts: dict[str, str]
    secrets: dict[str, str]


def resource_out(resource: Resource, actor: Actor) -> ResourceOut:
    """The resource as this actor may see it."""
    return ResourceOut(
        id=public_id("res", resource.id),
        service=public_id("svc", resource.service_id),
        order=public_id("ord", resource.order_id),
        customer=public_id("cus", resource.customer_id),
        name=resource.name,
        plan=resource.billing_plan,
        region=resource.region,
        status=resource.status,
        desired=resource.desired,
        suspended_by_staff=resource.suspended_by_staff,
        facts=dict(resource.facts),
        access=resource.activated_at is not None and resource.revealed_at is None and resource.ended_at is None,
        activated_at=resource.activated_at,
        destroy_at=resource.destroy_at,
        ended_at=resource.ended_at,
        created_at=resource.created_at,
        updated_at=resource.updated_at,
        version=resource.version,
        internals=None if actor.customer_id is not None else _internals(resource),
    )


def _internals(resource: Resource) -> ResourceInternals:
    held = resource.held
    return ResourceInternals(
        account=resource.account,
        driver=resource.driver,
        ref=resource.ref,
        driver_ref=resource.driver_ref,
        provider_plan=resource.plan_code,
        spec=dict(resource.spec),
        spec_version=resource.spec_version,
        applied_version=resource.applied_version,
        failed_action=resource.failed_action,
        last_error=resource.last_error,
        drift=resource.drift,
        held=None if held is None else HeldChangeOut(plan=held.billing_plan, reason=held.reason),
        remedy=resource.remedy,
        last_synced_at=resource.last_synced_at,
    )


def page_out(found: Sequence[Resource], query: ResourcesQuery, actor: Actor) -> ResourcePage:
    """One page of a list."""
    items = [resource_out(resource, actor) for resource in found]
    return ResourcePage(items=items, next=next_of(items, query))


def task_out(task: Task) -> TaskOut:
    """The handle of the provider's work is not shown: it may open doors there."""
    return TaskOut(
        id=public_id("tsk", task.id),
        operation=public_id("ops", task.operation_id),
        action=task.action,
        status=task.status,
        attempts=task.attempts,
        last_error=task.last_error,
        created_at=task.created_at,
        updated_at=task.updated_at,
        ended_at=task.ended_at,
    )


def audit_out(audit: Audit) -> ResourceAuditOut:
    """One line of the trail."""
    return ResourceAuditOut(
        id=public_id("adt", audit.id),
        at=audit.at,
        actor=audit.actor,
        action=audit.action,
        before=audit.before,
        after=audit.after,
        metadata=dict(audit.metadata),
    )


def spec_in(body: ResizeIn) -> dict[str, Any]:
    """The specification. Raises `InvalidInput` with each name and text that no database and no provider takes."""
    faults = Faults()
    for name, value in body.spec.items():
        if not name.isprintable() or (isinstance(value, str) and not value.isprintable()):
            faults.add(f"spec.{name}" if name.isprintable() else "spec", "holds characters that cannot be printed")
    faults.raise_if_any()
    return dict(body.spec)


def access_out(facts: Mapping[str, str], secrets: Mapping[str, Secret]) -> AccessOut:
    """The one place where the secrets leave."""
    return AccessOut(facts=dict(facts), secrets={name: secret.reveal() for name, secret in secrets.items()})
