"""How recurring revenue moves: pure. The movements of a time add up to the difference it makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

import attrs

from larabill_billing.pricing.exact import ZERO


@attrs.frozen(kw_only=True)
class Standing:
    """What a customer brought in by the month before a time; `known`: they have brought in something once."""

    mrr: Decimal = ZERO
    known: bool = False


@attrs.frozen(kw_only=True)
class Step:
    """By how much a customer's recurring revenue changed on a day."""

    on: date
    customer_id: UUID
    change: Decimal


@attrs.frozen(kw_only=True)
class Movements:
    """NEW: of customers who brought in nothing ever. REACTIVATION: of those who had left. CHURN: of those who left.

    EXPANSION and CONTRACTION: of those who stayed. Contraction and churn are below zero.
    """

    new: Decimal = ZERO
    expansion: Decimal = ZERO
    contraction: Decimal = ZERO
    churn: Decimal = ZERO
    reactivation: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """All together: the difference that they make."""
        return self.new + self.expansion + self.contraction + self.churn + self.reactivation


def movements(before: Mapping[UUID, Standing], steps: Iterable[Step]) -> Movements:
    """What the steps of a time are, each seen from the day before it; they may be given in any order."""
    standing = dict(before)
    found: dict[str, Decimal] = {}
    for step in sorted(steps, key=lambda each: each.on):
        customer = standing.get(step.customer_id, Standing())
        after = customer.mrr + step.change
        kind = _kind(customer, after)
        found[kind] = found.get(kind, ZERO) + step.change
        standing[step.customer_id] = Standing(mrr=after, known=customer.known or after > ZERO)
    return Movements(**found)


def _kind(before: Standing, after: Decimal) -> str:
    if before.mrr <= ZERO:
        return "reactivation" if before.known else "new"
    if after <= ZERO:
        return "churn"
    return "expansion" if after > before.mrr else "contraction"
