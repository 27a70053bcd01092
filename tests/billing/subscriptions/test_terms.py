"""When an agreement may end."""

from __future__ import annotations

from datetime import date

import attrs
import pytest
from tests.billing.market import at

from larabill_billing.catalog.model import Cycle
from larabill_billing.subscriptions.model import Subscription
from larabill_billing.subscriptions.terms import earliest_end, end_date
from larabill_core.errors import Conflict
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
        anchor_on=date(2026, 1, 31),
        next_period=2,
        minimum_until=date(2026, 1, 31),
        created_at=at(2026, 1, 31),
    )
    return attrs.evolve(first, **changes)


def test_without_terms_it_ends_at_the_end_of_what_is_billed() -> None:
    assert end_date(agreement(), "period_end", TODAY, force=False) == date(2026, 3, 31)
    assert end_date(agreement(), "now", TODAY, force=False) == TODAY


def test_a_date_means_the_first_boundary_from_it() -> None:
    assert end_date(agreement(), date(2026, 5, 1), TODAY, force=False) == date(2026, 5, 31)
    assert end_date(agreement(), date(2026, 3, 1), TODAY, force=False) == date(2026, 3, 31)


@pytest.mark.parametrize("when", ["now", "period_end"])
def test_minimum_term_names_the_earliest_date(when: str) -> None:
    bound = agreement(minimum_until=date(2027, 1, 31))
    with pytest.raises(Conflict, match="earliest end is 2027-01-31: cancel with when=2027-01-31"):
        end_date(bound, when, TODAY, force=False)  # type: ignore[arg-type]
    assert end_date(bound, date(2027, 1, 31), TODAY, force=False) == date(2027, 1, 31)


def test_notice_counts_from_today() -> None:
    bound = agreement(notice_days=30)
    assert earliest_end(bound, TODAY) == date(2026, 4, 9)
    with pytest.raises(Conflict, match="earliest end is 2026-04-30"):
        end_date(bound, "period_end", TODAY, force=False)
    assert end_date(bound, date(2026, 4, 9), TODAY, force=False) == date(2026, 4, 30)


def test_staff_may_break_the_terms() -> None:
    bound = agreement(minimum_until=date(2027, 1, 31), notice_days=30)
    assert end_date(bound, "now", TODAY, force=True) == TODAY
    assert end_date(bound, "period_end", TODAY, force=True) == date(2026, 3, 31)
