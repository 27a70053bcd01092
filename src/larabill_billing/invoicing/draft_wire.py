"""Drafts on the wire. Prices, quantities and discounts are plain numbers in the draft's currency: the customer's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType

from larabill_billing.invoicing.drafts import DraftInvoice, DraftLine, Reduction
from larabill_billing.invoicing.model import STANDARD
from larabill_core.http.wire import Amount, Cursor, Listing, Text, day_of, next_of
from larabill_core.ids import parse_public_id, public_id

LongText: TypeAlias = Annotated[str, Meta(max_length=500)]


class DraftsQuery(Listing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which drafts a list shows."""

    customer: Cursor | None = None


class ReductionWire(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many percent, or an amount, off a line or the whole, with the reason that is printed."""

    reason: Annotated[str, Meta(min_length=1, max_length=200)]
    percent: Amount | None = None
    amount: Amount | None = None


class DraftLineWire(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line that staff write. `unit_price` has up to four decimals; the period is half-open. A new line has no id."""

    id: Cursor | None = None
    description: Annotated[str, Meta(min_length=1, max_length=200)]
    quantity: Amount = "1"
    unit_price: Amount
    tax_class: Annotated[str, Meta(min_length=1, max_length=200)] = STANDARD
    period_start: date | None = None
    period_end: date | None = None
    discount: ReductionWire | None = None


DraftLines: TypeAlias = Annotated[list[DraftLineWire], Meta(max_length=500)]


class NewDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An invoice that is being written. Without `due_on` it is due after the seller's terms, from its issue on."""

    customer: Cursor
    lines: DraftLines = []
    discount: ReductionWire | None = None
    note: LongText = ""
    terms: LongText = ""
    purchase_order: Text = ""
    due_on: date | None = None


class EditDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays. `lines` is the whole list, each under the id that it had, or without one."""

    lines: DraftLines | UnsetType = UNSET
    discount: ReductionWire | UnsetType | None = UNSET
    note: LongText | UnsetType = UNSET
    terms: LongText | UnsetType = UNSET
    purchase_order: Text | UnsetType = UNSET
    due_on: date | UnsetType | None = UNSET


class MergeDrafts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first takes the lines of the others."""

    drafts: Annotated[list[Cursor], Meta(min_length=2, max_length=100)]


class SplitDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The lines that become a draft of their own."""

    lines: Annotated[list[Cursor], Meta(min_length=1, max_length=500)]


class DraftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A draft. Its id, with `inv_` before it, will be the invoice's."""

    id: str
    customer: str
    currency: str
    lines: list[DraftLineWire]
    discount: ReductionWire | None
    note: str
    terms: str
    purchase_order: str
    due_on: date | None
    created_at: datetime
    updated_at: datetime
    version: int


class DraftPage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[DraftOut]
    next: str | None


class SplitOut(msgspec.Struct, frozen=True, kw_only=True):
    """The draft without the lines, and the new one of them."""

    kept: DraftOut
    split: DraftOut


def content_of(body: NewDraft | EditDraft) -> dict[str, Any]:
    """What a body says, as plain data of the shape of `DraftContent`. Raises `InvalidInput`."""
    names = ("lines", "discount", "note", "terms", "purchase_order", "due_on")
    said: dict[str, Any] = {
        name: getattr(body, name) for name in names if not isinstance(getattr(body, name), UnsetType)
    }
    day_of(said.get("due_on"), "due_on")
    if "lines" in said:
        said["lines"] = [_line_data(line, f"lines[{index}]") for index, line in enumerate(said["lines"])]
    if said.get("discount") is not None:
        said["discount"] = _reduction_data(said["discount"])
    return said


def _line_data(line: DraftLineWire, path: str) -> Mapping[str, Any]:
    for name, day in (("period_start", line.period_start), ("period_end", line.period_end)):
        day_of(day, f"{path}.{name}")
    data = {name: getattr(line, name) for name in line.__struct_fields__ if name not in ("id", "discount")}
    if line.id is not None:
        data["id"] = parse_public_id(line.id, "lin", f"{path}.id")
    return data if line.discount is None else {**data, "discount": _reduction_data(line.discount)}


def _reduction_data(reduction: ReductionWire) -> Mapping[str, Any]:
    numbers = {"percent": reduction.percent, "amount": reduction.amount}
    return {"reason": reduction.reason, **{name: value for name, value in numbers.items() if value is not None}}


def draft_out(draft: DraftInvoice) -> DraftOut:
    """One draft."""
    return DraftOut(
        id=public_id("dft", draft.id),
        customer=public_id("cus", draft.customer_id),
        currency=draft.currency,
        lines=[_line(line) for line in draft.lines],
        discount=_reduction(draft.discount),
        note=draft.note,
        terms=draft.terms,
        purchase_order=draft.purchase_order,
        due_on=draft.due_on,
        created_at=draft.created_at,
        updated_at=draft.updated_at,
        version=draft.version,
    )


def drafts_out(found: Sequence[DraftInvoice], query: DraftsQuery) -> DraftPage:
    """One page of a list."""
    items = [draft_out(draft) for draft in found]
    return DraftPage(items=items, next=next_of(items, query))


def _line(line: DraftLine) -> DraftLineWire:
    return DraftLineWire(
        id=public_id("lin", line.id),
        description=line.description,
        quantity=_plain(line.quantity),
        unit_price=_plain(line.unit_price),
        tax_class=line.tax_class,
        period_start=line.period_start,
        period_end=line.period_end,
        discount=_reduction(line.discount),
    )


def _reduction(reduction: Reduction | None) -> ReductionWire | None:
    if reduction is None:
        return None
    return ReductionWire(
        reason=reduction.reason,
        percent=None if reduction.percent is None else _plain(reduction.percent),
        amount=None if reduction.amount is None else _plain(reduction.amount),
    )


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
