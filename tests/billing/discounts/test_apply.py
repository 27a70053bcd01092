"""Discounts over lines: no cent is lost, no line falls below zero, the order counts."""

from __future__ import annotations

from decimal import Context, Decimal, localcontext

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from larabill_billing.discounts.apply import apply
from larabill_billing.discounts.model import Discount
from larabill_billing.pricing.exact import rounded
from larabill_core.errors import InvalidInput
from larabill_core.money import allocate, exponent
from larabill_core.testing.strategies import amounts, currencies

ZERO = Decimal(0)


def percent(rate: int | str) -> Discount:
    return Discount(name=f"{rate} % off", percent=Decimal(rate))


def fixed(amount: int | str) -> Discount:
    return Discount(name=f"{amount} off", amount=Decimal(amount))


def lines(*numbers: int | str) -> list[Decimal]:
    return [Decimal(number) for number in numbers]


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[Decimal], list[Discount]]:
    """A currency, lines and discounts in it."""
    currency = draw(currencies())
    line = amounts(currency, minimum=-1000, maximum=100_000)
    some = st.one_of(
        st.integers(1, 10_000).map(lambda points: percent(str(Decimal(points) / 100))),
        amounts(currency, minimum=1, maximum=1000).map(lambda amount: fixed(str(amount))),
    )
    return currency, draw(st.lists(line, max_size=8)), draw(st.lists(some, max_size=3))


@given(documents())
def test_discounts_and_what_they_leave_are_the_lines(document: tuple[str, list[Decimal], list[Discount]]) -> None:
    currency, before, discounts = document
    found = apply(discounts, before, currency)
    assert found.off == sum(before) - sum(found.amounts) == sum(sum(shares) for shares in found.taken)
    for index, (amount, left) in enumerate(zip(before, found.amounts, strict=True)):
        assert left == amount - sum((shares[index] for shares in found.taken), ZERO)
        assert left == amount if amount <= 0 else 0 <= left <= amount
        assert left == rounded(left, currency)


@given(documents())
def test_each_discount_takes_its_rounded_due_from_what_the_ones_before_left(
    document: tuple[str, list[Decimal], list[Discount]],
) -> None:
    currency, left, discounts = document
    for discount in discounts:
        found = apply([discount], left, currency)
        whole = sum((amount for amount in left if amount > 0), ZERO)
        if discount.percent is not None:
            assert found.off == rounded(whole * discount.percent / 100, currency)
        else:
            assert found.off == min(discount.amount or ZERO, whole)
        left = list(found.amounts)
    assert tuple(left) == apply(discounts, document[1], currency).amounts


# two thirds left over three times: all remainders are equal, and the earlier lines go first
@example(("EUR", [Decimal("1263528.50"), Decimal("1263528.50"), Decimal("2137280769.02")]))
@given(currencies().flatmap(lambda code: st.tuples(st.just(code), st.lists(amounts(code, minimum=0), min_size=1))))
def test_a_fixed_amount_is_spread_as_money_is_allocated(document: tuple[str, list[Decimal]]) -> None:
    currency, before = document
    whole = sum(before, ZERO)
    off = rounded(whole / 3, currency, "ROUND_DOWN")
    if off:
        (shares,) = apply([fixed(str(off))], before, currency).taken
        assert list(shares) == allocate(off, before, currency)


@pytest.mark.parametrize(
    ("discounts", "before", "after"),
    [
        ([percent(15), percent(20)], lines("100"), lines("68")),
        ([fixed(15)], lines("10"), lines("0")),
        ([fixed(1)], lines("1", "2"), lines("0.67", "1.33")),
        ([percent("33.33")], lines("1", "1"), lines("0.66", "0.67")),
        ([fixed(10), fixed(110)], lines("100"), lines("0")),
        ([fixed(10)], lines("100", "50", "30", "20"), lines("95", "47.50", "28.50", "19")),
        ([percent(100)], lines("0.05", "-3"), lines("0", "-3")),
        ([fixed(5)], lines("0", "0"), lines("0", "0")),
        ([fixed("0.001")], lines("3"), lines("3")),
        ([], lines("3"), lines("3")),
        ([fixed(5)], [], []),
    ],
)
def test_worked_discounts(discounts: list[Discount], before: list[Decimal], after: list[Decimal]) -> None:
    assert list(apply(discounts, before, "EUR").amounts) == after


def test_the_order_of_discounts_counts() -> None:
    assert apply([percent(50), fixed(10)], lines(100), "EUR").off == 60
    assert apply([fixed(10), percent(50)], lines(100), "EUR").off == 55


def test_a_thread_with_a_narrow_context_gets_the_same_and_keeps_it() -> None:
    before = lines("123456789.01", "987654.32")
    wanted = apply([percent("12.5")], before, "EUR")
    with localcontext(Context(prec=4)) as narrow:
        assert apply([percent("12.5")], before, "EUR") == wanted
        assert Decimal(1) / 3 == Decimal("0.3333")
        with pytest.raises(InvalidInput):
            apply([percent(1)], lines("0.001"), "EUR")
        assert Decimal(1) / 3 == Decimal("0.3333")
        assert narrow.prec == 4


def test_amounts_finer_than_the_currency_are_all_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        apply([percent(10)], lines("1.005", "1.00", "1.015"), "EUR")
    assert [fault.path for fault in caught.value.faults] == ["amounts[0]", "amounts[2]"]
    assert exponent("EUR") == 2
    assert apply([percent(10)], lines("1.00000", "2"), "EUR").off == Decimal("0.30")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ["amount: must be given, or percent, and not both"]),
        ({"percent": Decimal(1), "amount": Decimal(1)}, ["amount: must be given, or percent, and not both"]),
        ({"percent": Decimal(101)}, ["percent: must be at most 100"]),
        ({"percent": Decimal(0)}, ["percent: must be more than 0"]),
        ({"amount": Decimal(-1)}, ["amount: must be at least 0"]),
        ({"amount": Decimal(0), "name": " "}, ["name: is empty", "amount: must be more than 0"]),
    ],
)
def test_every_fault_of_a_discount_is_named(fields: dict[str, Decimal], expected: list[str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        Discount(**{"name": "x", **fields})  # type: ignore[arg-type]
    assert [f"{fault.path}: {fault.problem}" for fault in caught.value.faults] == expected
