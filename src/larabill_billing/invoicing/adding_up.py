"""Whether the sums on a document are those of its lines (EN 16931, BR-CO-10 to BR-CO-17 and BR-S-08): pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from larabill_billing.invoicing.model import DocumentType, Invoice
from larabill_billing.pricing.exact import minor_unit

ZERO: Final = Decimal(0)


def faults_of(document: Invoice) -> list[str]:
    """What does not add up, by the rule of EN 16931; mostly nothing. The document is with its lines.

    A tax may differ from its rate by one unit of the currency for each line, since it may be rounded line by line. On
    a credit note it may by two: the notes of an invoice share out what it came to, and each makes good what the one
    before it was rounded by.
    """
    lines, taxes = document.lines, document.taxes
    sums = {
        "BR-CO-11": (
            sum((line.share for line in lines), ZERO),
            sum((each.amount for each in document.allowances), ZERO),
        ),
        "BR-CO-13": (sum((line.amount - line.share for line in lines), ZERO), document.net),
        "BR-CO-14": (sum((each.tax for each in taxes), ZERO), document.tax),
        "BR-CO-15": (document.net + document.tax, document.total),
    }
    found = [f"{rule}: {is_} is not {should}" for rule, (is_, should) in sums.items() if is_ != should]
    compound = {(rate.name, rate.rate) for line in lines for rate in line.taxes if rate.compound}
    least = 2 if document.type is DocumentType.CREDIT_NOTE else 1
    slack = minor_unit(document.currency) * max(len(lines), least)
    for each in taxes:
        if (each.name, each.rate) in compound:
            continue
        bearing = [
            line.amount - line.share
            for line in lines
            if (each.category, each.rate, each.name, each.jurisdiction)
            in [(rate.category.value, rate.rate, rate.name, rate.jurisdiction) for rate in line.taxes]
        ]
        if each.base != sum(bearing, ZERO):
            found.append(f"BR-S-08: {each.base} is not {sum(bearing, ZERO)}")
        if abs(each.base * each.rate / 100 - each.tax) > slack:
            found.append(f"BR-CO-17: {each.tax} is not {each.rate} % of {each.base}")
    return found
