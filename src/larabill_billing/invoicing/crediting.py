"""What a credit note gives back of an invoice: pure, and to the cent.

All credit notes of an invoice together never come to more than the invoice, line by line and tax by tax; when nothing
is left they have come to exactly its amounts. So a tax is not reckoned anew, but is the share of what is left of the
invoice's own; the last note takes the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, localcontext
from typing import Final, TypeAlias
from uuid import UUID

import attrs

from larabill_billing.invoicing.model import DocumentType, Invoice, TaxSubtotal
from larabill_billing.invoicing.shares import Share, tax_share
from larabill_billing.invoicing.totals import Totals
from larabill_billing.pricing.exact import EXACT, minor_unit, settled, spread
from larabill_billing.tax.model import TaxRate
from larabill_core.errors import Conflict, Faults, InvalidInput
from larabill_core.ids import public_id
from larabill_core.money import exponent, parse_decimal, quantize

ZERO: Final = Decimal(0)
TaxKey: TypeAlias = tuple[str, Decimal, str, str]
Lines: TypeAlias = Mapping[UUID, Decimal]


@attrs.frozen
class Given:
    """What a credit note gives back of each line, without tax, in the order of the lines; and what it comes to."""

    lines: Lines
    sums: Totals


@attrs.frozen
class Left:
    """What of an invoice was not given back: of each line (after all allowances, without tax), and of each tax."""

    lines: Lines
    taxes: tuple[TaxSubtotal, ...]
    currency: str

    @property
    def net(self) -> Decimal:
        """Of all lines."""
        return sum(self.lines.values(), ZERO)

    @property
    def tax(self) -> Decimal:
        """All taxes."""
        return sum((each.tax for each in self.taxes), ZERO)

    @property
    def total(self) -> Decimal:
        """With tax."""
        return self.net + self.tax


def left_of(invoice: Invoice, notes: Iterable[Invoice], credited: Lines) -> Left:
    """What is left of an invoice after these credit notes, which gave back so much of its lines."""
    given: dict[TaxKey, tuple[Decimal, Decimal]] = {}
    for note in notes:
        for each in note.taxes:
            base, tax = given.get(_key(each), (ZERO, ZERO))
            given[_key(each)] = (base + each.base, tax + each.tax)
    taxes = []
    for each in invoice.taxes:
        base, tax = given.get(_key(each), (ZERO, ZERO))
        taxes.append(attrs.evolve(each, base=each.base - base, tax=each.tax - tax))
    lines = {line.id: line.amount - line.share - credited.get(line.id, ZERO) for line in invoice.lines}
    return Left(lines, tuple(taxes), invoice.currency)


def by_lines(invoice: Invoice, left: Left, wanted: Mapping[UUID, object]) -> Given:
    """Give back so much of these lines, without tax, and the taxes on it.

    Raises `InvalidInput` with every fault; `Conflict` for more than is left of a line.
    """
    faults = Faults()
    nets: dict[UUID, Decimal] = {}
    for line_id, value in wanted.items():
        path = f"lines.{public_id('lin', line_id)}"
        if line_id not in left.lines:
            faults.add(path, "is no line of this invoice")
            continue
        try:
            nets[line_id] = parse_decimal(value, places=exponent(left.currency), path=path)
        except InvalidInput as problem:
            faults.include(problem)
            continue
        if not nets[line_id] or (nets[line_id] < 0) is not (left.lines[line_id] < 0):
            faults.add(path, "must be more than 0, or less for a line of less", value=value)
    if not wanted:
        faults.add("lines", "are missing", remedy="leave them out to give back everything")
    faults.raise_if_any()
    for line_id, net in nets.items():
        if abs(net) > abs(left.lines[line_id]):
            raise _too_much(invoice, f"of line {line_id} {_shown(left.lines[line_id], left)} are left")
    shares = [_share(each, left, nets, invoice) for each in left.taxes]
    return _checked(invoice, left, _sums(invoice, nets, left, [each.tax for each in shares], shares))


def by_amount(invoice: Invoice, left: Left, amount: object) -> Given:
    """Give back so much with tax, in proportion to what is left of each line and tax.

    Raises `InvalidInput`; `Conflict` for more than is left.
    """
    wanted = parse_decimal(amount, places=exponent(left.currency), path="amount")
    if wanted <= 0:
        raise InvalidInput.one("amount", "must be more than 0", amount)
    if wanted > left.total or left.net <= 0:
        raise _too_much(invoice, f"{_shown(left.total, left)} are left")
    if wanted == left.total:
        return everything(invoice, left)
    unit = minor_unit(left.currency)
    with localcontext(EXACT):
        given = Share(gross=invoice.total - left.total, tax=invoice.tax - left.tax)
        share = tax_share(Share(gross=invoice.total, tax=invoice.tax), wanted, [given], left.currency)
        net = max(min(share.net, left.net, wanted), min(unit, left.net), wanted - left.tax)
        weights = [*left.lines.values()]
        parts = spread([settled(each * net / left.net) for each in weights], net, unit)
        taxes = [ZERO for _ in left.taxes]
        if left.tax:
            due = wanted - net
            taxes = spread([settled(each.tax * due / left.tax) for each in left.taxes], due, unit)
    nets = {line_id: part for line_id, part in zip(left.lines, parts, strict=True) if part}
    return _sums(invoice, nets, left, taxes, [_share(each, left, nets, invoice) for each in left.taxes])


def everything(invoice: Invoice, left: Left) -> Given:
    """Give back all that is left. Raises `Conflict` when that is nothing."""
    nets = {line_id: net for line_id, net in left.lines.items() if net}
    if not nets or left.total <= 0:
        raise _too_much(invoice, "nothing is left")
    return _sums(invoice, nets, left, [each.tax for each in left.taxes], left.taxes)


def _share(subtotal: TaxSubtotal, left: Left, nets: Lines, invoice: Invoice) -> TaxSubtotal:
    """Of base and tax, the share that these lines have in what is left of the lines that bear the tax."""
    bearing = [line.id for line in invoice.lines if _key(subtotal) in map(_key_of_rate, line.taxes)]
    if not bearing:
        return attrs.evolve(subtotal, base=ZERO, tax=ZERO)
    if all(nets.get(line_id, ZERO) == left.lines[line_id] for line_id in bearing):
        return subtotal
    unit = minor_unit(left.currency)
    with localcontext(EXACT):
        whole = sum((left.lines[line_id] for line_id in bearing), ZERO)
        part = sum((nets.get(line_id, ZERO) for line_id in bearing), ZERO)
        if not whole:
            return attrs.evolve(subtotal, base=part, tax=settled(part * subtotal.rate / 100).quantize(unit))
        base, tax = (settled(each * part / whole).quantize(unit) for each in (subtotal.base, subtotal.tax))
    return attrs.evolve(subtotal, base=base, tax=tax)


def _sums(invoice: Invoice, nets: Lines, left: Left, taxes: Sequence[Decimal], shares: Sequence[TaxSubtotal]) -> Given:
    lines = [line for line in invoice.lines if line.id in nets]
    subtotals = [attrs.evolve(share, tax=tax) for share, tax in zip(shares, taxes, strict=True)]
    net, tax = sum(nets.values(), ZERO), sum(taxes, ZERO)
    sums = Totals(
        type=DocumentType.CREDIT_NOTE,
        amounts=tuple(nets[line.id] for line in lines),
        shares=(ZERO,) * len(lines),
        line_allowances=((),) * len(lines),
        rates=tuple(tuple(attrs.evolve(rate, inclusive=False) for rate in line.taxes) for line in lines),
        allowances=(),
        taxes=tuple(each for each in subtotals if each.base or each.tax),
        net=net,
        tax=tax,
        total=net + tax,
    )
    return Given({line.id: nets[line.id] for line in lines}, sums)


def _checked(invoice: Invoice, left: Left, given: Given) -> Given:
    """Lines of less than nothing may be given back only with lines of more."""
    if not 0 < given.sums.total <= left.total:
        raise _too_much(invoice, f"{_shown(left.total, left)} are left, and this comes to {given.sums.total}")
    return given


def _key(subtotal: TaxSubtotal) -> TaxKey:
    return (subtotal.category, subtotal.rate, subtotal.name, subtotal.jurisdiction)


def _key_of_rate(rate: TaxRate) -> TaxKey:
    return (rate.category.value, rate.rate, rate.name, rate.jurisdiction)


def _shown(amount: Decimal, left: Left) -> str:
    return f"{quantize(amount, left.currency)} {left.currency}"


def _too_much(invoice: Invoice, problem: str) -> Conflict:
    return Conflict(f"invoice {invoice.id}", problem, "credit notes never give back more than the invoice")
