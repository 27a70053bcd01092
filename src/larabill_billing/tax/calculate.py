"""What the taxes of a document come to, to the cent, so that its lines add up to its totals (I11)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, getcontext, setcontext
from typing import Final, Literal, NamedTuple, TypeAlias

from larabill_billing.pricing.exact import EXACT, ONE, ZERO, check_precision, minor_unit, settled, spread
from larabill_billing.tax.model import Taxes, TaxRate
from larabill_core.errors import Faults, InvalidInput

Rounding: TypeAlias = Literal["category", "line", "document"]


class TaxedLine(NamedTuple):
    """`gross` = `net` + `tax`, which is the sum of `taxes`: what each of the line's taxes comes to."""

    net: Decimal
    tax: Decimal
    gross: Decimal
    taxes: tuple[Decimal, ...]


class TaxTotal(NamedTuple):
    """The sums of the lines with one tax (EN 16931, BG-23).

    `base` is net; of a compound tax it holds the taxes before it, so that `tax` is the rate of it.
    """

    rate: TaxRate
    base: Decimal
    tax: Decimal


class Taxed(NamedTuple):
    """The totals, and the breakdown in the order in which the taxes appear. `gross` = `net` + `tax`."""

    breakdown: tuple[TaxTotal, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal
    amounts: tuple[Decimal, ...]
    taxes: tuple[Taxes, ...]
    unit: Decimal
    rounding: Rounding

    @property
    def lines(self) -> tuple[TaxedLine, ...]:
        """The lines in their order; they add up to the breakdown. Reckoned when they are asked for."""
        return _lines(self)


class _Group(NamedTuple):
    """The lines that have the same taxes: `whole` is the sum of their amounts."""

    taxes: Taxes
    whole: Decimal


_make: Final = tuple.__new__


def calculate(
    amounts: Sequence[Decimal], taxes: Sequence[Taxes], currency: str, rounding: Rounding = "category"
) -> Taxed:
    """The taxes of lines with these amounts, at least one tax for each; inclusive ones are in the amounts already.

    Rounded half up: once for each category, rate and jurisdiction (EN 16931, BR-CO-17), for each line, or once for the
    document. What is rounded for several is spread over them by largest remainder. Amounts may be negative (credit).
    Raises `InvalidInput`: as many taxes as amounts, none twice on a line, all inclusive or none, amounts no finer than
    the currency's.
    """
    if len(amounts) != len(taxes):
        raise InvalidInput.one("taxes", f"must be as many as the {len(amounts)} amounts", len(taxes))
    unit = minor_unit(currency)
    outer = getcontext()
    setcontext(EXACT)
    try:
        groups = _groups(amounts, taxes)
        if len(groups) == 1 and len(groups[0].taxes) == 1:
            breakdown, net, tax = _one(groups[0], amounts, unit, rounding)
        else:
            breakdown, net, tax = _several(groups, amounts, taxes, unit, rounding)
        gross = net + tax
    finally:
        setcontext(outer)
    # a sum has as many decimals as the finest of its numbers: one look finds a wrong one
    if not gross.same_quantum(unit):
        check_precision(amounts, unit)
    return _make(Taxed, (breakdown, net, tax, gross, tuple(amounts), tuple(taxes), unit, rounding))


def _groups(amounts: Sequence[Decimal], taxes: Sequence[Taxes]) -> list[_Group]:
    """The lines by their taxes; taxes are the same when their keys are. Mostly it is one group, found by looking."""
    if not taxes:
        return []
    first = taxes[0]
    for each in taxes:
        if each is not first:
            break
    else:
        if len(first) == 1:
            return [_make(_Group, (first, sum(amounts, ZERO)))]
    _check(taxes)
    used: dict[tuple[str, ...], Taxes] = {}
    sums: dict[tuple[str, ...], Decimal] = {}
    for amount, each in zip(amounts, taxes, strict=True):
        keys = tuple([rate.key for rate in each])
        used.setdefault(keys, each)
        sums[keys] = sums.get(keys, ZERO) + amount
    return [_Group(each, sums[keys]) for keys, each in used.items()]


def _check(taxes: Sequence[Taxes]) -> None:
    faults = Faults()
    inclusive = next((each[0].inclusive for each in taxes if each), False)
    for at, each in enumerate(taxes):
        with faults.at("taxes", at):
            if not each:
                faults.add("", "are missing", remedy="what is not taxed is of category O, E or Z")
            if len({rate.key for rate in each}) < len(each):
                faults.add("", "hold the same tax twice")
            if any(rate.inclusive is not inclusive for rate in each):
                remedy = "the amounts of a document are all gross or all net"
                faults.add("inclusive", "is not as in the first line", value=not inclusive, remedy=remedy)
    faults.raise_if_any()


def _one(
    group: _Group, amounts: Sequence[Decimal], unit: Decimal, rounding: Rounding
) -> tuple[tuple[TaxTotal, ...], Decimal, Decimal]:
    """The usual document: one tax on all lines. Breakdown, net and tax."""
    rate, whole = group.taxes[0], group.whole
    if rounding == "line":
        due = sum([_tax(amount, rate).quantize(unit) for amount in amounts], ZERO)
    else:
        due = _tax(whole, rate).quantize(unit)
    base = whole - due if rate.inclusive else whole
    return (_make(TaxTotal, (rate, base, due)),), base, due


def _several(
    groups: list[_Group], amounts: Sequence[Decimal], taxes: Sequence[Taxes], unit: Decimal, rounding: Rounding
) -> tuple[tuple[TaxTotal, ...], Decimal, Decimal]:
    """Breakdown, net and tax of any document: each tax from exact sums, so that the order of lines does not matter."""
    rates: dict[str, TaxRate] = {}
    dues: dict[str, Decimal] = {}
    bases: dict[str, Decimal] = {}
    alone: dict[str, Decimal] = {}
    shared: set[str] = set()
    for group in groups:
        for rate, (base, due) in zip(group.taxes, _shares(group.whole, group.taxes), strict=True):
            rates.setdefault(rate.key, rate)
            dues[rate.key] = dues.get(rate.key, ZERO) + due
            bases[rate.key] = bases.get(rate.key, ZERO) + base
            alone[rate.key] = alone.get(rate.key, ZERO) + group.whole
            if len(group.taxes) > 1:
                shared.add(rate.key)
    rounded = _rounded(dues, amounts, taxes, unit, rounding)
    breakdown = []
    for key, rate in rates.items():
        if key in shared:
            base = bases[key].quantize(unit)
        else:
            base = alone[key] - rounded[key] if rate.inclusive else alone[key]
        breakdown.append(TaxTotal(rate, base, rounded[key]))
    tax = sum(rounded.values(), ZERO)
    whole = sum([group.whole for group in groups], ZERO)
    return tuple(breakdown), whole - tax if groups and groups[0].taxes[0].inclusive else whole, tax


def _rounded(
    dues: dict[str, Decimal], amounts: Sequence[Decimal], taxes: Sequence[Taxes], unit: Decimal, rounding: Rounding
) -> dict[str, Decimal]:
    """What each tax comes to, from the exact sums by key."""
    if rounding == "category":
        return {key: due.quantize(unit) for key, due in dues.items()}
    if rounding == "document":
        exact = [*dues.values()]
        return dict(zip(dues, spread(exact, sum(exact, ZERO).quantize(unit), unit), strict=True))
    by_line = dict.fromkeys(dues, ZERO)
    for amount, each in zip(amounts, taxes, strict=True):
        for rate, (_, due) in zip(each, _shares(amount, each), strict=True):
            by_line[rate.key] += due.quantize(unit)
    return by_line


def _tax(amount: Decimal, rate: TaxRate) -> Decimal:
    return settled(amount * rate.rate / rate.divisor) if rate.inclusive else amount * rate.factor


def _shares(amount: Decimal, taxes: Taxes) -> list[tuple[Decimal, Decimal]]:
    """The exact base and tax of each of the taxes on this amount."""
    if len(taxes) == 1:
        tax = _tax(amount, taxes[0])
        return [(amount - tax if taxes[0].inclusive else amount, tax)]
    factors = []
    gross = ONE
    for rate in taxes:
        base = gross if rate.compound else ONE
        factors.append((base, base * rate.factor))
        gross += factors[-1][1]
    if not taxes[0].inclusive:
        return [(amount * base, amount * due) for base, due in factors]
    return [(settled(amount * base / gross), settled(amount * due / gross)) for base, due in factors]


def _lines(taxed: Taxed) -> tuple[TaxedLine, ...]:
    """Each tax spread over the lines that have it, in proportion to what it comes to there."""
    outer = getcontext()
    setcontext(EXACT)
    try:
        exact: dict[str, list[Decimal]] = {total.rate.key: [] for total in taxed.breakdown}
        for amount, each in zip(taxed.amounts, taxed.taxes, strict=True):
            for rate, (_, due) in zip(each, _shares(amount, each), strict=True):
                exact[rate.key].append(due)
        parts = {
            total.rate.key: iter(spread(exact[total.rate.key], total.tax, taxed.unit)) for total in taxed.breakdown
        }
        lines = []
        for amount, each in zip(taxed.amounts, taxed.taxes, strict=True):
            dues = tuple([next(parts[rate.key]) for rate in each])
            due = sum(dues, ZERO)
            net = amount - due if each[0].inclusive else amount
            lines.append(TaxedLine(net, due, net + due, dues))
    finally:
        setcontext(outer)
    return tuple(lines)
