"""Which lots a use draws on: soonest expiry first, then the oldest, never below zero."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from larabill_billing.credits.lots import covered, draw, draw_in_turn, usable
from larabill_billing.credits.model import Lot
from larabill_core.money import from_minor

TODAY = date(2026, 3, 1)


def lot(number: int, remaining: str | Decimal, expires_on: date | None = None) -> Lot:
    return Lot(
        id=UUID(int=number),
        customer_id=UUID(int=0),
        currency="EUR",
        source="goodwill",
        source_id=UUID(int=number),
        amount=Decimal("100.00"),
        remaining=Decimal(remaining),
        expires_on=expires_on,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


LOTS = st.lists(
    st.tuples(st.integers(0, 5000), st.none() | st.integers(-5, 40)).map(
        lambda pair: (from_minor(pair[0], "EUR"), None if pair[1] is None else TODAY + timedelta(days=pair[1]))
    ),
    max_size=8,
).map(lambda pairs: [lot(number, remaining, on) for number, (remaining, on) in enumerate(pairs)])
AMOUNTS = st.integers(0, 20_000).map(lambda units: from_minor(units, "EUR"))


def test_the_soonest_expiry_comes_first_then_the_oldest() -> None:
    never, late, soon, older = lot(1, "5"), lot(2, "5", date(2026, 4, 1)), lot(4, "5", date(2026, 3, 2)), lot(0, "5")
    assert usable([never, late, soon, older], TODAY) == [soon, late, older, never]


def test_on_its_day_of_expiry_nothing_can_be_used() -> None:
    lots = [lot(1, "5", TODAY), lot(2, "5", TODAY + timedelta(days=1)), lot(3, "0")]
    assert [each.id.int for each in usable(lots, TODAY)] == [2]


@given(lots=LOTS, amount=AMOUNTS)
def test_a_use_takes_what_there_is_in_order_and_no_lot_more_than_it_holds(lots: list[Lot], amount: Decimal) -> None:
    ready = usable(lots, TODAY)
    drawn = draw(ready, amount)
    assert sum((part for _, part in drawn), Decimal(0)) == min(amount, covered(ready))
    assert all(0 < part <= each.remaining for each, part in drawn)
    # every lot before the last one that was touched is empty
    assert [each for each, _ in drawn] == ready[: len(drawn)]
    assert all(part == each.remaining for each, part in drawn[:-1])


@given(lots=LOTS, amount=AMOUNTS, choice=st.integers(0, 7))
def test_a_named_lot_is_drawn_on_before_all_others(lots: list[Lot], amount: Decimal, choice: int) -> None:
    ready = usable(lots, TODAY)
    if not ready or not amount:
        return
    first = ready[choice % len(ready)]
    assert draw(ready, amount, [first.id])[0] == (first, min(amount, first.remaining))


def test_amounts_in_turn_take_what_those_before_them_left() -> None:
    five, three = lot(1, "5.00"), lot(2, "3.00")
    taken = draw_in_turn([five, three], [Decimal("4.00")] * 3)
    parts = [[(each.id.int, part) for each, part in drawn] for drawn in taken]
    assert parts == [[(1, Decimal("4.00"))], [(1, Decimal("1.00")), (2, Decimal("3.00"))], []]


@given(lots=LOTS, amounts=st.lists(AMOUNTS, max_size=5))
def test_all_amounts_together_take_what_there_is_and_no_more(lots: list[Lot], amounts: list[Decimal]) -> None:
    taken = draw_in_turn(lots, amounts)
    assert sum((part for drawn in taken for _, part in drawn), Decimal(0)) == min(
        covered(lots), sum(amounts, Decimal(0))
    )
    for each in lots:
        assert sum((part for drawn in taken for lot, part in drawn if lot.id == each.id), Decimal(0)) <= each.remaining
