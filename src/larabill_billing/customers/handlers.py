"""Create sellers and customers."""

from __future__ import annotations

from larabill_billing.customers.model import Customer, NewCustomer, NewSeller, Seller
from larabill_billing.customers.ports import CustomersTx


def create_seller(tx: CustomersTx, new: NewSeller) -> Seller:
    """A seller. The transaction has no seller yet. Raises `InvalidInput` with every fault."""
    raise NotImplementedError


def create_customer(tx: CustomersTx, new: NewCustomer) -> Customer:
    """A customer of the transaction's seller. Raises `InvalidInput` with every fault."""
    raise NotImplementedError
