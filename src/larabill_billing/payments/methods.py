"""The methods that customers stored at a gateway: keep them, choose which one is charged, forget them."""

from __future__ import annotations

from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record
from larabill_billing.payments.events import DefaultMethodStored
from larabill_billing.payments.handlers import check_reference
from larabill_billing.payments.model import PaymentMethod
from larabill_billing.payments.operations import reference
from larabill_billing.payments.ports import PaymentsTx
from larabill_core.errors import Conflict, Faults
from larabill_core.ids import new_id


def add_method(
    tx: PaymentsTx, customer_id: UUID, account: str, token: str, label: str, *, default: bool = True
) -> PaymentMethod:
    """Keep a method that the customer stored at the gateway; `token` is the gateway's name for it.

    Raises `InvalidInput` for a card number, `NotFound` for the customer or account.
    """
    faults = Faults()
    check_reference(token, "token", faults)
    check_reference(label, "label", faults)
    faults.raise_if_any()
    tx.billing.customers.get(customer_id, lock=True)
    method_id = new_id()
    reference(tx, account, method_id)
    if default:
        tx.billing.payment_methods.clear_default(customer_id)
    method = PaymentMethod(
        id=method_id,
        seller_id=tx.seller_id,
        customer_id=customer_id,
        account=account,
        reference=token,
        label=label,
        is_default=default,
        created_at=tx.now,
    )
    tx.billing.payment_methods.add(method)
    record(tx, "payment_method", method.id, "add")
    if default:
        _tell(tx, method)
    return method


def make_default(tx: PaymentsTx, method_id: UUID) -> PaymentMethod:
    """Charge this one from now on; nothing happens when it is so already. Raises `NotFound`."""
    customer_id = tx.billing.payment_methods.get(method_id).customer_id
    tx.billing.customers.get(customer_id, lock=True)
    method = tx.billing.payment_methods.get(method_id, lock=True)
    if method.is_default:
        return method
    tx.billing.payment_methods.make_default(method)
    record(tx, "payment_method", method.id, "make_default")
    _tell(tx, method)
    return attrs.evolve(method, is_default=True)


def remove_method(tx: PaymentsTx, method_id: UUID) -> None:
    """Forget it: nothing is charged to it any more, and what was stays. The gateway keeps what it has.

    Raises `Conflict` while a payment with it is under way, `NotFound`.
    """
    method = tx.billing.payment_methods.get(method_id, lock=True)
    for payment in tx.billing.payments.unfinished_with(method.id):
        raise Conflict(
            f"payment method {method_id}", f"payment {payment.id} with it is {payment.status}", "wait for its end"
        )
    tx.billing.payment_methods.remove(method.id)
    record(tx, "payment_method", method.id, "remove")


def _tell(tx: PaymentsTx, method: PaymentMethod) -> None:
    tx.publish(
        DefaultMethodStored(
            seller_id=tx.seller_id, occurred_at=tx.now, customer_id=method.customer_id, method_id=method.id
        )
    )
