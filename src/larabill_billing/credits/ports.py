"""Storage of credits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from larabill_billing.credits.model import Credit, Lot
from larabill_billing.invoicing.ports import InvoicingRepositories
from larabill_core.ports.unit_of_work import Tx


class CreditRepository(Protocol):
    def add_many(self, credits: Sequence[Credit]) -> None:
        """Insert. Raises `AlreadyExists` for a (source, source id, part) seen before."""
        ...

    def balance(self, customer_id: UUID, currency: str) -> Decimal:
        """What the customer holds, as the ledger says; what has expired counts until it was taken off the books."""
        ...

    def open_lots(self, customer_ids: Collection[UUID]) -> dict[tuple[UUID, str], list[Lot]]:
        """Lots with something left by customer and currency, oldest first. Lock the customers before relying on it.

        One statement for a batch.
        """
        ...

    def lots(self, lot_ids: Collection[UUID]) -> dict[UUID, Lot]:
        """Those that exist. Lock their customers before relying on what remains."""
        ...

    def from_source(self, source: str, source_id: UUID) -> list[Credit]:
        """The movements of one source, by part: one where it gave credit, one for each lot where it used some."""
        ...

    def from_sources(self, source: str, source_ids: Collection[UUID]) -> list[Credit]:
        """The movements of several sources of one kind, oldest first."""
        ...

    def page(
        self, *, customer_id: UUID, after: UUID | None = None, newest_first: bool = False, limit: int = 100
    ) -> list[Credit]:
        """The customer's movements, oldest first, keyset paged with `after`."""
        ...

    def lot_page(
        self, *, customer_id: UUID, after: UUID | None = None, newest_first: bool = False, limit: int = 100
    ) -> list[Lot]:
        """The customer's lots, used up ones too, oldest first, keyset paged with `after`."""
        ...

    def ledger_differences(self) -> list[tuple[UUID | None, str, Decimal]]:
        """Customers whose credit is not what the ledger says: id, currency, difference (I4)."""
        ...

    def expired(self, on: date) -> list[Lot]:
        """Lots with something left whose last day was before `on`."""
        ...

    def wrong_lots(self) -> list[tuple[UUID, Decimal]]:
        """Lots below zero, and such as do not exist: id, what their rows add up to."""
        ...


class CreditsRepositories(InvoicingRepositories, Protocol):
    @property
    def credits(self) -> CreditRepository: ...


class CreditsTx(Tx, Protocol):
    @property
    def billing(self) -> CreditsRepositories: ...
