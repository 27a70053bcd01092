"""Money that paid the wrong invoices is moved to the right ones: by new allocations, never by edits."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from larabill_billing.audits.handlers import check_reason, record
from larabill_billing.credits.handlers import move
from larabill_billing.invoicing.paying import apply_payment, take_back
from larabill_billing.ledger.handlers import post
from larabill_billing.ledger.model import CUSTOMER_CREDIT, RECEIVABLE, Entry, Posting
from larabill_billing.payments.disputes import disputed_amount
from larabill_billing.payments.model import TOOK_MONEY, Part, Payment
from larabill_billing.payments.ports import PaymentsTx
from larabill_billing.payments.spread import check_parts
from larabill_billing.payments.standing import CREDITED, on_invoices
from larabill_core.errors import Conflict, Faults
from larabill_core.ids import new_id


def rematch(tx: PaymentsTx, payment_id: UUID, parts: Sequence[Part], reason: str) -> Payment:
    """What of a payment stands on invoices is for these instead, and what is left over becomes the customer's credit.

    Only what stands on invoices is moved: what became credit is spent as credit is. Raises `Conflict` when it took no
    money, part of it was given back, or a dispute about it stands; `InvalidInput` with every fault, `NotFound`.
    """
    check_reason(reason)
    payment = tx.billing.payments.get(payment_id, lock=True)
    if payment.status not in TOOK_MONEY:
        raise Conflict(f"payment {payment_id}", f"it is {payment.status}", "only captured money can be matched")
    disputed_amount(tx, payment)
    refunds = tx.billing.refunds.for_payment(payment_id)
    if any(refund.returned for refund in refunds):
        raise Conflict(f"payment {payment_id}", "part of it was given back with a credit note")
    before = {part.invoice_id: part.amount for part in on_invoices(tx, payment, refunds)}
    standing = sum(before.values(), Decimal(0))
    wanted = {part.invoice_id: part.amount for part in parts}
    _check(tx, payment, parts, before, standing)
    _move(tx, payment, before, wanted, reason)
    record(tx, "payment", payment.id, "rematch", before=payment.status, after=payment.status, reason=reason)
    return payment


def _check(
    tx: PaymentsTx, payment: Payment, parts: Sequence[Part], before: dict[UUID, Decimal], standing: Decimal
) -> None:
    """Locks the states of all invoices, old and new, in the order of their ids."""
    states = tx.billing.invoices.states({*before, *(part.invoice_id for part in parts)}, lock=True)
    faults = Faults()
    more = [
        Part(invoice_id=part.invoice_id, amount=part.amount - before.get(part.invoice_id, Decimal(0)))
        for part in parts
        if part.amount > before.get(part.invoice_id, Decimal(0))
    ]
    if more and check_parts(more, states, payment.currency, faults) != payment.customer_id:
        faults.add("parts", "are not of the payment's customer")
    if len({part.invoice_id for part in parts}) != len(parts) or any(part.amount <= 0 for part in parts):
        faults.add("parts", "must be one of more than 0 for each invoice")
    if sum((part.amount for part in parts), Decimal(0)) > standing:
        faults.add("parts", "are more than stands on invoices", remedy=f"it is {standing}")
    faults.raise_if_any()


def _move(
    tx: PaymentsTx, payment: Payment, before: dict[UUID, Decimal], wanted: dict[UUID, Decimal], reason: str
) -> None:
    """Off the old invoices first, then onto the new ones; what is in none of them is credit."""
    move_id = new_id()
    freed = sum(before.values(), Decimal(0)) - sum(wanted.values(), Decimal(0))
    to_credit = freed
    for invoice_id in sorted(before):
        surplus = before[invoice_id] - wanted.get(invoice_id, Decimal(0))
        if surplus <= 0:
            continue
        credited = min(surplus, to_credit)
        to_credit -= credited
        for amount, cause in ((credited, f"{CREDITED}{move_id}"), (surplus - credited, f"match:{move_id}")):
            if amount:
                take_back(tx, invoice_id, amount, payment.id, cause=cause, reason=reason)
    for invoice_id in sorted(wanted):
        more = wanted[invoice_id] - before.get(invoice_id, Decimal(0))
        if more > 0:
            apply_payment(tx, invoice_id, more, payment.id, cause=f"match:{move_id}")
    if freed:
        move(tx, payment.customer_id, freed, payment.currency, "payment_rematched", move_id)
        entry = Entry(
            seller_id=payment.seller_id,
            currency=payment.currency,
            document_kind="rematch",
            document_id=move_id,
            purpose="rematched",
            occurred_at=tx.now,
            postings=(
                Posting(account=RECEIVABLE, amount=freed, customer_id=payment.customer_id),
                Posting(account=CUSTOMER_CREDIT, amount=-freed, customer_id=payment.customer_id),
            ),
        )
        post(tx, [entry])
