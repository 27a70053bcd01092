"""What a meter has counted in a period, by example; and what must hold of any events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from larabill_billing.catalog.meters import Aggregation
from larabill_billing.pricing.exact import total
from larabill_billing.usage.aggregate import quantity
from larabill_billing.usage.model import UsageEvent
from larabill_core.clock import start_of_day

START = datetime(2026, 2, 1, tzinfo=UTC)
END = datetime(2026, 3, 1, tzinfo=UTC)
NOBODY = UUID(int=0)


def used(
    n: int,
    value: str | None,
    at: datetime = START,
    *,
    key: str | None = None,
    corrects: int | None = None,
) -> UsageEvent:
    return UsageEvent(
        id=UUID(int=n),
        seller_id=NOBODY,
        subscription_id=NOBODY,
        subscription_item_id=NOBODY,
        meter="m",
        quantity=None if value is None else Decimal(value),
        unique_key=key,
        occurred_at=at,
        recorded_at=at,
        idempotency_id=str(n),
        corrects=None if corrects is None else str(corrects),
    )


def days(number: float) -> datetime:
    return START + timedelta(days=number)


def count(kind: str, *events: UsageEvent, start: datetime = START, end: datetime = END) -> Decimal:
    return quantity(Aggregation(kind), events, start, end)


@pytest.mark.parametrize("kind", list(Aggregation))
def test_nothing_counted_is_nothing(kind: str) -> None:
    assert count(kind) == 0


@pytest.mark.parametrize("kind", ["sum", "max", "last", "unique"])
def test_a_period_holds_its_begin_and_not_its_end(kind: str) -> None:
    events = [used(1, "1", START, key="a"), used(2, "10", END, key="b"), used(3, "100", days(-0.5), key="c")]
    assert count(kind, *events) == 1
    assert count(kind, *events, end=END + timedelta(microseconds=1)) == {"sum": 11, "unique": 2}.get(kind, 10)


def test_the_largest_may_be_negative() -> None:
    assert count("max", used(1, "5"), used(2, "-3", corrects=1), used(4, "-2", corrects=3)) == -2


def test_the_last_one_is_the_last_recorded_of_those_at_one_instant() -> None:
    assert count("last", used(2, "7", days(1)), used(1, "9", days(1)), used(3, "1", days(0))) == 7


def test_an_event_that_takes_another_back_counts_nothing_itself() -> None:
    events = [used(1, "5", days(1), key="a"), used(2, "7", days(2), key="b"), used(3, None, days(3), corrects=2)]
    assert [count(kind, *events) for kind in ("sum", "max", "last", "unique")] == [5, 5, 5, 1]


def test_a_corrected_correction_does_not_count() -> None:
    assert count("sum", used(1, "5"), used(2, "6", corrects=1), used(3, "7", corrects=2)) == 7


def test_a_correction_may_move_an_event_to_another_period() -> None:
    events = [used(1, "5", days(1)), used(2, "5", days(-1), corrects=1)]
    assert count("sum", *events) == 0
    assert count("sum", *events, start=days(-28), end=START) == 5


def test_a_value_stands_until_the_next_one() -> None:
    # 10 for a week, 30 for a week, 20 for two
    assert count("time_weighted", used(1, "10"), used(2, "30", days(7)), used(3, "20", days(14))) == 20


def test_the_value_before_the_period_stands_at_its_begin() -> None:
    events = [used(1, "8", days(-20)), used(2, "4", days(-10)), used(3, "0", days(14))]
    assert count("time_weighted", *events) == 2


def test_a_value_that_is_taken_back_never_stood() -> None:
    events = [used(1, "4", days(-1)), used(2, "400", days(7)), used(3, None, days(8), corrects=2)]
    assert count("time_weighted", *events) == 4


def test_an_average_is_rounded_half_up_to_twelve_places() -> None:
    third = count("time_weighted", used(1, "1"), used(2, "0", days(28) - timedelta(days=56) / 3))
    assert third == Decimal("0.333333333333")
    assert count("time_weighted", used(1, "2"), used(2, "0", days(28) - timedelta(days=28) / 3)) == Decimal(
        "1.333333333333"
    )


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 3, 28), 24)], ids=str
)
def test_a_day_on_which_the_clocks_change_has_its_real_hours(day: date, hours: int) -> None:
    start, end = (start_of_day(each, "Europe/Berlin") for each in (day, day + timedelta(days=1)))
    assert end - start == timedelta(hours=hours)
    events = [used(1, "0", start - timedelta(days=1)), used(2, str(hours), end - timedelta(hours=1))]
    assert count("time_weighted", *events, start=start, end=end) == 1
    each_hour = [used(n, "1", start + timedelta(hours=n)) for n in range(30)]
    assert count("sum", *each_hour, start=start, end=end) == hours


def test_a_period_without_time_has_no_average() -> None:
    assert count("time_weighted", used(1, "5", days(-1)), start=START, end=START) == 0


amounts = st.decimals(min_value=0, max_value=10**15 - 1, places=12)
instants = st.integers(-10 * 86_400, 40 * 86_400).map(lambda seconds: START + timedelta(seconds=seconds))


@st.composite
def histories(draw: st.DrawFn) -> list[UsageEvent]:
    """Events, some of which correct an earlier one that nothing else corrects."""
    events: list[UsageEvent] = []
    for n in range(1, draw(st.integers(0, 12)) + 1):
        free = {event.idempotency_id for event in events} - {event.corrects for event in events}
        corrects = draw(st.sampled_from([None, None, *sorted(free)]))
        value = draw(amounts)
        if corrects is not None:
            value = draw(st.sampled_from([None, value, -value]))
        key = None if value is None else draw(st.sampled_from("abc"))
        event = used(n, None, draw(instants), key=key)
        events.append(attrs.evolve(event, quantity=value, corrects=corrects))
    return events


@given(histories(), st.randoms())
def test_the_order_of_arrival_in_a_list_says_nothing(events: Sequence[UsageEvent], random: object) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for kind in Aggregation:
        assert count(kind, *events) == count(kind, *shuffled)


@given(histories(), st.lists(instants, min_size=1, max_size=4))
def test_sums_of_parts_are_the_sum_of_the_whole(events: Sequence[UsageEvent], cuts: Sequence[datetime]) -> None:
    edges = [days(-30), *sorted(cuts), days(90)]
    parts = [count("sum", *events, start=start, end=end) for start, end in pairwise(edges)]
    assert total(parts) == count("sum", *events, start=edges[0], end=edges[-1])


@given(histories())
def test_an_average_lies_between_the_least_and_the_greatest_value(events: Sequence[UsageEvent]) -> None:
    values = [event.quantity for event in events if event.quantity is not None]
    average = count("time_weighted", *events)
    assert min([*values, 0]) - 1 <= average <= max([*values, 0]) + 1
