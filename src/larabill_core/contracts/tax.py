"""Who can be asked about tax: registers of tax ids, and services that say which taxes hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol, runtime_checkable

import attrs


@attrs.frozen(kw_only=True)
class TaxIdQuestion:
    """`prefix` and `number` of an id (Greece: EL). `asked_by`: our own id, "" for none; with it the answer is proof."""

    prefix: str
    number: str = attrs.field(repr=False)
    asked_by: str = attrs.field(default="", repr=False)


@attrs.frozen(kw_only=True)
class TaxIdAnswer:
    """`consultation`: the number under which the register keeps its answer, "" where it gives none."""

    valid: bool
    consultation: str = ""


@runtime_checkable
class TaxIdRegister(Protocol):
    def check_tax_id(self, question: TaxIdQuestion) -> TaxIdAnswer:
        """Whether the id exists today. Raises `RetryLater` with the reason when the register cannot say (I10)."""
        ...


@attrs.frozen(kw_only=True)
class TaxQuestion:
    """Which taxes a seller has to charge one customer on a day, by the tax classes of its plans."""

    seller_country: str
    seller_tax_id: str = attrs.field(repr=False)
    country: str
    address: tuple[str, ...] = attrs.field(repr=False)
    tax_id: str = attrs.field(repr=False)
    currency: str
    on: date
    tax_classes: tuple[str, ...]


@attrs.frozen(kw_only=True)
class ProvidedTax:
    """One tax on a line. `rate` in percent, `category` of EN 16931; for the rest see the billing module's `TaxRate`."""

    category: str
    rate: Decimal
    name: str
    jurisdiction: str = ""
    compound: bool = False
    reason: str = ""
    reason_code: str = ""


@runtime_checkable
class TaxProvider(Protocol):
    def taxes(self, question: TaxQuestion) -> Mapping[str, Sequence[ProvidedTax]]:
        """The taxes of a line of each class asked for, at least one each.

        Raises `RetryLater` when it cannot say: invoices then wait, since nothing is guessed.
        """
        ...
