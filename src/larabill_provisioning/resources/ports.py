"""Storage of resources and of the tasks that show their operations. Scoped by the transaction's seller unless said."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from larabill_provisioning.resources.model import Resource, Task
from larabill_provisioning.resources.states import ResourceStatus


class ResourceRepository(Protocol):
    def add_many(self, resources: Sequence[Resource]) -> None:
        """Insert. Raises `AlreadyExists` when a service has a resource (I2)."""
        ...

    def get(self, resource_id: UUID, *, lock: bool = False) -> Resource:
        """Raises `NotFound`. With `lock` the row stays locked until the transaction ends."""
        ...

    def for_service(self, service_id: UUID) -> Resource | None:
        """The locked resource of a service."""
        ...

    def for_order(self, order_id: UUID) -> list[Resource]:
        """The locked resources of an order, by id."""
        ...

    def get_many(self, resource_ids: Collection[UUID], *, lock: bool = False) -> list[Resource]: ...

    def services_known(self, service_ids: Collection[UUID]) -> set[UUID]:
        """Those services that have a resource."""
        ...

    def save_many(self, resources: Sequence[Resource]) -> None:
        """Write all fields where the stored version is one less. Raises `StaleVersion`."""
        ...

    def holder(self, account: str, driver_ref: str) -> UUID | None:
        """The resource, of whatever seller, that stands as `driver_ref` at the account."""
        ...

    def to_sync(self, account: str, *, after: UUID | None, limit: int) -> list[Resource]:
        """Active and suspended resources of an account, by id."""
        ...

    def pairs_to_sync(self) -> list[tuple[UUID, str]]:
        """(seller, account) wherever something is active or suspended. Of all sellers."""
        ...

    def by_ref(self, account: str, ref: str) -> Resource | None:
        """The resource with our `ref` at an account. Of all sellers: the ref is unique."""
        ...

    def refs_standing(self, account: str, refs: Collection[str]) -> set[str]:
        """Those refs whose resource is not deprovisioned. Of all sellers."""
        ...

    def active_unconfirmed(self) -> list[UUID]:
        """Active resources that no finished operation and no adoption has confirmed (I14)."""
        ...

    def without_driver_ref(self) -> list[UUID]:
        """Active or suspended resources that name nothing at the provider (I2)."""
        ...

    def shared_driver_refs(self) -> list[tuple[str, str]]:
        """(account, driver_ref) that more than one standing resource names (I2)."""
        ...

    def shared_services(self) -> list[UUID]:
        """Services with more than one resource (I2)."""
        ...

    def stalled(self) -> list[tuple[UUID, str]]:
        """(resource, status) of work that nobody will continue: under way, waiting, suspended against what is
        desired, or of an older plan or spec, without an open operation (I8, I9)."""
        ...

    def list(
        self,
        *,
        status: ResourceStatus | None = None,
        customer_id: UUID | None = None,
        held: bool = False,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[Resource]:
        """By id (that is, by age), keyset paged with `after`. `held`: only those with a change that is held back."""
        ...


class TaskRepository(Protocol):
    def add_many(self, tasks: Sequence[Task]) -> None: ...

    def get_for(self, operation_id: UUID) -> Task:
        """Raises `NotFound`."""
        ...

    def save(self, task: Task) -> None: ...

    def for_resource(self, resource_id: UUID) -> list[Task]:
        """All of a resource, oldest first."""
        ...
