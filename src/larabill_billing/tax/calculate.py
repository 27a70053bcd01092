"""What the taxes of a document come to, to the cent, so that its lines add up to its totals (I11)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, getcontext, setcontext
from typing import Final, Literal, NamedTuple, TypeAlias

from larabill_billing.pricing.exact import EXACT, ZERO, check_precision, minor_unit, spread
from larabill_billing.tax.model import TaxRate
from larabill_core.errors import Faults, InvalidInput

Rounding: TypeAlias = Literal["category", "line", "document"]


class TaxedLine(NamedTuple):
    """`gross` = `net` + `tax`."""

    net: Decimal
    tax: Decimal
    gross: Decimal


class TaxTotal(NamedTuple):
    """The sums of the lines of one category and rate: `base` is net (EN 16931, BG-23)."""

    rate: TaxRate
    base: Decimal
    tax: Decimal


class Taxed(NamedTuple):
    """The totals, and the breakdown in the order in which the rates appear. `gross` = `net` + `tax`."""

    breakdown: tuple[TaxTotal, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal
    amounts: tuple[Decimal, ...]
    rates: tuple[TaxRate, ...]
    unit: Decimal
    rounding: Rounding

    @property
    def lines(self) -> tuple[TaxedLine, ...]:
        """The lines in their order; they add up to the breakdown. Reckoned when they are asked for."""
        return _lines(self)


_make: Final = tuple.__new__


def calculate(
    amounts: Sequence[Decimal], rates: Sequence[TaxRate], currency: str, rounding: Rounding = "category"
) -> Taxed:
    """The taxes of lines with these amounts, one rate for each; the amounts are gross when the rates are inclusive.

    Rounded half up: once for each category and rate (EN 16931, BR-CO-17), for each line, or once for the document.
    What is rounded for several is spread over them by largest remainder. Amounts may be negative (credit). Raises
    `InvalidInput`: as many rates as amounts, all inclusive or none, amounts no finer than the currency's.
    """
    if len(amounts) != len(rates):
        raise InvalidInput.one("rates", f"must be as many as the {len(amounts)} amounts", len(rates))
    unit = minor_unit(currency)
    sums: dict[str, Decimal] = {}
    used: list[TaxRate] = []
    outer = getcontext()
    setcontext(EXACT)
    try:
        for amount, rate in zip(amounts, rates, strict=True):
            key = rate.key
            if key in sums:
                sums[key] += amount
            else:
                sums[key] = amount
                used.append(rate)
        if len(used) == 1 and rounding == "category":
            taxes = [_tax(sums[key], rate).quantize(unit)]
        else:
            taxes = _taxes(amounts, rates, used, sums, unit, rounding)
        breakdown = []
        net = tax = ZERO
        for rate, due in zip(used, taxes, strict=True):
            base = sums[rate.key] - due if rate.inclusive else sums[rate.key]
            breakdown.append(_make(TaxTotal, (rate, base, due)))
            net += base
            tax += due
        gross = net + tax
    finally:
        setcontext(outer)
    # a sum has as many decimals as the finest of its numbers: one look finds a wrong one
    if not gross.same_quantum(unit):
        check_precision(amounts, unit)
    return _make(Taxed, (tuple(breakdown), net, tax, gross, tuple(amounts), tuple(rates), unit, rounding))


def _tax(amount: Decimal, rate: TaxRate) -> Decimal:
    return amount * rate.rate / rate.divisor if rate.inclusive else amount * rate.factor


def _taxes(
    amounts: Sequence[Decimal],
    rates: Sequence[TaxRate],
    used: Sequence[TaxRate],
    sums: dict[str, Decimal],
    unit: Decimal,
    rounding: Rounding,
) -> list[Decimal]:
    """The rounded taxes of the rates in use."""
    faults = Faults()
    for at, rate in enumerate(rates):
        if rate.inclusive is not used[0].inclusive:
            remedy = "the amounts of a document are all gross or all net"
            faults.add(f"rates[{at}].inclusive", "is not as in the first line", value=rate.inclusive, remedy=remedy)
    faults.raise_if_any()
    if rounding == "line":
        taxes = dict.fromkeys(sums, ZERO)
        for amount, rate in zip(amounts, rates, strict=True):
            taxes[rate.key] += _tax(amount, rate).quantize(unit)
        return list(taxes.values())
    exact = [_tax(sums[rate.key], rate) for rate in used]
    if rounding == "document":
        return spread(exact, sum(exact, ZERO).quantize(unit), unit)
    return [tax.quantize(unit) for tax in exact]


def _lines(taxed: Taxed) -> tuple[TaxedLine, ...]:
    groups: dict[str, list[int]] = {}
    for at, rate in enumerate(taxed.rates):
        groups.setdefault(rate.key, []).append(at)
    lines: dict[int, TaxedLine] = {}
    outer = getcontext()
    setcontext(EXACT)
    try:
        for group, total in zip(groups.values(), taxed.breakdown, strict=True):
            dues = spread([_tax(taxed.amounts[at], total.rate) for at in group], total.tax, taxed.unit)
            for at, due in zip(group, dues, strict=True):
                net = taxed.amounts[at] - due if total.rate.inclusive else taxed.amounts[at]
                lines[at] = TaxedLine(net, due, net + due)
    finally:
        setcontext(outer)
    return tuple(lines[at] for at in sorted(lines))
