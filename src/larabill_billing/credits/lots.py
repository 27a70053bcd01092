"""Which lots a use draws on: pure.

The lot that expires first comes first; those that never do come last, and of equals the oldest comes first. So a
customer loses as little as possible to expiry.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import attrs

from larabill_billing.credits.model import Lot


def usable(lots: Iterable[Lot], on: date) -> list[Lot]:
    """Those of which something can be used on this day of the customer's, in the order of use."""
    return sorted(
        (lot for lot in lots if lot.remaining > 0 and not lot.is_over(on)),
        key=lambda lot: (lot.expires_on or date.max, lot.id),
    )


def covered(lots: Iterable[Lot]) -> Decimal:
    """What these lots hold together."""
    return sum((lot.remaining for lot in lots), Decimal(0))


def draw(lots: Iterable[Lot], amount: Decimal, first: Collection[UUID] = ()) -> list[tuple[Lot, Decimal]]:
    """What `amount` takes from each of these lots, in the order given but for `first`; all that there is, at most."""
    drawn = []
    for lot in sorted(lots, key=lambda lot: lot.id not in first):
        part = min(amount, lot.remaining)
        if part > 0:
            drawn.append((lot, part))
            amount -= part
    return drawn


def draw_in_turn(lots: Iterable[Lot], amounts: Sequence[Decimal]) -> list[list[tuple[Lot, Decimal]]]:
    """What each of these amounts takes, one after the other, in the order given; all that there is, at most."""
    left = list(lots)
    drawn = []
    for amount in amounts:
        parts = draw(left, amount)
        taken = {lot.id: part for lot, part in parts}
        left = [attrs.evolve(lot, remaining=lot.remaining - taken.get(lot.id, 0)) for lot in left]
        drawn.append(parts)
    return drawn
