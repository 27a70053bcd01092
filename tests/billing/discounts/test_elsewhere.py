"""What another system makes of discounts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from larabill_billing.discounts.elsewhere import by_percent, in_turn


@pytest.mark.parametrize(
    ("rate", "price", "after"), [(0, 10, 10), (10, 10, 9), (200, 10, 0), (10, -10, -11), (200, -10, -20)]
)
def test_a_percentage_of_the_size_of_a_price(rate: int, price: int, after: int) -> None:
    assert by_percent(Decimal(rate), [Decimal(price)], "EUR").each == (after,)


@pytest.mark.parametrize(
    ("amount", "prices", "total"),
    [(0, [4, 10], 14), (10, [4, 10], 4), (100, [4, 10], 0), (10, [-4, -10], -24), (5, [-4, 10], 1), (5, [], 0)],
)
def test_an_amount_is_used_up_in_turn(amount: int, prices: list[int], total: int) -> None:
    assert in_turn(Decimal(amount), [Decimal(price) for price in prices]).total == total
