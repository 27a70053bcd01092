"""Which discounts stand, in which order they have their turn, and what each takes off which charge: pure.

The order is always the same: loyalty first, then coupons by priority, percentages before amounts, then by the time of
their redemption. An amount after the percentages keeps its face value: ten euros are ten euros, and a percentage is of
the price and not of what a voucher left of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, localcontext
from operator import sub
from typing import Final, TypeAlias
from uuid import UUID

import attrs

from larabill_billing.catalog.model import Plan
from larabill_billing.discounts.apply import apply
from larabill_billing.discounts.coupon import Redemption
from larabill_billing.discounts.model import Allowance, Discount
from larabill_billing.pricing.exact import EXACT, rounded
from larabill_core.money import allocate

Covers: TypeAlias = Callable[[str, Plan | None], bool]
Allowances: TypeAlias = tuple[Allowance, ...]

ZERO: Final = Decimal(0)


@attrs.frozen
class Priced:
    """What a discount may take something off: a charge's kind (a `ChargeKind`), its plan, and its amount."""

    kind: str
    plan: Plan | None
    amount: Decimal


@attrs.frozen(kw_only=True)
class Standing:
    """A discount that stands for what it covers. `document`: that is everything. `source_id`: what granted it."""

    discount: Discount
    covers: Covers
    document: bool = False
    source_id: UUID | None = None


def standing(redemption: Redemption) -> Standing | None:
    """What a redemption takes off; None where its coupon has no amount in its currency."""
    discount, scope = redemption.terms.worth(redemption.currency), redemption.terms.scope
    if discount is None:
        return None
    return Standing(discount=discount, covers=scope.covers, document=scope.is_document, source_id=redemption.id)


def in_order(redemptions: Iterable[Redemption]) -> list[Redemption]:
    """In the order in which they have their turn. Where one of them is exclusive, the first such stands alone."""
    found = sorted(redemptions, key=_turn)
    alone = [each for each in found if each.terms.exclusive]
    return alone[:1] or found


def _turn(redemption: Redemption) -> tuple[object, ...]:
    return redemption.terms.priority, redemption.terms.percent is None, redemption.redeemed_at, redemption.id


def allowances(discounts: Sequence[Standing], lines: Sequence[Priced], currency: str) -> list[Allowances]:
    """What they take off each line, in the order in which they are given.

    Each takes from what the ones before it left of the lines that it covers, never below zero; see `apply`.
    """
    left = [line.amount for line in lines]
    given: list[list[Allowance]] = [[] for _ in lines]
    for each in discounts:
        covered = [each.document or each.covers(line.kind, line.plan) for line in lines]
        amounts = [amount if mine else ZERO for amount, mine in zip(left, covered, strict=True)]
        taken = apply([each.discount], amounts, currency).taken[0]
        left = list(map(sub, left, taken))
        for allowed, amount in zip(given, taken, strict=True):
            if amount:
                allowed.append(_allowance(each, amount))
    return [tuple(allowed) for allowed in given]


def _allowance(each: Standing, amount: Decimal) -> Allowance:
    return Allowance(
        reason=each.discount.name,
        amount=amount,
        percent=each.discount.percent,
        source_id=each.source_id,
        document=each.document,
    )


@attrs.frozen(kw_only=True)
class Part:
    """What was billed of something: its amount, what discounts took off that, and how much of it is meant."""

    amount: Decimal
    allowances: Allowances
    days: int
    of_days: int


def given_back(amount: Decimal, parts: Sequence[Part], currency: str) -> Allowances:
    """What goes with `amount` (below zero) when part of what was billed is given back: the share that was taken off it.

    So nobody gets back more than was paid: what was billed at 20 % off comes back at 20 % off. The whole of it is
    rounded once, and falls to the discounts as each took: rounded by themselves, they could come to a cent more.
    """
    taken: dict[tuple[UUID | None, str], Decimal] = {}
    first: dict[tuple[UUID | None, str], Allowance] = {}
    with localcontext(EXACT):
        gross = sum((part.amount * part.days / part.of_days for part in parts), ZERO)
        for part in parts:
            for each in part.allowances:
                key = each.source_id, each.reason
                taken[key] = taken.get(key, ZERO) + each.amount * part.days / part.of_days
                first.setdefault(key, each)
        whole = rounded(amount * sum(taken.values()) / gross, currency) if gross else ZERO
    shares = allocate(whole, [*taken.values()], currency) if whole else [ZERO for _ in taken]
    return tuple(
        attrs.evolve(first[key], amount=share, counts=False) for key, share in zip(taken, shares, strict=True) if share
    )
