"""Exchange gains and losses, realised when money of another currency moves.

An invoice was booked at the rate of its day; what pays it is worth what the gateway made of it, or the rate of the day
on which it came. The difference is a gain or a loss in the seller's currency. A refund realises the opposite: the
amount is given back as it was booked, and costs what it is worth on its day. A job of its own does this, because money
must be recorded also while no rate is known: the job waits for the rate, and says so.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from larabill_billing.exchange.handlers import rate_of
from larabill_billing.ledger.handlers import post
from larabill_billing.ledger.model import EXCHANGE_GAINS, EXCHANGE_LOSSES, Entry, Posting, cash, clearing
from larabill_billing.payments.cash import SETTLED
from larabill_billing.payments.jobs import EXCHANGE, ExchangeDue
from larabill_billing.payments.model import Payment, Refund
from larabill_billing.payments.ports import PaymentsTx
from larabill_billing.settings import settings_of
from larabill_core.clock import local_date
from larabill_core.ids import derived_id
from larabill_core.jobs import NewJob
from larabill_core.money import quantize


def exchange_later(tx: PaymentsTx, document: Payment | Refund) -> None:
    """Record the job that realises the gain or loss; nothing where nothing is booked in another currency."""
    if settings_of(tx).exchange is None or tx.billing.sellers.get(tx.seller_id).currency == document.currency:
        return
    kind = "payment" if isinstance(document, Payment) else "refund"
    due = ExchangeDue(kind=kind, document_id=document.id, moved_at=tx.now)
    tx.enqueue(
        NewJob(handler=EXCHANGE, payload=due, event_id=derived_id(document.id, "exchange"), seller_id=tx.seller_id)
    )


def realise(tx: PaymentsTx, due: ExchangeDue) -> None:
    """Post what moved more or less than it was booked at. Raises `Conflict` while the rate of the day is not known."""
    if due.kind == "payment":
        payment = tx.billing.payments.get(due.document_id)
        booked, applied = _booked(tx, payment)
        gain = _worth(tx, "payment", payment, applied, due.moved_at) - booked
    else:
        refund = tx.billing.refunds.get(due.document_id)
        payment = tx.billing.payments.get(refund.payment_id)
        booked, applied = _booked(tx, payment)
        amount = min(refund.amount, applied)
        own = quantize(booked * amount / applied, _home(tx)) if applied else Decimal(0)
        gain = own - _worth(tx, "refund", refund, amount, due.moved_at)
    if gain:
        _post(tx, due, payment.currency, gain)


def _home(tx: PaymentsTx) -> str:
    return tx.billing.sellers.get(tx.seller_id).currency


def _booked(tx: PaymentsTx, payment: Payment) -> tuple[Decimal, Decimal]:
    """What the documents that it paid are booked at, in the seller's currency; and how much of it paid them."""
    allocations = tx.billing.invoices.allocated_by("payment", [payment.id])
    accounting = tx.billing.accounting.for_documents({each.invoice_id for each in allocations})
    booked = applied = Decimal(0)
    for each in allocations:
        document = accounting.get(each.invoice_id)
        if document is not None:
            booked += quantize(each.amount * document.rate, document.currency)
            applied += each.amount
    return booked, applied


def _worth(tx: PaymentsTx, kind: str, document: Payment | Refund, amount: Decimal, at: datetime) -> Decimal:
    """What `amount` of the document is worth in the seller's currency."""
    if not amount:
        return Decimal(0)
    seller = tx.billing.sellers.get(tx.seller_id)
    for entry in tx.billing.ledger.for_document(kind, document.id):
        if entry.purpose == SETTLED and entry.currency == seller.currency:
            (moved,) = (abs(each.amount) for each in entry.postings if each.account == cash(document.account))
            return quantize(moved * amount / document.amount, seller.currency)
    rate = rate_of(tx, document.currency, seller.currency, local_date(at, seller.time_zone))
    return rate.convert(amount)


def _post(tx: PaymentsTx, due: ExchangeDue, currency: str, gain: Decimal) -> None:
    home = _home(tx)
    account = EXCHANGE_GAINS if gain > 0 else EXCHANGE_LOSSES
    entry = Entry(
        seller_id=tx.seller_id,
        currency=home,
        document_kind=due.kind,
        document_id=due.document_id,
        purpose="exchange",
        occurred_at=due.moved_at,
        postings=(
            Posting(account=clearing(currency, home), amount=gain),
            Posting(account=account, amount=-gain),
        ),
    )
    post(tx, [entry])
