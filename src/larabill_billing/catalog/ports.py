"""Storage of plans."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from larabill_billing.audits.ports import AuditRepositories
from larabill_billing.catalog.model import Plan
from larabill_core.ports.unit_of_work import Tx


class PlanRepository(Protocol):
    def add_many(self, plans: Sequence[Plan]) -> None:
        """Insert plans and their prices. Raises `AlreadyExists` when a (code, version) exists."""
        ...

    def deactivate(self, plan_ids: Collection[UUID]) -> None:
        """These versions are not sold any more."""
        ...

    def get_many(self, plan_ids: Collection[UUID]) -> dict[UUID, Plan]:
        """Versions by id, sold or not, with prices."""
        ...

    def active(self, codes: Collection[str] | None = None) -> dict[str, Plan]:
        """The sold version of each code (of all codes when none are named), with prices."""
        ...

    def latest(self) -> dict[str, Plan]:
        """The highest version of each code, sold or not, with prices."""
        ...


class CatalogRepositories(AuditRepositories, Protocol):
    @property
    def plans(self) -> PlanRepository: ...


class CatalogTx(Tx, Protocol):
    @property
    def billing(self) -> CatalogRepositories: ...
