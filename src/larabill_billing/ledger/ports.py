"""Storage of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from larabill_billing.ledger.model import AccountBalance, Entry
from larabill_core.ports.unit_of_work import Tx


class LedgerRepository(Protocol):
    def add_many(self, entries: Sequence[Entry]) -> None:
        """Insert entries and postings, two statements. Raises `AlreadyExists` for a (document, purpose) seen before."""
        ...

    def for_document(self, document_kind: str, document_id: UUID) -> list[Entry]:
        """What one document did, oldest first."""
        ...

    def trial_balance(self) -> list[AccountBalance]:
        """The balance of each (currency, account) of the seller, sorted."""
        ...

    def customer_balance(self, account: str, customer_id: UUID, currency: str) -> Decimal:
        """What stands on an account for one customer."""
        ...

    def unbalanced_entries(self) -> list[tuple[UUID, Decimal]]:
        """Entries whose postings do not add up to zero, and by how much (I4)."""
        ...

    def unbalanced_currencies(self) -> list[tuple[str, Decimal]]:
        """Currencies whose postings do not add up to zero (I4)."""
        ...


class LedgerRepositories(Protocol):
    @property
    def ledger(self) -> LedgerRepository: ...


class LedgerTx(Tx, Protocol):
    @property
    def billing(self) -> LedgerRepositories: ...
