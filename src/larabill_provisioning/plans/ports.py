"""Storage of plan maps."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from larabill_provisioning.plans.model import PlanMap


class PlanMapRepository(Protocol):
    def for_plans(self, billing_plans: Collection[str]) -> list[PlanMap]:
        """All maps of these plans."""
        ...

    def add_many(self, maps: Sequence[PlanMap]) -> None:
        """Insert. Raises `AlreadyExists` when (plan, region) is taken."""
        ...

    def delete_many(self, ids: Collection[UUID]) -> None: ...

    def list(self) -> list[PlanMap]: ...
