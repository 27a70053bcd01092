"""What documents of other currencies are worth in the seller's: frozen with them (EN 16931, BT-6 and BT-111)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from larabill_billing.customers.model import Seller
from larabill_billing.exchange.handlers import rate_of
from larabill_billing.exchange.model import Accounting, Rate
from larabill_billing.invoicing.model import DocumentType, InvoiceRequest
from larabill_billing.invoicing.ports import InvoicingTx
from larabill_billing.invoicing.totals import Totals
from larabill_billing.settings import settings_of


def freeze(tx: InvoicingTx, seller: Seller, documents: Sequence[tuple[InvoiceRequest, Totals]], on: date) -> None:
    """At the rates of the day of issue; a credit note at the rate of the invoice that it corrects.

    Not of proformas, and not where no source of rates is configured. Raises `Conflict` when a rate is not known.
    """
    if settings_of(tx).exchange is None:
        return
    foreign = [
        (request, sums)
        for request, sums in documents
        if request.currency != seller.currency and sums.type is not DocumentType.PROFORMA
    ]
    notes = [request for request, sums in foreign if sums.type is DocumentType.CREDIT_NOTE]
    corrected = {note.preceding_id for note in notes if note.preceding_id is not None}
    before = tx.billing.accounting.for_documents(corrected) if corrected else {}
    rates: dict[str, Rate] = {}
    frozen = []
    for request, sums in foreign:
        earlier = None if request.preceding_id is None else before.get(request.preceding_id)
        if earlier is None and request.currency not in rates:
            rates[request.currency] = rate_of(tx, request.currency, seller.currency, on)
        rate = rates[request.currency] if earlier is None else earlier.as_rate(request.currency)
        frozen.append(_accounting(tx, request, sums, rate))
    tx.billing.accounting.add_many(frozen)


def _accounting(tx: InvoicingTx, request: InvoiceRequest, sums: Totals, rate: Rate) -> Accounting:
    return Accounting(
        document_id=request.id,
        seller_id=tx.seller_id,
        currency=rate.quote,
        rate=rate.rate,
        source=rate.source,
        rated_on=rate.on,
        total=rate.convert(sums.total),
        tax=rate.convert(sums.tax),
    )
