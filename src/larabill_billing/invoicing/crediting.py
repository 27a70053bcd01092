"""What a credit note gives back of an invoice: pure, and to the cent.

All credit notes of an invoice together never come to more than the invoice, line by line and tax by tax; when nothing
is left they have come to exactly its amounts. So a tax is not reckoned anew, but is a share of the invoice's own; what
a note is rounded by is made good by the next, and the last one takes the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, localcontext
from typing import TypeAlias
from uuid import UUID

import attrs

from larabill_billing.invoicing.model import DocumentType, Invoice, InvoiceLine, TaxSubtotal
from larabill_billing.invoicing.shares import Share, tax_share
from larabill_billing.invoicing.totals import Totals
from larabill_billing.pricing.exact import EXACT, ONE, ZERO, minor_unit, settled, spread
from larabill_billing.tax.model import TaxRate
from larabill_core.errors import Conflict, Faults, InvalidInput
from larabill_core.ids import public_id
from larabill_core.money import exponent, parse_decimal, quantize

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
    unit = minor_unit(left.currency)
    shares = _exact_shares(invoice, left, nets)
    return _checked(invoice, left, _sums(invoice, nets, shares, [each.tax.quantize(unit) for each in shares]))


def by_amount(invoice: Invoice, left: Left, amount: object) -> Given:
    """Give back so much with tax, in proportion to what is left of each line that was sold.

    Lines of less than nothing stay as they are until everything is given back.

    Raises `InvalidInput`; `Conflict` for more than is left.
    """
    wanted = parse_decimal(amount, places=exponent(left.currency), path="amount")
    if wanted <= 0:
        raise InvalidInput.one("amount", "must be more than 0", amount)
    sold = {line_id: net for line_id, net in left.lines.items() if net > 0}
    if wanted > left.total or not sold:
        raise _too_much(invoice, f"{_shown(left.total, left)} are left")
    if wanted == left.total:
        return everything(invoice, left)
    unit = minor_unit(left.currency)
    with localcontext(EXACT):
        whole, taxed = sum(sold.values(), ZERO), _taxes_due(invoice, sold)
        carried = left.tax - _taxes_due(invoice, left.lines)
        share = tax_share(Share(gross=whole + taxed, tax=taxed), wanted, left.currency, carried=carried)
        net = min(max(share.net, unit), whole)
        parts = spread([settled(each * net / whole) for each in sold.values()], net, unit)
        nets = {line_id: part for line_id, part in zip(sold, parts, strict=True) if part}
        shares = _exact_shares(invoice, left, nets)
        taxes = spread([each.tax for each in shares], wanted - net, unit) if shares else []
    return _sums(invoice, nets, shares, taxes)


def everything(invoice: Invoice, left: Left) -> Given:
    """Give back all that is left. Raises `Conflict` when that is nothing."""
    nets = {line_id: net for line_id, net in left.lines.items() if net}
    if not nets or left.total <= 0:
        raise _too_much(invoice, "nothing is left")
    return _sums(invoice, nets, left.taxes, [each.tax for each in left.taxes])


def _exact_shares(invoice: Invoice, left: Left, nets: Lines) -> list[TaxSubtotal]:
    """Base and tax that so much of the lines comes to; the tax before it is rounded.

    What earlier notes were rounded up or down is in it, so that it never adds up to more than one rounding.
    """
    shares = []
    for sold, rest in zip(invoice.taxes, left.taxes, strict=True):
        bearing = _bearing(sold, invoice)
        if all(nets.get(line_id, ZERO) == left.lines[line_id] for line_id in bearing):
            shares.append(rest)
            continue
        with localcontext(EXACT):
            due, whole = _due(sold, invoice, nets), _due(sold, invoice, left.lines)
            tax = settled(due.tax + rest.tax - whole.tax)
            if 0 <= due.tax <= whole.tax:
                tax = max(min(tax, rest.tax), ZERO)
            shares.append(attrs.evolve(sold, base=due.base.quantize(minor_unit(left.currency)), tax=tax))
    return shares


def _taxes_due(invoice: Invoice, nets: Lines) -> Decimal:
    return sum((_due(each, invoice, nets).tax for each in invoice.taxes), ZERO)


def _due(sold: TaxSubtotal, invoice: Invoice, nets: Lines) -> TaxSubtotal:
    """Base and tax of so much of the lines, not rounded: by the rate, and the share of what else the invoice came to.

    That is what it was rounded by; and for a tax on a tax, which has other taxes in its base, what those make.
    """
    bearing = _bearing(sold, invoice)
    with localcontext(EXACT):
        whole = sum((line.amount - line.share for line in bearing.values()), ZERO)
        part = sum((nets.get(line_id, ZERO) for line_id in bearing), ZERO)
        share = min(max(part / whole, ZERO), ONE) if whole else ZERO
        base = part + (sold.base - whole) * share
        tax = part * sold.rate / 100 + (sold.tax - whole * sold.rate / 100) * share
    return attrs.evolve(sold, base=base, tax=tax)


def _bearing(subtotal: TaxSubtotal, invoice: Invoice) -> dict[UUID, InvoiceLine]:
    return {line.id: line for line in invoice.lines if _key(subtotal) in map(_key_of_rate, line.taxes)}


def _sums(invoice: Invoice, nets: Lines, shares: Sequence[TaxSubtotal], taxes: Sequence[Decimal]) -> Given:
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
