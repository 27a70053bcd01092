"""Discounts on charges: nothing below zero, nothing lost, in a defined order; what comes back is what was paid."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.billing.discounts.plans import PLANS
from tests.conftest import START

from larabill_billing.discounts.coupon import CouponTerms, Redemption, Scope
from larabill_billing.discounts.loyalty import LoyaltyTier, check_tiers, loyalty
from larabill_billing.discounts.standing import Part, Priced, Standing, allowances, given_back, in_order, standing
from larabill_billing.pricing.exact import rounded
from larabill_core.errors import InvalidInput
from larabill_core.ids import new_id
from larabill_core.testing.strategies import amounts

ZERO = Decimal(0)
TIERS = (LoyaltyTier(months=12, percent=Decimal(5)), LoyaltyTier(months=24, percent=Decimal(20)))


def redemption(number: int = 0, **terms: Any) -> Redemption:
    values: dict[str, Any] = {"name": f"c{number}", **terms}
    return Redemption(
        id=new_id(),
        seller_id=new_id(),
        coupon_id=new_id(),
        code_id=new_id(),
        customer_id=new_id(),
        terms=CouponTerms(**values),
        currency="EUR",
        cycles_left=1,
        redeemed_at=START,
    )


def of(*redemptions: Redemption) -> list[Standing]:
    return [found for each in in_order(redemptions) if (found := standing(each)) is not None]


def percent(rate: str, **terms: Any) -> Redemption:
    return redemption(percent=Decimal(rate), **terms)


def fixed(amount: str, **terms: Any) -> Redemption:
    return redemption(amounts={"EUR": Decimal(amount)}, **terms)


SCOPES = st.sampled_from(
    [
        Scope(),
        Scope(plans=("web",)),
        Scope(products=("hosting",)),
        Scope(addons=True),
        Scope(setup_fees=True),
        Scope(plans=("box",), setup_fees=True),
    ]
)
COUPONS = st.one_of(
    st.builds(lambda points, scope: percent(str(Decimal(points) / 100), scope=scope), st.integers(1, 10_000), SCOPES),
    st.builds(lambda cents, scope: fixed(str(Decimal(cents) / 100), scope=scope), st.integers(1, 50_000), SCOPES),
)
LINES = st.lists(
    st.builds(
        Priced,
        st.sampled_from(["recurring", "setup", "usage", "one_time"]),
        st.sampled_from([*PLANS.values(), None]),
        amounts("EUR", minimum=0, maximum=10_000),
    ),
    max_size=8,
)


@given(LINES, st.lists(COUPONS, max_size=4))
def test_no_line_falls_below_zero_and_only_what_is_covered_is_discounted(
    lines: list[Priced], coupons: list[Redemption]
) -> None:
    found = allowances(of(*coupons), lines, "EUR")
    scopes = {each.id: each.terms.scope for each in coupons}
    for line, taken in zip(lines, found, strict=True):
        off = sum((each.amount for each in taken), ZERO)
        assert 0 <= off <= line.amount
        for each in taken:
            assert each.amount > 0
            assert each.amount == rounded(each.amount, "EUR")
            assert each.source_id is not None
            assert scopes[each.source_id].covers(line.kind, line.plan)
            assert each.document is scopes[each.source_id].is_document


@given(LINES, st.lists(COUPONS, max_size=4))
def test_an_amount_is_taken_whole_or_up_to_what_it_covers(lines: list[Priced], coupons: list[Redemption]) -> None:
    left = {number: line.amount for number, line in enumerate(lines)}
    found = allowances(of(*coupons), lines, "EUR")
    for each in in_order(coupons):
        covered = [n for n, line in enumerate(lines) if each.terms.scope.covers(line.kind, line.plan)]
        taken = {n: a.amount for n in covered for a in found[n] if a.source_id == each.id}
        whole = sum((left[n] for n in covered), ZERO)
        if each.terms.percent is None:
            wanted = min(each.terms.amounts["EUR"], whole)
        else:
            wanted = rounded(whole * each.terms.percent / 100, "EUR")
        assert sum(taken.values(), ZERO) == wanted
        left |= {n: left[n] - amount for n, amount in taken.items()}


@given(LINES, st.lists(COUPONS, max_size=3), st.randoms(use_true_random=False))
def test_the_order_of_lines_and_of_codes_is_nothing_to_the_sum(
    lines: list[Priced], coupons: list[Redemption], rng: Any
) -> None:
    def off(these: list[Priced], redeemed: list[Redemption]) -> Decimal:
        return sum((each.amount for taken in allowances(of(*redeemed), these, "EUR") for each in taken), ZERO)

    # what two scopes share may be rounded another way line by line, so that only whole documents are compared
    whole = [each for each in coupons if each.terms.scope.is_document]
    mixed, shuffled = list(lines), list(whole)
    rng.shuffle(mixed)
    rng.shuffle(shuffled)
    assert off(mixed, shuffled) == off(lines, whole)


@given(
    amounts("EUR", minimum=1, maximum=10_000),
    st.lists(COUPONS, max_size=3),
    st.integers(1, 31),
)
def test_all_given_back_at_once_is_nothing_in_all_and_a_part_never_more(
    amount: Decimal, coupons: list[Redemption], days: int
) -> None:
    (taken,) = allowances(of(*coupons), [Priced("recurring", PLANS["web"], amount)], "EUR")
    whole = given_back(-amount, [Part(amount=amount, allowances=taken, days=31, of_days=31)], "EUR")
    assert [-each.amount for each in whole] == [each.amount for each in taken]
    part = rounded(amount * days / 31, "EUR")
    shares = given_back(-part, [Part(amount=amount, allowances=taken, days=days, of_days=31)], "EUR")
    back = part + sum((each.amount for each in shares), ZERO)
    paid = amount - sum((each.amount for each in taken), ZERO)
    assert 0 <= back <= paid + Decimal("0.01"), "of which only the part itself is rounded"
    assert all(each.amount < 0 for each in shares)


def test_the_defined_order() -> None:
    later, first, amount, rate = (
        percent("10", priority=5),
        fixed("3.00", priority=-5),
        fixed("2.00"),
        percent("50"),
    )
    assert in_order([later, amount, rate, first]) == [first, rate, amount, later]
    (taken,) = allowances(of(later, amount, rate, first), [Priced("usage", None, Decimal(100))], "EUR")
    # 100 - 3 = 97; half of it off: 48.50; - 2 = 46.50; 10 % of it
    assert [str(each.amount) for each in taken] == ["3.00", "48.50", "2.00", "4.65"]


def test_an_exclusive_one_stands_alone() -> None:
    alone, other = percent("5", exclusive=True), percent("50")
    assert in_order([other, alone]) == [alone]


def test_two_equal_ones_have_their_turn_by_age() -> None:
    older, newer = percent("10"), percent("10")
    assert in_order([newer, older]) == [older, newer]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 1, 31), None),
        (date(2027, 1, 30), None),
        (date(2027, 1, 31), 5),
        (date(2028, 1, 30), 5),
        (date(2028, 1, 31), 20),
        (date(2036, 1, 31), 20),
    ],
)
def test_loyalty_grows_by_whole_months(on: date, expected: int | None) -> None:
    found = loyalty(TIERS, date(2026, 1, 31), on)
    assert (None if found is None else found.discount.percent) == expected


def test_loyalty_covers_what_recurs() -> None:
    found = loyalty(TIERS, date(2026, 1, 1), date(2029, 1, 1))
    assert found is not None
    lines = [Priced(kind, None, Decimal(10)) for kind in ("recurring", "setup", "usage", "one_time", "proration")]
    assert [len(each) for each in allowances([found], lines, "EUR")] == [1, 0, 0, 0, 1]


@pytest.mark.parametrize(("months", "rate"), [(0, 5), (-1, 5), (1201, 5), (12, 0), (12, 101), (12, "5.00001")])
def test_what_is_no_tier(months: int, rate: Any) -> None:
    with pytest.raises(InvalidInput):
        LoyaltyTier(months=months, percent=Decimal(rate))


def test_tiers_rise() -> None:
    with pytest.raises(InvalidInput) as caught:
        check_tiers((TIERS[1], TIERS[0], TIERS[0]))
    assert [fault.path for fault in caught.value.faults] == [
        "loyalty[1].months",
        "loyalty[1].percent",
        "loyalty[2].months",
        "loyalty[2].percent",
    ]
