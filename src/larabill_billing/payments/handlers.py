"""Begin payments: charge a stored method, open a checkout, record what came by hand; capture, release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from larabill_billing.audits.handlers import check_reason, record
from larabill_billing.customers.checks import attempt
from larabill_billing.invoicing.model import InvoiceState, InvoiceStatus
from larabill_billing.invoicing.plans import asked
from larabill_billing.payments.model import MANUAL, Part, Payment, PaymentKind, PaymentStatus
from larabill_billing.payments.operations import demand_gateway, intend, reference
from larabill_billing.payments.ports import PaymentsTx
from larabill_billing.payments.settle import decline, settle
from larabill_billing.payments.spread import check_parts
from larabill_billing.payments.states import next_status
from larabill_core.errors import Conflict, Faults, InvalidInput, NotFound
from larabill_core.ids import new_id, public_id
from larabill_core.money import exponent, parse_decimal
from larabill_core.privacy import refuse_pan

LONGEST_REFERENCE = 255


def check_reference(value: str, path: str, faults: Faults) -> None:
    """One line of text that names something elsewhere; never a card number (B53)."""
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_REFERENCE or not value.isprintable():
        faults.add(path, f"must be a line of text, up to {LONGEST_REFERENCE} characters")
        return
    try:
        refuse_pan(value, path)
    except InvalidInput as problem:
        faults.include(problem)


def charge_invoice(
    tx: PaymentsTx, invoice_id: UUID, method_id: UUID, *, amount: Decimal | None = None, capture: bool = True
) -> Payment:
    """Record a payment of the invoice and the operation that will charge it; a job carries it out.

    Without an `amount` it is what is to be collected: the balance, or the instalments that are due (the next one while
    none is). Raises `Conflict` when the invoice is not open, another payment of it is in flight (I1), or the gateway's
    driver cannot charge; `InvalidInput` for more than is owed.
    """
    state = _open_state(tx, invoice_id)
    return _charge(tx, [_part(tx, state, amount)], {invoice_id: state}, method_id, capture=capture)


def charge_invoices(tx: PaymentsTx, parts: Sequence[Part], method_id: UUID, *, capture: bool = True) -> Payment:
    """One charge for parts of several invoices of one customer and currency. Raises as `charge_invoice`."""
    states = _open_states(tx, parts)
    return _charge(tx, parts, states, method_id, capture=capture)


def _charge(
    tx: PaymentsTx,
    parts: Sequence[Part],
    states: Mapping[UUID, InvoiceState],
    method_id: UUID,
    *,
    capture: bool,
) -> Payment:
    state = states[parts[0].invoice_id]
    method = tx.billing.payment_methods.get(method_id, lock=True)
    if method.customer_id != state.customer_id:
        raise NotFound("payment method", method_id)
    demand_gateway(tx, method.account)
    for other in tx.billing.payments.for_invoices([part.invoice_id for part in parts]):
        if other.is_in_flight:
            raise Conflict(
                f"invoice {other.invoice_ids[0]}", f"payment {other.id} of it is {other.status}", "wait for its end"
            )
    payment = _new(tx, state, parts, PaymentKind.CHARGE, method.account, method_id=method.id, capture=capture)
    intend(tx, "payment", payment.id, account=payment.account, action="charge", ref=payment.ref)
    return payment


def open_checkout(
    tx: PaymentsTx, invoice_id: UUID, account: str, *, amount: Decimal | None = None, capture: bool = True
) -> Payment:
    """Record a payment that the customer will make at the gateway; a webhook brings the result.

    The host sends the customer there with `payment.ref`, and `payment.document` as the invoice's id. Asked twice for
    the same amount, the answer is the same payment (F35). Raises `Conflict` when nothing is owed, `InvalidInput`,
    `NotFound`.
    """
    state = _open_state(tx, invoice_id)
    return _checkout(tx, [_part(tx, state, amount)], {invoice_id: state}, account, capture=capture)


def open_checkout_for(tx: PaymentsTx, parts: Sequence[Part], account: str, *, capture: bool = True) -> Payment:
    """One checkout for parts of several invoices of one customer and currency. Raises as `open_checkout`."""
    return _checkout(tx, parts, _open_states(tx, parts), account, capture=capture)


def _checkout(
    tx: PaymentsTx, parts: Sequence[Part], states: Mapping[UUID, InvoiceState], account: str, *, capture: bool
) -> Payment:
    wanted = sorted(parts, key=lambda part: part.invoice_id)
    for other in tx.billing.payments.for_invoices([part.invoice_id for part in parts]):
        same = (other.kind, other.account, other.capture) == (PaymentKind.CHECKOUT, account, capture)
        if same and other.status is PaymentStatus.CREATED and sorted(other.for_invoices, key=_by_invoice) == wanted:
            return other
    return _new(tx, states[parts[0].invoice_id], parts, PaymentKind.CHECKOUT, account, capture=capture)


def _by_invoice(part: Part) -> UUID:
    return part.invoice_id


def _open_state(tx: PaymentsTx, invoice_id: UUID) -> InvoiceState:
    """The locked state of an invoice on which something is owed."""
    state = tx.billing.invoices.state(invoice_id, lock=True)
    if state.status is not InvoiceStatus.ISSUED:
        raise Conflict(f"invoice {invoice_id}", f"it is {state.status}", "there is nothing to pay")
    return state


def _open_states(tx: PaymentsTx, parts: Sequence[Part]) -> dict[UUID, InvoiceState]:
    """The locked states of the parts' invoices, on each of which as much is owed. Raises `InvalidInput`, `Conflict`."""
    states = tx.billing.invoices.states([part.invoice_id for part in parts], lock=True)
    faults = Faults()
    currency = next((state.currency for state in states.values()), "")
    check_parts(parts, states, currency, faults)
    faults.raise_if_any()
    for state in states.values():
        if state.status is not InvoiceStatus.ISSUED:
            raise Conflict(f"invoice {state.invoice_id}", f"it is {state.status}", "there is nothing to pay")
    return states


