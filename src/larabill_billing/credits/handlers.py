"""Give a customer credit, and use it."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from larabill_billing.audits.handlers import record
from larabill_billing.credits.model import Credit
from larabill_billing.credits.ports import CreditsTx
from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.invoicing.paying import apply_payment
from larabill_billing.ledger.handlers import post
from larabill_billing.ledger.model import CUSTOMER_CREDIT, RECEIVABLE, REFUNDS, Entry, Posting
from larabill_core.errors import InvalidInput
from larabill_core.ids import new_id
from larabill_core.money import exponent, parse_decimal


def grant(tx: CreditsTx, customer_id: UUID, amount: Decimal, currency: str, source: str, source_id: UUID) -> Credit:
    """Credit that costs us (a service that was never delivered): ledger `refunds` to `customer_credit`.

    Raises `AlreadyExists` when this source was credited before, `InvalidInput`, `NotFound`.
    """
    parse_decimal(amount, places=exponent(currency), path="amount")
    if amount <= 0:
        raise InvalidInput.one("amount", "must be more than 0", amount)
    tx.billing.customers.get(customer_id)
    credit = move(tx, customer_id, amount, currency, source, source_id)
    post(
        tx,
        [
            _entry(
                tx,
                credit,
                "granted",
                Posting(account=REFUNDS, amount=amount),
                Posting(account=CUSTOMER_CREDIT, amount=-amount, customer_id=customer_id),
            )
        ],
    )
    record(tx, "credit", credit.id, "grant", reason=source)
    return credit


def move(tx: CreditsTx, customer_id: UUID, amount: Decimal, currency: str, source: str, source_id: UUID) -> Credit:
    """Write a movement (negative: used) whose ledger entry the caller posts. Raises `AlreadyExists`."""
    credit = movement(tx, customer_id, amount, currency, source, source_id)
    tx.billing.credits.add_many([credit])
    return credit


def movement(tx: CreditsTx, customer_id: UUID, amount: Decimal, currency: str, source: str, source_id: UUID) -> Credit:
    """A movement that is still to be written."""
    return Credit(
        id=new_id(),
        seller_id=tx.seller_id,
        customer_id=customer_id,
        amount=amount,
        currency=currency,
        source=source,
        source_id=source_id,
        created_at=tx.now,
    )


def spend(tx: CreditsTx, invoice_id: UUID) -> Decimal:
    """Pay as much of the invoice as the customer's credit covers; how much that was."""
    state = tx.billing.invoices.state(invoice_id, lock=True)
    tx.billing.customers.get(state.customer_id, lock=True)
    available = tx.billing.credits.balance(state.customer_id, state.currency)
    amount = min(available, state.balance)
    if amount <= 0 or state.status is not InvoiceStatus.ISSUED:
        return Decimal(0)
    credit = move(tx, state.customer_id, -amount, state.currency, "spent", new_id())
    apply_payment(tx, invoice_id, amount, credit.id, source_kind="credit")
    post(
        tx,
        [
            _entry(
                tx,
                credit,
                "spent",
                Posting(account=CUSTOMER_CREDIT, amount=amount, customer_id=state.customer_id),
                Posting(account=RECEIVABLE, amount=-amount, customer_id=state.customer_id),
            )
        ],
    )
    return amount


def _entry(tx: CreditsTx, credit: Credit, purpose: str, *postings: Posting) -> Entry:
    return Entry(
        seller_id=tx.seller_id,
        currency=credit.currency,
        document_kind="credit",
        document_id=credit.id,
        purpose=purpose,
        occurred_at=tx.now,
        postings=postings,
    )
