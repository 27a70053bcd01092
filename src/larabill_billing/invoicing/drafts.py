"""Drafts that staff write: what they hold, and the request that they come to. Pure, every fault at once (B05, B08)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import check_reason
from larabill_billing.customers.checks import attempt, check_text
from larabill_billing.discounts.apply import apply
from larabill_billing.discounts.model import Allowance, Discount
from larabill_billing.invoicing.model import STANDARD, Charge, ChargeKind, InvoiceRequest
from larabill_core.clock import parse_date
from larabill_core.errors import Faults, InvalidInput
from larabill_core.ids import new_id
from larabill_core.money import parse_decimal, quantize
from larabill_core.structure import structure

MOST_LINES: Final = 500
PRICE_PLACES: Final = 4
"""Decimals of a price that a person writes (EN 16931 leaves it open; usage has more)."""
QUANTITY_PLACES: Final = 4


def _day(value: object, path: str) -> date | None:
    return value if value is None or type(value) is date else parse_date(value, path)


def _price(value: object, path: str) -> Decimal:
    return parse_decimal(value, places=PRICE_PLACES, path=path, minimum=0)


def _quantity(value: object, path: str) -> Decimal:
    quantity = parse_decimal(value, places=QUANTITY_PLACES, path=path, minimum=0)
    if not quantity:
        raise InvalidInput.one(path, "must be more than 0", value)
    return quantity


@attrs.frozen(kw_only=True)
class Reduction:
    """So many percent, or an amount, off a line or the whole, with the reason that is printed."""

    reason: str
    percent: Decimal | None = None
    amount: Decimal | None = None


@attrs.frozen(kw_only=True)
class DraftLine:
    """`unit_price` has up to four decimals; the period is half-open."""

    id: UUID = attrs.field(factory=new_id)
    description: str
    quantity: Decimal = attrs.field(default=Decimal(1), metadata={"parse": _quantity})
    unit_price: Decimal = attrs.field(metadata={"parse": _price})
    tax_class: str = STANDARD
    period_start: date | None = attrs.field(default=None, metadata={"parse": _day})
    period_end: date | None = attrs.field(default=None, metadata={"parse": _day})
    discount: Reduction | None = None


@attrs.frozen(kw_only=True)
class DraftContent:
    """What staff write. Without `due_on` it is due after the seller's terms of payment, counted from its issue."""

    lines: tuple[DraftLine, ...] = ()
    discount: Reduction | None = None
    note: str = ""
    terms: str = ""
    purchase_order: str = ""
    due_on: date | None = attrs.field(default=None, metadata={"parse": _day})


@attrs.frozen(kw_only=True)
class DraftInvoice:
    """An invoice that is being written, in the customer's currency. Its `id` will be the invoice's."""

    id: UUID
    seller_id: UUID
    customer_id: UUID
    currency: str
    lines: tuple[DraftLine, ...]
    discount: Reduction | None
    note: str
    terms: str
    purchase_order: str
    due_on: date | None
    version: int = 1
    created_at: datetime
    updated_at: datetime

    @property
    def content(self) -> dict[str, Any]:
        """What staff wrote, by field."""
        return {field.name: getattr(self, field.name) for field in attrs.fields(DraftContent)}


def parse_content(data: Mapping[str, Any], currency: str, before: Sequence[DraftLine] = ()) -> DraftContent:
    """What staff write, from plain data; `before`: the lines whose ids it may name.

    Raises `InvalidInput` with every fault, by key path.
    """
    faults = Faults()
    content = structure(DraftContent, data, faults)
    if content is not None:
        _check(content, currency, faults)
        _check_ids(data.get("lines", ()), content.lines, {line.id for line in before}, faults)
    faults.raise_if_any()
    if content is None:
        raise AssertionError("what cannot be structured has faults")
    return content