def _part(tx: PaymentsTx, state: InvoiceState, amount: Decimal | None) -> Part:
    if amount is None:
        return Part(invoice_id=state.invoice_id, amount=asked(tx, state))
    faults = Faults()
    exact = check_amount(amount, state.currency, "amount", faults)
    if exact > state.balance:
        faults.add("amount", "is more than is owed", value=amount, remedy=f"{state.balance} at most")
    faults.raise_if_any()
    return Part(invoice_id=state.invoice_id, amount=exact)


def _new(
    tx: PaymentsTx,
    state: InvoiceState,
    parts: Sequence[Part],
    kind: PaymentKind,
    account: str,
    *,
    method_id: UUID | None = None,
    capture: bool = True,
) -> Payment:
    payment_id = new_id()
    payment = Payment(
        id=payment_id,
        seller_id=tx.seller_id,
        customer_id=state.customer_id,
        invoice_id=parts[0].invoice_id if len(parts) == 1 else None,
        account=account,
        method_id=method_id,
        kind=kind,
        ref=reference(tx, account, payment_id),
        amount=sum((part.amount for part in parts), Decimal(0)),
        currency=state.currency,
        capture=capture,
        parts=tuple(parts) if len(parts) > 1 else (),
        created_at=tx.now,
        updated_at=tx.now,
    )
    add_payment(tx, payment)
    return payment


def add_payment(tx: PaymentsTx, payment: Payment) -> None:
    """Store a payment that begins, with its audit."""
    tx.billing.payments.add(payment)
    record(tx, "payment", payment.id, "create", after=payment.status)


def record_manual(tx: PaymentsTx, invoice_id: UUID, amount: Decimal, reference: str) -> Payment:
    """Money that came by hand (a bank transfer); `reference` is unique. What is too much becomes credit.

    Raises `AlreadyExists` when the reference was recorded before, `InvalidInput`, `NotFound`.
    """
    state = tx.billing.invoices.state(invoice_id)
    faults = Faults()
    check_reference(reference, "reference", faults)
    amount = check_amount(amount, state.currency, "amount", faults)
    faults.raise_if_any()
    payment_id = new_id()
    payment = Payment(
        id=payment_id,
        seller_id=tx.seller_id,
        customer_id=state.customer_id,
        invoice_id=invoice_id,
        account=MANUAL,
        kind=PaymentKind.MANUAL,
        ref=public_id("pay", payment_id),
        amount=amount,
        currency=state.currency,
        transaction_id=reference,
        created_at=tx.now,
        updated_at=tx.now,
    )
    add_payment(tx, payment)
    return settle(tx, payment, reference)


def check_amount(amount: Decimal, currency: str, path: str, faults: Faults) -> Decimal:
    """A positive amount of this currency; 0 after noting a fault."""
    try:
        exact = parse_decimal(amount, places=exponent(currency), path=path, minimum=0)
    except InvalidInput as problem:
        faults.include(problem)
        return Decimal(0)
    if exact == 0:
        faults.add(path, "must be more than 0")
    return exact


def capture(tx: PaymentsTx, payment_id: UUID) -> Payment:
    """Record the operation that takes what is authorised. Raises `IllegalTransition`, `AlreadyExists`."""
    return _ask(tx, payment_id, "capture")


def release(tx: PaymentsTx, payment_id: UUID) -> Payment:
    """Record the operation that lets an authorisation go. Raises `IllegalTransition`, `AlreadyExists`."""
    return _ask(tx, payment_id, "release")


def _ask(tx: PaymentsTx, payment_id: UUID, action: str) -> Payment:
    payment = tx.billing.payments.get(payment_id, lock=True)
    next_status(payment.id, payment.status, action)
    if payment.status is not PaymentStatus.AUTHORISED:
        raise Conflict(f"payment {payment_id}", f"it is {payment.status}, not authorised")
    demand_gateway(tx, payment.account)
    record(tx, "payment", payment.id, f"ask_{action}", before=payment.status, after=payment.status)
    intend(tx, "payment", payment.id, account=payment.account, action=action, ref=payment.ref)
    return payment


def resolve_review(tx: PaymentsTx, payment_id: UUID, transaction_id: str | None, reason: str) -> Payment:
    """What a person found at the gateway: the transaction that took the money, or that there is none.

    Raises `Conflict` unless the payment is in review, `InvalidInput`.
    """
    faults = Faults()
    if transaction_id is not None:
        check_reference(transaction_id, "transaction_id", faults)
    attempt(faults, lambda: check_reason(reason), None)
    faults.raise_if_any()
    payment = tx.billing.payments.get(payment_id, lock=True)
    if payment.status is not PaymentStatus.REVIEW:
        raise Conflict(f"payment {payment_id}", f"it is {payment.status}, not in review")
    if transaction_id is None:
        return decline(tx, payment, "reviewed", reason)
    return settle(tx, payment, transaction_id)
