"""What the API takes and answers: drafts. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from larabill_client.models.shared import LineOut, Money, TaxOut


class DraftLineWire(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line that staff write. `unit_price` has up to four decimals; the period is half-open. A new line has no
    id.
    """

    id: str | None = None
    description: str
    quantity: str = "1"
    unit_price: str
    tax_class: str = "standard"
    period_start: date | None = None
    period_end: date | None = None
    discount: ReductionWire | None = None


class DraftOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A draft. Its id, with `inv_` before it, will be the invoice's."""

    id: str
    customer: str
    currency: str
    lines: Sequence[DraftLineWire]
    discount: ReductionWire | None
    note: str
    terms: str
    purchase_order: str
    due_on: date | None
    created_at: str
    updated_at: str
    version: int


class DraftPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: Sequence[DraftOut]
    next: str | None


class EditDraft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is left out stays. `lines` is the whole list, each under the id that it had, or without one."""

    lines: Sequence[DraftLineWire] | None = None
    discount: ReductionWire | None = None
    note: str | None = None
    terms: str | None = None
    purchase_order: str | None = None
    due_on: date | None = None


class MergeDrafts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The first takes the lines of the others."""

    drafts: Sequence[str]


class NewDraft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An invoice that is being written. Without `due_on` it is due after the seller's terms, from its issue on."""

    customer: str
    lines: Sequence[DraftLineWire] = ()
    discount: ReductionWire | None = None
    note: str = ""
    terms: str = ""
    purchase_order: str = ""
    due_on: date | None = None


class PreviewOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A document before it is issued: without number and balance."""

    customer: str
    due_on: date
    net: Money
    tax: Money
    total: Money
    purchase_order: str
    note: str
    terms: str
    lines: Sequence[LineOut]
    taxes: Sequence[TaxOut]


class ReductionWire(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """So many percent, or an amount, off a line or the whole, with the reason that is printed."""

    reason: str
    percent: str | None = None
    amount: str | None = None


class SplitDraft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The lines that become a draft of their own."""

    lines: Sequence[str]


class SplitOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The draft without the lines, and the new one of them."""

    kept: DraftOut
    split: DraftOut
