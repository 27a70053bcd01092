"""Storage of credits."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from larabill_billing.credits.model import Credit
from larabill_billing.invoicing.ports import InvoicingRepositories
from larabill_core.ports.unit_of_work import Tx


class CreditRepository(Protocol):
    def add_many(self, credits: Sequence[Credit]) -> None:
        """Insert. Raises `AlreadyExists` for a (source, source id) seen before."""
        ...

    def balance(self, customer_id: UUID, currency: str) -> Decimal:
        """What the customer has. Lock the customer before relying on it."""
        ...

    def from_source(self, source: str, source_id: UUID) -> Credit | None: ...

    def for_customer(self, customer_id: UUID) -> list[Credit]:
        """All movements, oldest first."""
        ...

    def ledger_differences(self) -> list[tuple[UUID | None, str, Decimal]]:
        """Customers whose credit is not what the ledger says: id, currency, difference (I4)."""
        ...


class CreditsRepositories(InvoicingRepositories, Protocol):
    @property
    def credits(self) -> CreditRepository: ...


class CreditsTx(Tx, Protocol):
    @property
    def billing(self) -> CreditsRepositories: ...
