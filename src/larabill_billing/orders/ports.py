"""Storage of orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from larabill_billing.orders.model import Order, OrderItem
from larabill_billing.subscriptions.ports import SubscriptionsRepositories
from larabill_core.ports.unit_of_work import Tx


class OrderRepository(Protocol):
    def add_new(self, order: Order) -> Order:
        """Insert, unless the `order_uuid` is known; the stored row either way."""
        ...

    def add_items(self, items: Sequence[OrderItem]) -> None: ...

    def get(self, order_id: UUID, *, lock: bool = False) -> Order:
        """Raises `NotFound`. With `lock` the row stays locked until the transaction ends."""
        ...

    def by_uuid(self, order_uuid: UUID) -> Order | None: ...

    def by_invoice(self, invoice_id: UUID, *, lock: bool = False) -> Order | None:
        """The order that an invoice was issued for."""
        ...

    def items(self, order_id: UUID) -> list[OrderItem]:
        """In the order in which they were asked for."""
        ...

    def save(self, order: Order) -> None:
        """Write status and released_at, version + 1. Raises `StaleVersion`."""
        ...

    def page(
        self,
        *,
        customer_id: UUID | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[Order]:
        """By id, keyset paged with `after`."""
        ...

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        """Orders whose audits do not lead to their status: id, status (I6)."""
        ...

    def released_twice(self) -> list[tuple[UUID, int]]:
        """Orders with more than one audited release: id, how many (I7)."""
        ...

    def paid_unreleased(self, before: datetime) -> list[UUID]:
        """Pending orders whose invoice was paid before `before` (I8)."""
        ...


class OrdersRepositories(SubscriptionsRepositories, Protocol):
    @property
    def orders(self) -> OrderRepository: ...


class OrdersTx(Tx, Protocol):
    @property
    def billing(self) -> OrdersRepositories: ...
