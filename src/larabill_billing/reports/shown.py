"""Amounts of four decimals as people read them: at the cent, and still adding up. Pure."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Final

import attrs

from larabill_billing.pricing.exact import EXACT, minor_unit, rounded, spread
from larabill_billing.reports.model import MrrMonth
from larabill_billing.reports.movements import Movements
from larabill_billing.reports.recurring import Recurring

_MOVES: Final = tuple(field.name for field in attrs.fields(Movements))


def at_the_cent(month: MrrMonth) -> MrrMonth:
    """Opening and closing rounded half up; the movements and the plans such that they add up, by largest remainder."""
    currency = month.currency
    opening, closing = rounded(month.opening, currency), rounded(month.closing.mrr, currency)
    moved = _spread([getattr(month.moves, name) for name in _MOVES], closing - opening, currency)
    plans = _spread([*month.by_plan.values()], closing, currency)
    return attrs.evolve(
        month,
        opening=opening,
        moves=Movements(**dict(zip(_MOVES, moved, strict=True))),
        closing=Recurring(
            mrr=closing,
            leaving=rounded(month.closing.leaving, currency),
            trial=rounded(month.closing.trial, currency),
            trial_leaving=rounded(month.closing.trial_leaving, currency),
        ),
        by_plan=dict(zip(month.by_plan, plans, strict=True)),
    )


def _spread(amounts: list[Decimal], whole: Decimal, currency: str) -> list[Decimal]:
    with localcontext(EXACT):
        return spread(amounts, whole, minor_unit(currency)) if amounts else []
