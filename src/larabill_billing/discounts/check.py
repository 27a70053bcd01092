"""Whether a customer may redeem these codes now: pure, with every fault at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.discounts.codes import canonical
from larabill_billing.discounts.coupon import Applies, Coupon, CouponCode, Redemption
from larabill_billing.discounts.standing import Priced
from larabill_core.errors import Faults, InvalidInput, join
from larabill_core.money import quantize

MOST_AT_ONCE: Final = 10


@attrs.frozen(kw_only=True)
class Found:
    """A code with its coupon."""

    code: CouponCode
    coupon: Coupon


@attrs.frozen(kw_only=True)
class Circumstances:
    """For whom, when, for what. `lines` are before discounts; `spend` what the order or the next period comes to.

    `uses`: how often the customer has redeemed each coupon. `held`: what stands for the customer already.
    `by_customer`: a customer asks, whom nothing tells a code that holds for nobody now from one that never was (B16).
    """

    currency: str
    country: str
    now: datetime
    lines: Sequence[Priced]
    spend: Decimal
    is_order: bool
    uses: Mapping[UUID, int] = attrs.field(factory=dict)
    held: Sequence[Redemption] = ()
    by_customer: bool = False


def check_codes(codes: Sequence[str], faults: Faults) -> tuple[str, ...]:
    """Their canonical forms, without those that are none."""
    if len(codes) > MOST_AT_ONCE:
        faults.add("codes", f"must be at most {MOST_AT_ONCE}", value=len(codes))
    known = []
    for index, code in enumerate(codes):
        try:
            known.append(canonical(code, join("codes", index)))
        except InvalidInput as problem:
            faults.include(problem)
    return tuple(known)


def check(codes: Sequence[str], known: Mapping[str, Found], circumstances: Circumstances) -> tuple[Found, ...]:
    """What these codes stand for. `known` by canonical code. Raises `InvalidInput` with every fault, by place."""
    faults = Faults()
    found: list[Found] = []
    for index, code in enumerate(codes):
        path = join("codes", index)
        each = known.get(canonical(code, path))
        if circumstances.by_customer and (each is None or _closed(each.coupon, circumstances.now)):
            faults.add(path, "is not a code that holds now", value=code)
            continue
        if each is None:
            faults.add(path, "is not a code of ours", value=code)
            continue
        if each.coupon.id in [other.coupon.id for other in found]:
            faults.add(path, "is of the same coupon as another", value=code, remedy="leave one out")
        found.append(each)
        for problem, remedy in _problems(each.coupon, circumstances):
            faults.add(path, problem, value=code, remedy=remedy)
    _check_company(codes, found, circumstances, faults)
    faults.raise_if_any()
    return tuple(found)


def _closed(coupon: Coupon, now: datetime) -> list[str]:
    """Why nobody may redeem it now."""
    terms, problems = coupon.terms, []
    if terms.valid_from is not None and now < terms.valid_from:
        problems.append(f"is not valid before {terms.valid_from:%Y-%m-%d %H:%M} UTC")
    if coupon.ended_at is not None or (terms.valid_until is not None and now >= terms.valid_until):
        problems.append("has expired")
    if terms.limit is not None and coupon.uses >= terms.limit:
        problems.append("is used up")
    return problems


def _problems(coupon: Coupon, given: Circumstances) -> list[tuple[str, str]]:
    """What stands against a coupon, each with its remedy."""
    terms = coupon.terms
    problems = [(problem, "") for problem in _closed(coupon, given.now)]
    if terms.limit_per_customer is not None and given.uses.get(coupon.id, 0) >= terms.limit_per_customer:
        problems.append(("was redeemed by this customer as often as it may be", ""))
    if terms.worth(given.currency) is None:
        problems.append((f"is not worth anything in {given.currency}", f"it is for {', '.join(sorted(terms.amounts))}"))
    if terms.countries and given.country not in terms.countries:
        problems.append((f"is not for customers in {given.country}", ""))
    if terms.applies is Applies.FIRST_ORDER and not given.is_order:
        problems.append(("is for orders only", ""))
    if not any(terms.scope.covers(line.kind, line.plan) for line in given.lines):
        problems.append(("is for nothing of this", ""))
    problems += _spend(coupon, given)
    return problems


def _spend(coupon: Coupon, given: Circumstances) -> list[tuple[str, str]]:
    minimum = coupon.terms.minimum_spend
    if not minimum:
        return []
    least = minimum.get(given.currency)
    if least is None:
        return [(f"has no minimum in {given.currency}", f"it is for {', '.join(sorted(minimum))}")]
    if given.spend < least:
        spend = f"{quantize(given.spend, given.currency)} {given.currency}"
        return [(f"needs {quantize(least, given.currency)} {given.currency} at least", f"this comes to {spend}")]
    return []


def _check_company(codes: Sequence[str], found: Sequence[Found], given: Circumstances, faults: Faults) -> None:
    """An exclusive coupon stands alone."""
    terms = [each.coupon.terms for each in found] + [each.terms for each in given.held]
    if len(terms) > 1 and any(each.exclusive for each in terms):
        names = ", ".join(sorted({each.name for each in terms if each.exclusive}))
        faults.add("codes", "cannot be combined", remedy=f"{names} stands alone")
