"""Create and change sellers and customers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, TypeAlias
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
from larabill_billing.customers.model import ChangeCustomer, ChangeSeller, Customer, NewCustomer, NewSeller, Seller
from larabill_billing.customers.ports import CustomersTx
from larabill_core.clock import zone
from larabill_core.errors import Faults
from larabill_core.ids import new_id

Check: TypeAlias = Callable[[Any, str], Any]

_OF_SELLERS: Final[Mapping[str, Check]] = {
    "name": partial(check_text, required=True),
    "country": check_country,
    "currency": check_currency,
    "time_zone": lambda value, path: zone(value, path).key,
    "language": check_language,
    "tax_id": check_tax_id,
    "address": check_lines,
    "email": lambda value, path: check_email(value, path) if value else "",
    "phone": check_text,
    "registration": check_text,
}
_OF_CUSTOMERS: Final[Mapping[str, Check]] = {
    "name": partial(check_text, required=True),
    "email": check_email,
    "company": check_text,
    "tax_id": check_tax_id,
    "address": check_lines,
    "country": check_country,
    "currency": check_currency,
    "time_zone": lambda value, path: zone(value, path).key,
    "language": check_language,
    "billing_day": check_billing_day,
    "group": check_group,
}


def create_seller(tx: CustomersTx, new: NewSeller, *, seller_id: UUID | None = None) -> Seller:
    """A seller. The transaction has no seller yet. Raises `InvalidInput` with every fault.

    With a `seller_id` of the caller's, two who make the same seller at once make one: the other gets `AlreadyExists`.
    """
    checked = _checked(_OF_SELLERS, attrs.asdict(new, recurse=False), "seller")
    seller = Seller(id=seller_id or new_id(), created_at=tx.now, **checked)
    tx.billing.sellers.add(seller)
    record_many(tx, [Change(subject_kind="seller", subject_id=seller.id, action="create")], seller_id=seller.id)
    return seller


def change_seller(tx: CustomersTx, change: ChangeSeller) -> Seller:
    """Other words about the transaction's seller; issued documents keep those that they were issued with.

    Raises `InvalidInput` with every fault.
    """
    seller = tx.billing.sellers.get(tx.seller_id, lock=True)
    new = attrs.evolve(seller, **_checked(_OF_SELLERS, _given(change), "seller"))
    if new != seller:
        tx.billing.sellers.change(new)
        _audit_change(tx, "seller", seller, new)
    return new


def create_customer(tx: CustomersTx, new: NewCustomer) -> Customer:
    """A customer of the transaction's seller. Raises `InvalidInput` with every fault."""
    seller = tx.billing.sellers.get(tx.seller_id)
    given = attrs.asdict(new, recurse=False)
    for name in ("currency", "time_zone", "language"):
        given[name] = given[name] or getattr(seller, name)
    customer = Customer(
        id=new_id(), seller_id=seller.id, created_at=tx.now, **_checked(_OF_CUSTOMERS, given, "customer")
    )
    tx.billing.customers.add_many([customer])
    record_many(tx, [Change(subject_kind="customer", subject_id=customer.id, action="create")])
    return customer


def change_customer(tx: CustomersTx, customer_id: UUID, change: ChangeCustomer) -> Customer:
    """Other words about a customer; issued documents keep those that they were issued with.

    Raises `InvalidInput` with every fault, `NotFound`.
    """
    customer = tx.billing.customers.get(customer_id, lock=True)
    new = attrs.evolve(customer, **_checked(_OF_CUSTOMERS, _given(change), "customer"))
    if new != customer:
        tx.billing.customers.change(customer, new)
        _audit_change(tx, "customer", customer, new)
    return new


def set_group(tx: CustomersTx, customer_id: UUID, group: str) -> Customer:
    """Put the customer into a group, or out of all with "". Raises `InvalidInput`, `NotFound`."""
    check_group(group, "group")
    customer = tx.billing.customers.get(customer_id, lock=True)
    tx.billing.customers.set_group(customer_id, group)
    change = Change(subject_kind="customer", subject_id=customer_id, action="set_group", reason=group)
    record_many(tx, [change])
    return attrs.evolve(customer, group=group)


def _checked(checks: Mapping[str, Check], given: Mapping[str, Any], root: str) -> dict[str, Any]:
    """The fields in their stored form. Raises `InvalidInput` with every fault."""
    faults = Faults()
    found = {
        name: attempt(faults, partial(check, given[name], f"{root}.{name}"), None)
        for name, check in checks.items()
        if name in given
    }
    faults.raise_if_any()
    return found


def _given(change: ChangeSeller | ChangeCustomer) -> dict[str, Any]:
    """The fields that are to be different."""
    return {name: value for name, value in attrs.asdict(change, recurse=False).items() if value is not None}


def _audit_change(tx: CustomersTx, kind: str, before: Seller | Customer, after: Seller | Customer) -> None:
    """The audit tells which fields changed, not what stands in them: that is personal (I12)."""
    fields = [name for name in attrs.fields_dict(type(before)) if getattr(before, name) != getattr(after, name)]
    record_many(tx, [Change(subject_kind=kind, subject_id=before.id, action="change", reason=", ".join(fields))])
