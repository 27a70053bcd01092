"""Storage of what tax depends on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from larabill_billing.customers.model import Customer
from larabill_billing.customers.ports import CustomersRepositories
from larabill_billing.tax.facts import BilledTaxes, Evidence, Exemption, IdCheck, TaxFacts
from larabill_billing.tax.provider import ProviderAnswer
from larabill_core.ports.unit_of_work import Tx


class TaxRepository(Protocol):
    def for_customers(self, customer_ids: Collection[UUID]) -> dict[UUID, TaxFacts]:
        """All exemptions, the newest answers about each id, and the newest evidence of each kind.

        Customers of whom nothing is known are left out. Three statements.
        """
        ...

    def exemptions(self, customer_ids: Collection[UUID]) -> dict[UUID, TaxFacts]:
        """The exemptions alone: all there is to know where no place is looked for. One statement."""
        ...

    def add_exemption(self, exemption: Exemption) -> None: ...

    def exemption(self, exemption_id: UUID, *, lock: bool = False) -> Exemption:
        """Raises `NotFound`."""
        ...

    def end_exemption(self, exemption: Exemption) -> None:
        """Write `until`."""
        ...

    def add_checks(self, checks: Sequence[IdCheck]) -> None: ...

    def checks(self, customer_id: UUID) -> list[IdCheck]:
        """All answers, oldest first, those that were UNKNOWN too."""
        ...

    def add_evidence(self, evidence: Sequence[Evidence]) -> None: ...

    def evidence(self, customer_id: UUID) -> list[Evidence]:
        """All pieces, oldest first."""
        ...

    def with_tax_id(self, *, after: UUID | None = None, limit: int = 100) -> list[Customer]:
        """Customers who have told a tax id, by id, keyset paged with `after`."""
        ...

    def with_evidence(self, *, after: UUID | None = None, limit: int = 100) -> list[UUID]:
        """The ids of customers of whom there is evidence, in their order, keyset paged with `after`."""
        ...

    def answers(self, customer_ids: Collection[UUID]) -> dict[UUID, ProviderAnswer]:
        """What the provider said last about each customer. One statement."""
        ...

    def save_answers(self, answers: Sequence[ProviderAnswer]) -> None:
        """In place of what it said before."""
        ...

    def waiting(self, *, after: UUID | None = None, limit: int = 100) -> list[Customer]:
        """Customers whose drafts wait for the provider, by id, keyset paged with `after`."""
        ...

    def let_go(self, customer_ids: Collection[UUID]) -> int:
        """The drafts of these customers wait no longer; how many did."""
        ...

    def billed(self, item_ids: Collection[UUID]) -> dict[UUID, list[BilledTaxes]]:
        """What these subscription items were taxed at on invoices, oldest first. One statement."""
        ...

    def wrong_categories(self) -> list[tuple[UUID, str, Decimal]]:
        """Lines whose category and rate contradict each other: invoice id, category, rate (I11)."""
        ...


class TaxRepositories(CustomersRepositories, Protocol):
    @property
    def tax(self) -> TaxRepository: ...


class TaxTx(Tx, Protocol):
    @property
    def billing(self) -> TaxRepositories: ...
