"""What an order or a change would bring on an invoice, on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from larabill_billing.invoicing.model import Charge, DocumentType
from larabill_billing.invoicing.totals import Totals
from larabill_billing.invoicing.wire import TaxOut
from larabill_core.http.wire import Amount, Money, money


class PreviewLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line. `amount` is after its allowances and without tax."""

    kind: str
    description: str
    period_start: date | None
    period_end: date | None
    quantity: Amount
    unit_price: Amount
    amount: Money


class PreviewDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The document, to the cent. A credit note gives back what it comes to."""

    type: DocumentType
    lines: list[PreviewLine]
    taxes: list[TaxOut]
    net: Money
    tax: Money
    total: Money


def preview_document(charges: Sequence[Charge], sums: Totals, currency: str) -> PreviewDocument:
    """The document that these charges come to."""
    return PreviewDocument(
        type=sums.type,
        lines=[
            PreviewLine(
                kind=charge.kind,
                description=charge.description,
                period_start=charge.period_start,
                period_end=charge.period_end,
                quantity=f"{charge.quantity.normalize():f}",
                unit_price=f"{charge.unit_price.normalize():f}",
                amount=money(amount, currency),
            )
            for charge, amount in zip(charges, sums.amounts, strict=True)
        ],
        taxes=[
            TaxOut(
                category=each.category,
                rate=str(each.rate),
                name=each.name,
                jurisdiction=each.jurisdiction,
                reason=each.reason,
                base=money(each.base, currency),
                tax=money(each.tax, currency),
            )
            for each in sums.taxes
        ],
        net=money(sums.net, currency),
        tax=money(sums.tax, currency),
        total=money(sums.net + sums.tax, currency),
    )
