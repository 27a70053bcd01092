"""When an agreement may end."""

from __future__ import annotations

from datetime import date

import attrs
import pytest
from tests.billing.market import at

from larabill_billing.periods.cycle import Cycle
from larabill_billing.subscriptions.model import Subscription
from larabill_billing.subscriptions.terms import check_end, day_of, earliest_end
from larabill_core.errors import Conflict, InvalidInput
from larabill_core.ids import new_id

TODAY = date(2026, 3, 10)


def agreement(**changes: object) -> Subscription:
    first = Subscription(
        id=new_id(),
        seller_id=new_id(),
        customer_id=new_id(),
        order_id=new_id(),
        currency="EUR",
        cycle=Cycle.MONTHLY,
        time_zone="Europe/Berlin",
        started_on=date(2026, 1, 31),
        anchor_on=date(2026, 1, 31),
        anchor_day=31,
        next_period=2,
        minimum_until=date(2026, 1, 31),
        created_at=at(2026, 1, 31),
    )
    return attrs.evolve(first, **changes)


def test_without_terms_it_ends_at_the_end_of_what_is_billed() -> None:
    assert day_of(agreement(), "period_end", TODAY) == date(2026, 3, 31)
    assert day_of(agreement(), "now", TODAY) == TODAY
    for on in (date(2026, 3, 31), TODAY):
        check_end(agreement(), on, TODAY)


def test_a_period_that_is_over_ends_today() -> None:
    behind = agreement(next_period=1)
    assert day_of(behind, "period_end", TODAY) == TODAY


def test_a_date_means_that_day() -> None:
    assert day_of(agreement(), date(2026, 5, 2), TODAY) == date(2026, 5, 2)
    assert day_of(agreement(), TODAY, TODAY) == TODAY
    check_end(agreement(), date(2026, 5, 2), TODAY)


def test_what_is_no_time_to_come_is_refused_with_its_place() -> None:
    with pytest.raises(InvalidInput, match=r"when: lies in the past \(got '2026-03-09'\); today is 2026-03-10"):
        day_of(agreement(), date(2026, 3, 9), TODAY)
    with pytest.raises(InvalidInput, match="when: is not a time"):
        day_of(agreement(), "tomorrow", TODAY)  # type: ignore[arg-type]


@pytest.mark.parametrize("on", [TODAY, date(2026, 3, 31), date(2027, 1, 30)])
def test_minimum_term_names_the_earliest_date(on: date) -> None:
    bound = agreement(minimum_until=date(2027, 1, 31))
    with pytest.raises(Conflict, match="the earliest end is 2027-01-31, the earliest end of a period 2027-01-31"):
        check_end(bound, on, TODAY)
    check_end(bound, date(2027, 1, 31), TODAY)


def test_notice_counts_from_today() -> None:
    bound = agreement(notice_days=30)
    assert earliest_end(bound, TODAY) == date(2026, 4, 9)
    with pytest.raises(Conflict, match="the earliest end is 2026-04-09, the earliest end of a period 2026-04-30"):
        check_end(bound, date(2026, 4, 8), TODAY)
    check_end(bound, date(2026, 4, 9), TODAY)
