"""What the API takes and answers: provision. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import msgspec

Desired: TypeAlias = Literal["active", "gone", "suspended"]

PowerAction: TypeAlias = Literal["restart", "start", "stop"]

ResourceStatus: TypeAlias = Literal[
    "active",
    "deprovisioned",
    "deprovisioning",
    "failed",
    "pending",
    "provisioning",
    "queued",
    "resuming",
    "suspended",
    "suspending",
    "updating",
]

Scope: TypeAlias = Literal["system", "user"]

WebhookOutcome: TypeAlias = Literal["checking", "hurried", "ignored"]


class AbandonIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`remedy` is what the customer gets; `nothing_there`: you have looked where the driver cannot."""

    remedy: Literal["credit", "refund"]
    nothing_there: bool = False


class AccessOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the customer needs to get in. `secrets` are shown this once and then forgotten."""

    facts: Mapping[str, str]
    secrets: Mapping[str, str]


class AdoptIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The id that the provider shows."""

    driver_ref: str


class CredentialIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`secrets` by name. Scope `user`: only who stored it may use it; `system`: the whole of the seller's staff."""

    driver: str
    secrets: Mapping[str, str]
    scope: Scope = "system"


class CredentialList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Those that the actor may use, by name."""

    items: Sequence[CredentialOut]


class CredentialOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a credential besides its secrets. `secret_version` grows each time they are replaced."""

    id: str
    name: str
    driver: str
    scope: Scope
    secret_version: int
    created_by: str
    created_at: str
    updated_at: str


class HeldChangeOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A change that was asked for and cannot be had yet; `reason` says what to mend."""

    plan: str
    reason: str


class KickedOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All resources of an order, as they are now."""

    order: str
    resources: Sequence[ResourceOut]


class PowerIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to do: it happens soon, not at once."""

    action: PowerAction


class PowerOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`busy`: an operation is under way, so that the state may change."""

    power: Literal["off", "on"]
    busy: bool


class PowerTask(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The task that was made of the wish."""

    id: str
    action: PowerAction
    status: str


class ProviderInbox(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[ProviderWebhookOut]
    next: str | None


class ProviderWebhookOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A verified webhook and what became of it: `hurried` and `checking` had us ask the provider. `ref` is ours."""

    id: str
    account: str
    event_id: str
    event_type: str
    ref: str | None
    result: WebhookOutcome
    received_at: str


class ResizeIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The plan, as billing calls it, and the whole specification."""

    plan: str
    spec: Mapping[str, str | int | bool] = msgspec.field(default_factory=dict)


class ResourceAuditList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[ResourceAuditOut]
    next: str | None


class ResourceAuditOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who did what to a resource; `before` and `after` are its states."""

    id: str
    at: str
    actor: str
    action: str
    before: str
    after: str
    metadata: Mapping[str, str]


class ResourceInternals(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What only staff see. `ref` is ours and constant, `driver_ref` the provider's id."""

    account: str
    driver: str
    ref: str
    driver_ref: str | None
    provider_plan: str
    spec: Mapping[str, Any]
    spec_version: int
    applied_version: int
    failed_action: str
    last_error: str
    drift: str
    held: HeldChangeOut | None
    remedy: str
    last_synced_at: str | None


class ResourceOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands, or shall stand, for one service. `facts` are public: address, login URL, user name.

        `access` says whether there is something that the customer may reveal, once. `internals` is null for
    customers.
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
    facts: Mapping[str, str]
    access: bool
    activated_at: str | None
    destroy_at: str | None
    ended_at: str | None
    created_at: str
    updated_at: str
    version: int
    internals: ResourceInternals | None


class ResourcePage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[ResourceOut]
    next: str | None


class StrayList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the last reconciliation saw."""

    items: Sequence[StrayOut]


class StrayOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something at a provider that carries a ref of ours and belongs to nothing here. We never touch it."""

    account: str
    driver_ref: str
    ref: str
    first_seen_at: str
    last_seen_at: str


class TaskList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The operations of a resource, oldest first."""

    items: Sequence[TaskOut]


class TaskOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One operation. `attempts` grows after a definite failure."""

    id: str
    operation: str
    action: str
    status: str
    attempts: int
    last_error: str
    created_at: str
    updated_at: str
    ended_at: str | None


class WebhookTaken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a webhook of a provider."""

    result: str
