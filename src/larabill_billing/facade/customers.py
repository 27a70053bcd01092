"""`engine.billing.sellers` and `.customers`: who issues invoices, and who gets them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from larabill_billing.customers.handlers import (
    change_customer,
    change_seller,
    create_customer,
    create_seller,
    set_group,
)
from larabill_billing.customers.model import ChangeCustomer, ChangeSeller, Customer, NewCustomer, NewSeller, Seller
from larabill_billing.facade.area import Area, of_customer
from larabill_core.access import SYSTEM, Actor


class Sellers(Area):
    """`engine.billing.sellers`."""

    def create(self, new: NewSeller, *, actor: Actor = SYSTEM) -> Seller:
        """Raises `InvalidInput` with every fault."""
        return self._run("sellers.write", None, actor, lambda tx: create_seller(tx, new))

    def change(self, seller: UUID, change: ChangeSeller, *, actor: Actor = SYSTEM) -> Seller:
        """Other words about a seller, for documents to come. Raises `InvalidInput`, `NotFound`."""
        return self._run("sellers.change", seller, actor, lambda tx: change_seller(tx, change))

    def list(self, *, actor: Actor = SYSTEM) -> Sequence[Seller]:
        """All, oldest first."""
        return self._run("sellers.read", None, actor, lambda tx: tx.billing.sellers.all())


class Customers(Area):
    """`engine.billing.customers`."""

    def create(self, seller: UUID, new: NewCustomer, *, actor: Actor = SYSTEM) -> Customer:
        """Raises `InvalidInput` with every fault."""
        return self._run("customers.write", seller, actor, lambda tx: create_customer(tx, new))

    def get(self, seller: UUID, customer_id: UUID, *, actor: Actor = SYSTEM) -> Customer:
        """Raises `NotFound`."""
        owned = of_customer(customer_id)
        return self._run("customers.read", seller, actor, lambda tx: tx.billing.customers.get(customer_id), owned=owned)

    def change(self, seller: UUID, customer_id: UUID, change: ChangeCustomer, *, actor: Actor = SYSTEM) -> Customer:
        """Other words about a customer, for documents to come. Raises `InvalidInput`, `NotFound`."""
        owned = of_customer(customer_id)
        return self._run(
            "customers.change", seller, actor, lambda tx: change_customer(tx, customer_id, change), owned=owned
        )

    def set_group(self, seller: UUID, customer_id: UUID, group: str, *, actor: Actor = SYSTEM) -> Customer:
        """Put the customer into a group, or out of all with "". Raises `InvalidInput`, `NotFound`."""
        return self._run("customers.write", seller, actor, lambda tx: set_group(tx, customer_id, group))

    def list(
        self, seller: UUID, *, after: UUID | None = None, limit: int = 100, actor: Actor = SYSTEM
    ) -> Sequence[Customer]:
        """By id, that is, oldest first."""
        return self._run(
            "customers.read", seller, actor, lambda tx: tx.billing.customers.page(after=after, limit=limit)
        )
