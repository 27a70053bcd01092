"""Pricing of a renewal: two items, a coupon and tax, by our functions and in bare Decimal.

    python -m benchmarks.pricing

The sides alternate in one process and price the same renewals, no two of which are alike: two items at a price for
each unit, one of four decimals, a coupon of so many percent, one rate of tax. `ratio` is against what one would write
for any number of lines without a library, `ratio_by_hand` against these two lines written out one after the other.
Neither of them checks anything, keeps an exact amount and its parts for a trace, or is safe in a thread whose context
is narrow, and the odd cent of the discount goes to the last line and not where the remainder is largest. The invoices'
totals are the same, which is checked before the clock starts.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias

import click

from larabill_billing.discounts.apply import apply
from larabill_billing.discounts.model import Discount
from larabill_billing.pricing.exact import rounded
from larabill_billing.pricing.model import PerUnit
from larabill_billing.pricing.rate import rate
from larabill_billing.tax.calculate import calculate
from larabill_billing.tax.model import TaxRate

CENT = Decimal("0.01")
PLAN, SEAT = Decimal("12.99"), Decimal("0.0375")
PERCENT, VAT = Decimal("15"), Decimal("19")

Renewal: TypeAlias = tuple[Decimal, Decimal]
"""The quantities of the two items."""
Totals: TypeAlias = tuple[Sequence[Decimal], Decimal, Decimal, Decimal]
"""Net amounts of the lines, and net, tax and gross of the invoice."""

MODELS = (PerUnit(unit_price=PLAN), PerUnit(unit_price=SEAT))
COUPON = Discount(name="15 % off", percent=PERCENT)
TAXES = ((TaxRate(category="S", rate=VAT, name="VAT"),),) * 2  # type: ignore[arg-type]


def by_library(renewal: Renewal) -> Totals:
    """As a renewal does it."""
    plan, seats = renewal
    lines = (
        rounded(rate(MODELS[0], plan, currency="EUR").amount, "EUR"),
        rounded(rate(MODELS[1], seats, currency="EUR").amount, "EUR"),
    )
    nets = apply((COUPON,), lines, "EUR").amounts
    taxed = calculate(nets, TAXES, "EUR")
    return nets, taxed.net, taxed.tax, taxed.gross


def in_bare_decimal(renewal: Renewal) -> Totals:
    """Any number of lines and rates; the discount's last cent goes to the last line."""
    items = ((PLAN, renewal[0], VAT), (SEAT, renewal[1], VAT))
    lines = [(price * quantity).quantize(CENT, rounding=ROUND_HALF_UP) for price, quantity, _ in items]
    whole = sum(lines)
    left = off = (whole * PERCENT / 100).quantize(CENT, rounding=ROUND_HALF_UP)
    nets = []
    for line in lines[:-1]:
        share = (off * line / whole).quantize(CENT, rounding=ROUND_HALF_UP)
        nets.append(line - share)
        left -= share
    nets.append(lines[-1] - left)
    bases: dict[Decimal, Decimal] = {}
    for (_, _, percent), net in zip(items, nets, strict=True):
        bases[percent] = bases.get(percent, Decimal(0)) + net
    tax = sum(
        ((base * percent / 100).quantize(CENT, rounding=ROUND_HALF_UP) for percent, base in bases.items()), Decimal(0)
    )
    total = sum(nets, Decimal(0))
    return nets, total, tax, total + tax


def by_hand(renewal: Renewal) -> Totals:
    """These two lines and this rate, and no others."""
    plan = (PLAN * renewal[0]).quantize(CENT, rounding=ROUND_HALF_UP)
    seats = (SEAT * renewal[1]).quantize(CENT, rounding=ROUND_HALF_UP)
    off = ((plan + seats) * PERCENT / 100).quantize(CENT, rounding=ROUND_HALF_UP)
    share = (off * plan / (plan + seats)).quantize(CENT, rounding=ROUND_HALF_UP)
    nets = [plan - share, seats - (off - share)]
    net = nets[0] + nets[1]
    tax = (net * VAT / 100).quantize(CENT, rounding=ROUND_HALF_UP)
    return nets, net, tax, net + tax


def renewals(n: int) -> Sequence[Renewal]:
    """So many different ones."""
    return [(Decimal(1 + index % 7), Decimal(20 + index)) for index in range(n)]


def spent(side: Callable[[Renewal], Totals], wanted: Sequence[Renewal]) -> float:
    """CPU seconds."""
    begun = time.process_time()
    for renewal in wanted:
        side(renewal)
    return time.process_time() - begun


@click.command()
@click.option("--n", default=20_000, show_default=True, help="Renewals in a round.")
@click.option("--rounds", default=7, show_default=True)
def main(n: int, rounds: int) -> None:
    """Measure and print one JSON object."""
    wanted = renewals(n)
    sides = (by_library, in_bare_decimal, by_hand)
    for renewal in wanted:
        ours, bare, hand = (side(renewal) for side in sides)
        if not (ours[1:] == bare[1:] == hand[1:] and sum(ours[0]) == sum(bare[0]) == sum(hand[0])):
            raise click.ClickException(f"{renewal} comes to {ours}, {bare} and {hand}")
    costs: dict[str, list[float]] = {side.__name__: [] for side in sides}
    for _ in range(rounds):
        for side in sides:
            costs[side.__name__].append(spent(side, wanted))
    middle = {name: sorted(each)[len(each) // 2] for name, each in costs.items()}
    result = {
        "n": n,
        "rounds": rounds,
        "ratio": round(middle["by_library"] / middle["in_bare_decimal"], 2),
        "ratio_by_hand": round(middle["by_library"] / middle["by_hand"], 2),
        "microseconds": round(middle["by_library"] / n * 1e6, 2),
        "microseconds_in_bare_decimal": round(middle["in_bare_decimal"] / n * 1e6, 2),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
