"""The customer buys credit: a payment without an invoice, all of which becomes the customer's credit.

Nothing is sold yet, so there is no invoice and no tax: what the credit will buy, where and at which rate, is not known
before it is used. EU law calls that a multi-purpose voucher (Directive 2006/112/EC, articles 30a and 73a).
"""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from larabill_billing.audits.handlers import record
from larabill_billing.customers.model import Customer
from larabill_billing.payments.handlers import check_amount, check_reference
from larabill_billing.payments.model import MANUAL, Payment, PaymentKind
from larabill_billing.payments.operations import demand_gateway, intend, reference
from larabill_billing.payments.ports import PaymentsTx
from larabill_billing.payments.settle import settle
from larabill_billing.payments.top_up_rules import LOOK_BACK
from larabill_core.errors import Conflict, Faults, NotFound
from larabill_core.ids import new_id, public_id


def charge_top_up(tx: PaymentsTx, customer_id: UUID, amount: Decimal, method_id: UUID) -> Payment:
    """Charge a stored method for credit in the customer's currency; a job carries it out.

    Raises `InvalidInput`; `NotFound`; `Conflict` when the gateway's driver cannot charge, or another top-up is still
    under way (F35).
    """
    customer = tx.billing.customers.get(customer_id, lock=True)
    amount = _checked(amount, customer)
    method = tx.billing.payment_methods.get(method_id, lock=True)
    if method.customer_id != customer_id:
        raise NotFound("payment method", method_id)
    demand_gateway(tx, method.account)
    for other in tx.billing.payments.charged_top_ups(customer_id, tx.now - LOOK_BACK):
        if other.is_in_flight:
            raise Conflict(f"customer {customer_id}", f"top-up {other.id} is {other.status}", "wait for its end")
    payment = _add(tx, customer, amount, method.account, method_id=method.id)
    intend(tx, "payment", payment.id, account=payment.account, action="charge", ref=payment.ref)
    return payment


def open_top_up(tx: PaymentsTx, customer_id: UUID, amount: Decimal, account: str) -> Payment:
    """A payment for credit that the customer will make at the gateway; a webhook brings the result.

    The host sends the customer there with `payment.ref`, and `payment.document` as the invoice's id.
    Raises `InvalidInput`, `NotFound`, `Conflict`.
    """
    customer = tx.billing.customers.get(customer_id)
    return _add(tx, customer, _checked(amount, customer), account)


def record_top_up(tx: PaymentsTx, customer_id: UUID, amount: Decimal, transfer: str) -> Payment:
    """Money for credit that came by hand; `transfer` names it and is unique. Raises `AlreadyExists`, `InvalidInput`."""
    customer = tx.billing.customers.get(customer_id)
    faults = Faults()
    check_reference(transfer, "reference", faults)
    amount = check_amount(amount, customer.currency, "amount", faults)
    faults.raise_if_any()
    return settle(tx, _add(tx, customer, amount, MANUAL, transaction_id=transfer), transfer)


def _checked(amount: Decimal, customer: Customer) -> Decimal:
    faults = Faults()
    exact = check_amount(amount, customer.currency, "amount", faults)
    faults.raise_if_any()
    return exact


def _add(
    tx: PaymentsTx,
    customer: Customer,
    amount: Decimal,
    account: str,
    *,
    method_id: UUID | None = None,
    transaction_id: str | None = None,
) -> Payment:
    payment_id = new_id()
    payment = Payment(
        id=payment_id,
        seller_id=tx.seller_id,
        customer_id=customer.id,
        invoice_id=None,
        account=account,
        method_id=method_id,
        kind=PaymentKind.TOP_UP,
        ref=public_id("pay", payment_id) if account == MANUAL else reference(tx, account, payment_id),
        amount=amount,
        currency=customer.currency,
        transaction_id=transaction_id,
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.billing.payments.add(payment)
    record(tx, "payment", payment.id, "create", after=payment.status)
    return payment
