"""What a document does to the accounts: pure.

A line whose service lasts beyond the day of issue is no revenue yet: what it comes to is deferred, and a schedule
beside it says what each day of the service earns (`recognise`). Every other line is revenue at once. Revenue is gross;
what discounts take off stands beside it in an account of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.invoicing.model import DocumentType, InvoiceRequest
from larabill_billing.invoicing.totals import Totals
from larabill_billing.ledger.model import (
    CUSTOMER_CREDIT,
    DEFERRED_REVENUE,
    DISCOUNTS,
    RECEIVABLE,
    REVENUE,
    Deferral,
    Posting,
    tax_payable,
)
from larabill_billing.ledger.spans import Span, spread
from larabill_core.ids import new_id

_ZERO = Decimal(0)


@attrs.frozen
class Posted:
    """What is to be written for one document."""

    postings: tuple[Posting, ...]
    deferrals: tuple[Deferral, ...]


NOTHING: Final = Posted((), ())


def issued(seller_id: UUID, request: InvoiceRequest, sums: Totals, on: date) -> Posted:
    """Revenue and tax against what the customer owes; of a credit note, against the customer's credit.

    A proforma moves nothing. `on` is the day of issue where the seller is.
    """
    if sums.type is DocumentType.PROFORMA:
        return NOTHING
    given_back = sums.type is DocumentType.CREDIT_NOTE
    gross, discounts, deferred = _ZERO, _ZERO, _ZERO
    deferrals: list[Deferral] = []
    lines = zip(request.charges, sums.amounts, sums.shares, sums.line_allowances, strict=True)
    for position, (charge, amount, share, own) in enumerate(lines, 1):
        line_discount = share
        if own:
            allowed = sum([each.amount for each in own], _ZERO)
            line_discount += allowed
            amount += allowed
        starts_on, ends_on = charge.period_start, charge.period_end
        if starts_on is None or ends_on is None or ends_on <= max(on, starts_on):
            gross += amount
            discounts += line_discount
            continue
        deferred += amount - line_discount
        for account, whole in ((REVENUE, -amount), (DISCOUNTS, line_discount)):
            if whole:
                span = spread(-whole if given_back else whole, starts_on, ends_on, charge.currency)
                deferrals.append(_deferral(seller_id, request.id, position, account, charge.currency, span))
    moves = [
        (CUSTOMER_CREDIT if given_back else RECEIVABLE, sums.total, request.customer_id),
        (REVENUE, -gross, None),
        (DISCOUNTS, discounts, None),
        (DEFERRED_REVENUE, -deferred, None),
        *[(account, -tax, None) for account, tax in _taxes(sums).items()],
    ]
    sign = -1 if given_back else 1
    postings = [Posting(account=name, amount=sign * amount, customer_id=of) for name, amount, of in moves if amount]
    return Posted(tuple(postings), tuple(deferrals))


def _taxes(sums: Totals) -> dict[str, Decimal]:
    """Tax by account."""
    taxes: dict[str, Decimal] = {}
    for each in sums.taxes:
        account = tax_payable(each.jurisdiction)
        taxes[account] = taxes.get(account, _ZERO) + each.tax
    return taxes


def _deferral(seller_id: UUID, document_id: UUID, position: int, account: str, currency: str, span: Span) -> Deferral:
    return Deferral(
        id=new_id(),
        seller_id=seller_id,
        document_id=document_id,
        position=position,
        account=account,
        currency=currency,
        starts_on=span.starts_on,
        steps_on=span.steps_on,
        ends_on=span.ends_on,
        first=span.first,
        daily=span.daily,
    )


def taken_back(issued: Sequence[Posting], deferrals: Sequence[Deferral]) -> Posted:
    """The opposite of a document, from now on: the run that follows takes the days that were earned from revenue."""
    postings = tuple([attrs.evolve(each, amount=-each.amount) for each in issued])
    opposite = [
        attrs.evolve(each, id=new_id(), first=-each.first, daily=-each.daily, begun_on=None) for each in deferrals
    ]
    return Posted(postings, tuple(opposite))
