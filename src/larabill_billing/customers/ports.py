"""Storage of sellers and customers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from larabill_billing.audits.ports import AuditRepositories
from larabill_billing.customers.model import Customer, Seller
from larabill_core.ports.unit_of_work import Tx


class SellerRepository(Protocol):
    """Not scoped by seller: a seller's id is the scope."""

    def add(self, seller: Seller) -> None:
        """Raises `AlreadyExists` for an id that is taken."""
        ...

    def get(self, seller_id: UUID, *, lock: bool = False) -> Seller:
        """Raises `NotFound`. With `lock` the row stays locked until the transaction ends."""
        ...

    def change(self, seller: Seller) -> None:
        """Write a locked row."""
        ...

    def all(self) -> list[Seller]:
        """All, oldest first."""
        ...

    def page(self, *, after: UUID | None = None, newest_first: bool = False, limit: int = 100) -> list[Seller]:
        """By id, keyset paged with `after`."""
        ...


class CustomerRepository(Protocol):
    def add_many(self, customers: Sequence[Customer]) -> None:
        """Insert in one statement."""
        ...

    def get(self, customer_id: UUID, *, lock: bool = False) -> Customer:
        """Raises `NotFound`. With `lock` the row stays locked until the transaction ends."""
        ...

    def get_many(self, customer_ids: Collection[UUID], *, lock: bool = False) -> dict[UUID, Customer]:
        """Those that exist, in one statement. With `lock` they stay locked until the transaction ends."""
        ...

    def change(self, before: Customer, after: Customer) -> None:
        """Write a locked row, and by which words it is found."""
        ...

    def set_group(self, customer_id: UUID, group: str) -> None:
        """Write the group of a locked row."""
        ...

    def page(
        self, *, search: str = "", after: UUID | None = None, newest_first: bool = False, limit: int = 100
    ) -> list[Customer]:
        """By id, keyset paged with `after`; of a `search` (folded) those of whom a word begins with it."""
        ...


class CustomersRepositories(AuditRepositories, Protocol):
    @property
    def sellers(self) -> SellerRepository: ...

    @property
    def customers(self) -> CustomerRepository: ...


class CustomersTx(Tx, Protocol):
    @property
    def billing(self) -> CustomersRepositories: ...
