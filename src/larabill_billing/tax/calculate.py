"""What the taxes of a document come to, to the cent, so that its lines add up to its totals (I11)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, getcontext, setcontext
from typing import Final, Literal, NamedTuple, TypeAlias

from larabill_billing.pricing.exact import EXACT, ZERO, check_precision, minor_unit, settled, spread
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
    outer = getcontext()
    setcontext(EXACT)
    try:
        groups = _groups(amounts, rates)
        moved = None if rounding == "category" else _moved(amounts, rates, groups, unit, rounding)
        breakdown = []
        net = tax = ZERO
        for rate, whole in groups:
            due = _tax(whole, rate).quantize(unit) if moved is None else moved[rate.key]
            base = whole - due if rate.inclusive else whole
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
    return settled(amount * rate.rate / rate.divisor) if rate.inclusive else amount * rate.factor


def _groups(amounts: Sequence[Decimal], rates: Sequence[TaxRate]) -> list[tuple[TaxRate, Decimal]]:
    """Each rate in use, with the sum of its amounts; rates are the same when category and percentage are."""
    if not rates:
        return []
    first = rates[0]
    for rate in rates:
        if rate is not first:
            break
    else:
        return [(first, sum(amounts, ZERO))]
    faults = Faults()
    used: dict[str, TaxRate] = {}
    sums: dict[str, Decimal] = {}
    for at, (amount, rate) in enumerate(zip(amounts, rates, strict=True)):
        if rate.inclusive is not first.inclusive:
            remedy = "the amounts of a document are all gross or all net"
            faults.add(f"rates[{at}].inclusive", "is not as in the first line", value=rate.inclusive, remedy=remedy)
        used.setdefault(rate.key, rate)
        sums[rate.key] = sums.get(rate.key, ZERO) + amount
    faults.raise_if_any()
    return [(rate, sums[key]) for key, rate in used.items()]


def _moved(
    amounts: Sequence[Decimal],
    rates: Sequence[TaxRate],
    groups: list[tuple[TaxRate, Decimal]],
    unit: Decimal,
    rounding: Rounding,
) -> dict[str, Decimal]:
    """The taxes of the rates in use when it is not each of them that is rounded."""
    if rounding == "line":
        taxes = {rate.key: ZERO for rate, _ in groups}
        for amount, rate in zip(amounts, rates, strict=True):
            taxes[rate.key] += _tax(amount, rate).quantize(unit)
        return taxes
    exact = [_tax(whole, rate) for rate, whole in groups]
    spreaded = spread(exact, sum(exact, ZERO).quantize(unit), unit)
    return {rate.key: due for (rate, _), due in zip(groups, spreaded, strict=True)}


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
