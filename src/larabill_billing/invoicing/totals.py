"""What a document comes to: pure, the same for a preview and for the document (I13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext
from operator import add, neg
from typing import Any, Final
from uuid import UUID

import attrs

from larabill_billing.discounts.model import Allowance
from larabill_billing.invoicing.model import Charge, DocumentAllowance, DocumentType, TaxSubtotal
from larabill_billing.pricing.exact import EXACT, minor_unit, settled, spread
from larabill_billing.tax.calculate import Rounding, Taxed, calculate
from larabill_billing.tax.model import Taxes
from larabill_core.errors import InvalidInput
from larabill_core.money import LIMIT

ZERO: Final = Decimal(0)


@attrs.frozen
class Totals:
    """The document's sums, and what stands on each charge's line.

    `type`: charges of less than nothing make a credit note, with every sign turned. For each charge: `amounts` is
    BT-131 (after its own allowances, without tax), `shares` its part of the document's allowances, `line_allowances`
    its own, `rates` its taxes. `net` = sum of amounts - sum of shares.
    """

    type: DocumentType
    amounts: tuple[Decimal, ...]
    shares: tuple[Decimal, ...]
    line_allowances: tuple[tuple[Allowance, ...], ...]
    rates: tuple[Taxes, ...]
    allowances: tuple[DocumentAllowance, ...]
    taxes: tuple[TaxSubtotal, ...]
    net: Decimal
    tax: Decimal
    total: Decimal


def totals(charges: Sequence[Charge], rates: Sequence[Taxes], currency: str, rounding: Rounding = "category") -> Totals:
    """What these charges come to, each at its own taxes.

    Raises `InvalidInput` as `tax.calculate` and `check_size` do.
    """
    allowed = [charge.allowances for charge in charges]
    final = [charge.net_amount for charge in charges]
    taxed = calculate(final, rates, currency, rounding)
    check_size([*final, taxed.gross])
    sign = 1
    if taxed.gross < 0:
        sign = -1
        final = [*map(neg, final)]
        taxed = calculate(final, rates, currency, rounding)
    nets = _nets(taxed)
    if any(allowed):
        if sign < 0:
            allowed = [tuple([_turned(each) for each in mine]) for mine in allowed]
        amounts, shares, own = _discounted(allowed, final, nets, taxed, currency)
    else:
        amounts, shares, own = nets, (ZERO,) * len(nets), ((),) * len(nets)
    return Totals(
        DocumentType.INVOICE if sign > 0 else DocumentType.CREDIT_NOTE,
        amounts,
        shares,
        own,
        tuple(rates),
        _document_allowances(allowed, shares, rates, currency) if any(shares) else (),
        tuple([_subtotal(total.rate, total.base, total.tax) for total in taxed.breakdown]),
        taxed.net,
        taxed.tax,
        taxed.gross,
    )


def check_size(amounts: Sequence[Decimal]) -> None:
    """Raises `InvalidInput` for amounts of lines or of a document that are too large to be stored and added up."""
    largest = max(map(abs, amounts), default=ZERO)
    if largest >= LIMIT:
        remedy = f"stay under {LIMIT} with each line and with the whole"
        raise InvalidInput.one("", "the document comes to too much", largest, remedy)


def turned(trace: Mapping[str, Any]) -> Mapping[str, Any]:
    """The trace of a charge as it stands on a credit note, where its amount has the other sign."""
    return {**trace, "turned": True}


def _turned(allowance: Allowance) -> Allowance:
    return attrs.evolve(allowance, amount=-allowance.amount)


def _nets(taxed: Taxed) -> tuple[Decimal, ...]:
    if taxed.taxes and taxed.taxes[0][0].inclusive:
        return tuple([line.net for line in taxed.lines])
    return taxed.amounts


def _subtotal(rate: Any, base: Decimal, tax: Decimal) -> TaxSubtotal:
    return TaxSubtotal(
        category=rate.category.value,
        rate=rate.rate,
        base=base,
        tax=tax,
        name=rate.name,
        jurisdiction=rate.jurisdiction,
        reason=rate.reason,
        reason_code=rate.reason_code,
    )


def _discounted(
    allowed: Sequence[tuple[Allowance, ...]],
    final: Sequence[Decimal],
    nets: tuple[Decimal, ...],
    taxed: Taxed,
    currency: str,
) -> tuple[tuple[Decimal, ...], tuple[Decimal, ...], tuple[tuple[Allowance, ...], ...]]:
    """Of each line: BT-131, its part of the document's allowances, and its own allowances, all without tax."""
    own = [tuple([each for each in mine if not each.document]) for mine in allowed]
    shares = tuple([_sum(mine, document=True) for mine in allowed])
    if not taxed.taxes[0][0].inclusive:
        return tuple(map(add, final, shares)), shares, tuple(own)
    # what is taken off is reckoned by itself, so that a line without allowances has no part of a cent that moved
    shares = _nets(calculate(shares, taxed.taxes, currency))
    owns = _nets(calculate([_sum(mine, document=False) for mine in allowed], taxed.taxes, currency))
    unit = minor_unit(currency)
    net_own = [_in_net(mine, net, unit) for mine, net in zip(own, owns, strict=True)]
    return tuple(map(add, nets, shares)), shares, tuple(net_own)


def _sum(allowances: Sequence[Allowance], *, document: bool) -> Decimal:
    return sum([each.amount for each in allowances if each.document is document], ZERO)


def _in_net(allowances: Sequence[Allowance], net: Decimal, unit: Decimal) -> tuple[Allowance, ...]:
    """Allowances with tax as allowances without it, which are `net` together."""
    parts = _parts([each.amount for each in allowances], net, unit)
    return tuple([attrs.evolve(each, amount=part) for each, part in zip(allowances, parts, strict=True)])


def _parts(weights: Sequence[Decimal], whole: Decimal, unit: Decimal) -> list[Decimal]:
    """`whole` in proportion to the weights, to the cent."""
    with localcontext(EXACT):
        total = sum(weights, ZERO)
        if not total:
            return [ZERO for _ in weights]
        return spread([settled(weight * whole / total) for weight in weights], whole, unit)


def _document_allowances(
    allowed: Sequence[tuple[Allowance, ...]], shares: Sequence[Decimal], rates: Sequence[Taxes], currency: str
) -> tuple[DocumentAllowance, ...]:
    """One for each discount and rate; those of a rate add up to the shares of its lines."""
    weights: dict[tuple[Taxes, UUID | None, str], Decimal] = {}
    first: dict[tuple[Taxes, UUID | None, str], Allowance] = {}
    nets: dict[Taxes, Decimal] = {}
    for mine, share, taxes in zip(allowed, shares, rates, strict=True):
        nets[taxes] = nets.get(taxes, ZERO) + share
        for each in mine:
            if each.document:
                key = (taxes, each.source_id, each.reason)
                weights[key] = weights.get(key, ZERO) + each.amount
                first.setdefault(key, each)
    found = []
    unit = minor_unit(currency)
    for taxes, net in nets.items():
        keys = [key for key in weights if key[0] == taxes]
        for key, amount in zip(keys, _parts([weights[key] for key in keys], net, unit), strict=True):
            if amount:
                found.append(
                    DocumentAllowance(
                        reason=first[key].reason,
                        amount=amount,
                        percent=first[key].percent,
                        source_id=first[key].source_id,
                        tax_category=taxes[0].category.value,
                        tax_rate=taxes[0].rate,
                    )
                )
    return tuple(found)