def _check(content: DraftContent, currency: str, faults: Faults) -> None:
    for name in ("note", "terms"):
        attempt(faults, partial(check_reason, getattr(content, name), name), None)
    attempt(faults, lambda: check_text(content.purchase_order, "purchase_order"), "")
    if len(content.lines) > MOST_LINES:
        faults.add("lines", f"are more than {MOST_LINES}", value=len(content.lines))
    if len({line.id for line in content.lines}) < len(content.lines):
        faults.add("lines", "have the same id twice")
    for index, line in enumerate(content.lines):
        with faults.at("lines", index):
            _check_line(line, currency, faults)
    if content.discount is not None:
        with faults.at("discount"):
            _discount(content.discount, currency, faults)


def _check_ids(given: Sequence[Any], lines: Sequence[DraftLine], known: set[UUID], faults: Faults) -> None:
    for index, (data, line) in enumerate(zip(given, lines, strict=True)):
        if isinstance(data, Mapping) and data.get("id") is not None and line.id not in known:
            faults.add(f"lines[{index}].id", "is no line of this draft", remedy="leave it out for a new line")


def _check_line(line: DraftLine, currency: str, faults: Faults) -> None:
    attempt(faults, lambda: check_text(line.description, "description", required=True), "")
    attempt(faults, lambda: check_text(line.tax_class, "tax_class", required=True), "")
    if (line.period_start is None) is not (line.period_end is None):
        faults.add("period_end", "is missing, or the start is", remedy="give both or none")
    elif line.period_start is not None and line.period_end is not None and line.period_end <= line.period_start:
        faults.add("period_end", "is not after the start", value=line.period_end.isoformat())
    attempt(faults, lambda: parse_decimal(_amount(line, currency), places=4, path="unit_price"), Decimal(0))
    if line.discount is not None:
        with faults.at("discount"):
            _discount(line.discount, currency, faults)


def _discount(reduction: Reduction, currency: str, faults: Faults) -> Discount | None:
    try:
        check_text(reduction.reason, "reason", required=True)
        if reduction.amount is not None and reduction.amount != quantize(reduction.amount, currency):
            faults.add("amount", f"is finer than {currency}", value=reduction.amount)
        return Discount(name=reduction.reason, percent=reduction.percent, amount=reduction.amount)
    except InvalidInput as problem:
        faults.include(problem)
        return None


def _amount(line: DraftLine, currency: str) -> Decimal:
    return quantize(line.quantity * line.unit_price, currency)


def request_of(draft: DraftInvoice, due_on: date) -> InvoiceRequest:
    """The invoice that a draft asks for. Raises `InvalidInput` when it has no lines."""
    if not draft.lines:
        raise InvalidInput.one("lines", "are missing", remedy="an invoice needs at least one")
    amounts = [_amount(line, draft.currency) for line in draft.lines]
    own = [
        _allowances([amount], line.discount, draft.currency, document=False)[0]
        for amount, line in zip(amounts, draft.lines, strict=True)
    ]
    left = [amount - sum((each.amount for each in mine), Decimal(0)) for amount, mine in zip(amounts, own, strict=True)]
    shared = _allowances(left, draft.discount, draft.currency, document=True)
    charges = [
        Charge(
            customer_id=draft.customer_id,
            kind=ChargeKind.ONE_TIME,
            period_start=line.period_start,
            period_end=line.period_end,
            cause=f"draft:{draft.id}",
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount=amount,
            currency=draft.currency,
            tax_class=line.tax_class,
            allowances=(*mine, *whole),
        )
        for line, amount, mine, whole in zip(draft.lines, amounts, own, shared, strict=True)
    ]
    return InvoiceRequest(
        id=draft.id,
        customer_id=draft.customer_id,
        currency=draft.currency,
        charges=tuple(charges),
        due_on=due_on,
        purchase_order=draft.purchase_order,
        note=draft.note,
        terms=draft.terms,
    )


def _allowances(
    amounts: Sequence[Decimal], reduction: Reduction | None, currency: str, *, document: bool
) -> list[tuple[Allowance, ...]]:
    """What the reduction takes off each amount."""
    if reduction is None:
        return [() for _ in amounts]
    discount = Discount(name=reduction.reason, percent=reduction.percent, amount=reduction.amount)
    (taken,) = apply([discount], amounts, currency).taken
    return [
        (Allowance(reason=reduction.reason, amount=part, percent=reduction.percent, document=document),) if part else ()
        for part in taken
    ]
