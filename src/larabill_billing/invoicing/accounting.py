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
    """At the rates of the day of issue; not of proformas, and not where no source of rates is configured.

    Raises `Conflict` when a rate is not known.
    """
    if settings_of(tx).exchange is None:
        return
    taxed = [each for each in documents if each[1].type is not DocumentType.PROFORMA]
    foreign = {request.currency for request, _ in taxed} - {seller.currency}
    rates = {currency: rate_of(tx, currency, seller.currency, on) for currency in sorted(foreign)}
    tx.billing.accounting.add_many(
        [
            _accounting(tx, request, sums, rates[request.currency])
            for request, sums in taxed
            if request.currency in foreign
        ]
    )


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
