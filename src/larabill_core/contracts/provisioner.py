"""Provisioning operations, one small Protocol each: a driver implements those that its provider has.

Rules for every method (the conformance kit checks them): it may be called again with the same arguments and then
answers as if called once ("already there", "already suspended", "already gone" are `Done`); it raises nothing for
what the provider says, it answers with an `Outcome`; what it cannot know it calls `Unknown`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

import attrs

from larabill_core.contracts.customers import Contact
from larabill_core.contracts.outcome import Facts, Outcome
from larabill_core.privacy import Secret


class RemoteStatus(StrEnum):
    """What stands at the provider."""

    BUILDING = "building"
    ACTIVE = "active"
    SUSPENDED = "suspended"


@attrs.frozen(kw_only=True)
class ProvisionRequest:
    """All that a driver may know to build one resource.

    `ref` never changes for a service; `key` never changes for an attempt. `password` is made by us and stored in the
    vault before the call, so that a crash cannot lose it. `progress` is what `save_progress` stored in an earlier try
    of a create of several steps.
    """

    ref: str
    key: str
    service_id: UUID
    plan_code: str
    region: str
    spec: Mapping[str, Any]
    config: Mapping[str, Any]
    contact: Contact | None
    password: Secret
    progress: Mapping[str, Any]
    save_progress: Callable[[Mapping[str, Any]], None] = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class ResourceRequest:
    """An operation on what stands: `driver_ref` is the provider's id as it answered at creation.

    By `customer_id` a driver finds the customer's user of the panel (see `Contact`).
    """

    ref: str
    key: str
    service_id: UUID
    driver_ref: str
    plan_code: str
    spec: Mapping[str, Any]
    config: Mapping[str, Any]
    customer_id: UUID | None = None


@attrs.frozen(kw_only=True)
class Found:
    """What `find` or `list_resources` saw."""

    ref: str
    driver_ref: str
    status: RemoteStatus
    facts: Facts = attrs.field(factory=dict)


@runtime_checkable
class CanProvision(Protocol):
    def provision(self, request: ProvisionRequest) -> Outcome:
        """Create the resource named `request.ref`."""
        ...


@runtime_checkable
class CanFind(Protocol):
    def find(self, ref: str) -> Found | None:
        """What carries our `ref` at the provider; None only when the provider says that nothing does.

        Raises `RetryLater` when the provider cannot be asked now.
        """
        ...


@runtime_checkable
class CanPoll(Protocol):
    def poll(self, handle: str, ref: str) -> Outcome:
        """How the work behind a `Pending.handle` stands."""
        ...


@runtime_checkable
class CanSuspend(Protocol):
    def suspend(self, request: ResourceRequest) -> Outcome: ...


@runtime_checkable
class CanResume(Protocol):
    def resume(self, request: ResourceRequest) -> Outcome: ...


@runtime_checkable
class CanResize(Protocol):
    def resize(self, request: ResourceRequest) -> Outcome:
        """Bring the resource to `plan_code`, `spec` and `config`."""
        ...


@runtime_checkable
class CanDeprovision(Protocol):
    def deprovision(self, request: ResourceRequest) -> Outcome:
        """Destroy the resource and its data. Already gone is `Done`."""
        ...


@runtime_checkable
class CanList(Protocol):
    def list_resources(self) -> Iterable[Found]:
        """Everything at the provider that carries one of our refs."""
        ...
