"""Storage of exchange rates, and of what documents are worth in the seller's currency."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from larabill_billing.customers.ports import CustomersRepositories
from larabill_billing.exchange.model import Accounting, StoredRate
from larabill_core.ports.unit_of_work import Tx


class ExchangeRateRepository(Protocol):
    def add_new(self, rates: Sequence[StoredRate]) -> None:
        """Insert those whose (source, base, quote, day) is new; one statement."""
        ...

    def between(
        self, source: str, first: date, last: date, *, currencies: Collection[str] | None = None
    ) -> list[StoredRate]:
        """Of these days, both included; with `currencies`, those that have one of them on either side."""
        ...

    def newest(self, source: str) -> date | None:
        """The newest day of which there are rates."""
        ...


class AccountingRepository(Protocol):
    def add_many(self, amounts: Sequence[Accounting]) -> None: ...

    def for_documents(self, document_ids: Collection[UUID]) -> dict[UUID, Accounting]:
        """Of those of these that are in another currency than the seller's."""
        ...


class ExchangeRepositories(CustomersRepositories, Protocol):
    @property
    def exchange_rates(self) -> ExchangeRateRepository: ...

    @property
    def accounting(self) -> AccountingRepository: ...


class ExchangeTx(Tx, Protocol):
    @property
    def billing(self) -> ExchangeRepositories: ...
