"""What agreements are worth by the month, how that moves, and what is lost: by hand, and whatever happens."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from larabill_billing.discounts.model import Discount
from larabill_billing.periods.cycle import Cycle
from larabill_billing.reports.churn import Life, churn_rate
from larabill_billing.reports.model import MrrMonth
from larabill_billing.reports.movements import Movements, Standing, Step, movements
from larabill_billing.reports.recurring import Recurring, Run, converted, monthly, per_agreement, recurring
from larabill_billing.reports.shown import at_the_cent

ADA, BOB, EVE = UUID(int=1), UUID(int=2), UUID(int=3)
MONDAY = date(2026, 3, 2)
AMOUNTS = st.decimals(min_value=-500, max_value=500, places=4)


@pytest.mark.parametrize(
    ("price", "cycle", "worth"),
    [
        ("9.90", "1_month", "9.90"),
        ("1200", "1_year", "100"),
        ("50", "1_year", "4.1667"),  # 50 / 12
        ("30", "3_months", "10"),
        ("10", "1_week", "43.3333"),  # 10 x 52 / 12
        ("50", "2_weeks", "108.3333"),  # 50 x 26 / 12
        ("1", "1_day", "30.4167"),  # 365 / 12
        ("0", "1_month", "0"),
    ],
)
def test_a_price_by_the_month(price: str, cycle: str, worth: str) -> None:
    assert monthly(Decimal(price), Cycle(cycle)) == Decimal(worth)


def test_discounts_that_last_count() -> None:
    off = [Discount(name="a fifth", percent=Decimal(20)), Discount(name="five", amount=Decimal(5))]
    assert monthly(Decimal(100), Cycle.MONTHLY, off) == Decimal(75)


def test_trials_and_what_is_cancelled_stand_apart() -> None:
    runs = [
        Run(monthly=Decimal(10)),
        Run(monthly=Decimal(20), ends_on=date(2026, 4, 1)),
        Run(monthly=Decimal(40), trial_until=date(2026, 3, 20)),
        Run(monthly=Decimal(80), trial_until=date(2026, 3, 20), ends_on=date(2026, 3, 20)),
        Run(monthly=Decimal(160), ends_on=date(2026, 2, 20)),
    ]
    found = recurring(runs, MONDAY)
    assert found == Recurring(mrr=Decimal(30), leaving=Decimal(20), trial=Decimal(120), trial_leaving=Decimal(80))
    assert (found.committed, found.trial_committed, found.arr) == (Decimal(10), Decimal(40), Decimal(360))


def test_each_kind_of_movement() -> None:
    before = {ADA: Standing(mrr=Decimal(10), known=True), BOB: Standing(mrr=Decimal(0), known=True)}
    steps = [
        Step(on=date(2026, 3, 9), customer_id=ADA, change=Decimal(-4)),  # 15 to 11: contraction
        Step(on=date(2026, 3, 2), customer_id=ADA, change=Decimal(5)),  # 10 to 15: expansion
        Step(on=date(2026, 3, 3), customer_id=BOB, change=Decimal(7)),  # had left: reactivation
        Step(on=date(2026, 3, 4), customer_id=EVE, change=Decimal(8)),  # new
        Step(on=date(2026, 3, 5), customer_id=EVE, change=Decimal(-8)),  # churn
        Step(on=date(2026, 3, 6), customer_id=EVE, change=Decimal(9)),  # reactivation
    ]
    found = movements(before, steps)
    assert found == Movements(
        new=Decimal(8),
        expansion=Decimal(5),
        contraction=Decimal(-4),
        churn=Decimal(-8),
        reactivation=Decimal(16),
    )
    assert found.net == Decimal(17)


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 60), AMOUNTS), max_size=30),
    st.dictionaries(st.integers(1, 4), st.decimals(min_value=0, max_value=500, places=4)),
)
def test_movements_add_up_to_the_difference(drawn: list[tuple[int, int, Decimal]], opening: dict[int, Decimal]) -> None:
    before = {UUID(int=number): Standing(mrr=mrr, known=True) for number, mrr in opening.items()}
    steps = [
        Step(on=MONDAY + timedelta(days=days), customer_id=UUID(int=number), change=change)
        for number, days, change in drawn
    ]
    assert movements(before, steps).net == sum(step.change for step in steps)


@given(st.decimals(min_value=0, max_value=900, places=4), st.lists(AMOUNTS, min_size=5, max_size=5))
def test_shown_movements_add_up_to_the_cent(opening: Decimal, moved: list[Decimal]) -> None:
    closing = opening + sum(moved)
    month = MrrMonth(
        month=date(2026, 3, 1),
        currency="EUR",
        opening=opening,
        moves=Movements(new=moved[0], expansion=moved[1], contraction=moved[2], churn=moved[3], reactivation=moved[4]),
        closing=Recurring(mrr=closing),
        customers=1,
        agreements=1,
        by_plan={"a": closing / 2, "b": closing / 2},
    )
    shown = at_the_cent(month)
    assert shown.opening + shown.moves.net == shown.closing.mrr == sum(shown.by_plan.values())
    assert shown.closing.mrr.as_tuple().exponent == -2


def test_currencies_in_one() -> None:
    amounts = {"EUR": Decimal("100"), "GBP": Decimal("100"), "USD": Decimal("1.005")}
    assert converted(amounts, {"EUR": Decimal(3), "GBP": Decimal(5)}, "USD") == Decimal("801.01")
    assert per_agreement(Decimal(800), 3, "USD") == Decimal("266.67")
    assert per_agreement(Decimal(0), 0, "USD") == Decimal("0.00")


def test_churn_is_of_those_alive_when_the_window_began() -> None:
    lives = [
        Life(date(2026, 1, 1)),
        Life(date(2026, 1, 1), date(2026, 3, 10)),
        Life(date(2026, 1, 1), date(2026, 2, 1)),  # gone before
        Life(date(2026, 3, 5), date(2026, 3, 12)),  # came and went within it
    ]
    assert churn_rate(lives, date(2026, 4, 1), 30) == Decimal("0.5")
    assert churn_rate(lives, date(2026, 3, 10), 8) == 0  # the day itself is not part of the window
    assert churn_rate([], MONDAY, 30) == 0
