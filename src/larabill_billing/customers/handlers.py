"""Create sellers and customers."""

from __future__ import annotations

from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record_many
from larabill_billing.audits.model import Change
from larabill_billing.customers.checks import (
    attempt,
    check_billing_day,
    check_country,
    check_currency,
    check_email,
    check_group,
    check_language,
    check_lines,
    check_tax_id,
    check_text,
)
from larabill_billing.customers.model import Customer, NewCustomer, NewSeller, Seller
from larabill_billing.customers.ports import CustomersTx
from larabill_core.clock import zone
from larabill_core.errors import Faults
from larabill_core.ids import new_id


def create_seller(tx: CustomersTx, new: NewSeller, *, seller_id: UUID | None = None) -> Seller:
    """A seller. The transaction has no seller yet. Raises `InvalidInput` with every fault.

    With a `seller_id` of the caller's, two who make the same seller at once make one: the other gets `AlreadyExists`.
    """
    faults = Faults()
    seller = Seller(
        id=seller_id or new_id(),
        name=attempt(faults, lambda: check_text(new.name, "seller.name", required=True), ""),
        country=attempt(faults, lambda: check_country(new.country, "seller.country"), ""),
        currency=attempt(faults, lambda: check_currency(new.currency, "seller.currency"), ""),
        time_zone=attempt(faults, lambda: zone(new.time_zone, "seller.time_zone").key, ""),
        language=attempt(faults, lambda: check_language(new.language, "seller.language"), ""),
        tax_id=attempt(faults, lambda: check_tax_id(new.tax_id, "seller.tax_id"), ""),
        address=attempt(faults, lambda: check_lines(new.address, "seller.address"), ()),
        email=attempt(faults, lambda: check_email(new.email, "seller.email") if new.email else "", ""),
        phone=attempt(faults, lambda: check_text(new.phone, "seller.phone"), ""),
        registration=attempt(faults, lambda: check_text(new.registration, "seller.registration"), ""),
        created_at=tx.now,
    )
    faults.raise_if_any()
    tx.billing.sellers.add(seller)
    record_many(tx, [Change(subject_kind="seller", subject_id=seller.id, action="create")], seller_id=seller.id)
    return seller


def create_customer(tx: CustomersTx, new: NewCustomer) -> Customer:
    """A customer of the transaction's seller. Raises `InvalidInput` with every fault."""
    seller = tx.billing.sellers.get(tx.seller_id)
    currency, time_zone = new.currency or seller.currency, new.time_zone or seller.time_zone
    language = new.language or seller.language
    faults = Faults()
    customer = Customer(
        id=new_id(),
        seller_id=seller.id,
        name=attempt(faults, lambda: check_text(new.name, "customer.name", required=True), ""),
        email=attempt(faults, lambda: check_email(new.email, "customer.email"), ""),
        company=attempt(faults, lambda: check_text(new.company, "customer.company"), ""),
        tax_id=attempt(faults, lambda: check_tax_id(new.tax_id, "customer.tax_id"), ""),
        address=attempt(faults, lambda: check_lines(new.address, "customer.address"), ()),
        country=attempt(faults, lambda: check_country(new.country, "customer.country"), ""),
        currency=attempt(faults, lambda: check_currency(currency, "customer.currency"), ""),
        time_zone=attempt(faults, lambda: zone(time_zone, "customer.time_zone").key, ""),
        language=attempt(faults, lambda: check_language(language, "customer.language"), ""),
        billing_day=attempt(faults, lambda: check_billing_day(new.billing_day, "customer.billing_day"), None),
        group=attempt(faults, lambda: check_group(new.group, "customer.group"), ""),
        created_at=tx.now,
    )
    faults.raise_if_any()
    tx.billing.customers.add_many([customer])
    record_many(tx, [Change(subject_kind="customer", subject_id=customer.id, action="create")])
    return customer


def set_group(tx: CustomersTx, customer_id: UUID, group: str) -> Customer:
    """Put the customer into a group, or out of all with "". Raises `InvalidInput`, `NotFound`."""
    check_group(group, "group")
    customer = tx.billing.customers.get(customer_id, lock=True)
    tx.billing.customers.set_group(customer_id, group)
    change = Change(subject_kind="customer", subject_id=customer_id, action="set_group", reason=group)
    record_many(tx, [change])
    return attrs.evolve(customer, group=group)
