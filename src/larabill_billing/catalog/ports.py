"""Storage of plans and of stock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from larabill_billing.audits.ports import AuditRepositories
from larabill_billing.catalog.model import Plan, Stock, Units
from larabill_core.ports.unit_of_work import Tx


class PlanRepository(Protocol):
    def add_many(self, plans: Sequence[Plan]) -> None:
        """Insert versions, which are sold from now on. Raises `AlreadyExists` when a (code, version) exists."""
        ...

    def deactivate(self, plan_ids: Collection[UUID]) -> None:
        """These versions are not sold any more."""
        ...

    def get_many(self, plan_ids: Collection[UUID]) -> dict[UUID, Plan]:
        """Versions by id, sold or not. No statement for those that were read before: versions never change."""
        ...

    def active(self, codes: Collection[str] | None = None) -> dict[str, Plan]:
        """The sold version of each code (of all codes when none are named), archived ones among them."""
        ...

    def latest(self) -> dict[str, Plan]:
        """The highest version of each code, sold or not."""
        ...


class StockRepository(Protocol):
    def set_limits(self, limits: Sequence[Units]) -> None:
        """How many units there may be of each plan in each region; others are not limited any more.

        What is taken stays taken. Where there was no limit before, the services that live count as taken.
        """
        ...

    def lock(self, wanted: Sequence[Units]) -> list[Stock]:
        """What there is of these, those without a limit left out, locked in the order of plan and region."""
        ...

    def take(self, wanted: Sequence[Units]) -> int:
        """Take all units of each of `wanted` of which as many are left; of how many that was done."""
        ...

    def give_back(self, units: Sequence[Units]) -> None:
        """So many are free again. Less than nothing is never taken."""
        ...

    def all(self) -> list[Stock]:
        """By plan and region."""
        ...


class CatalogRepositories(AuditRepositories, Protocol):
    @property
    def plans(self) -> PlanRepository: ...

    @property
    def stock(self) -> StockRepository: ...


class CatalogTx(Tx, Protocol):
    @property
    def billing(self) -> CatalogRepositories: ...
