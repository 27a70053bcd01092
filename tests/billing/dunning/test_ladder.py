"""The overdue ladder is data: checked whole, and never climbed faster than it says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.billing.market import at

from larabill_billing.dunning import ladder
from larabill_billing.dunning.ceiling import ceiling
from larabill_billing.policies import DEFAULT_LADDER, LadderStep
from larabill_billing.settings import BillingSettings
from larabill_core.errors import Faults, InvalidInput
from larabill_core.structure import structure

OVERDUE = at(2026, 3, 8)


def test_every_fault_of_the_ladder_is_told_by_its_path() -> None:
    faults = Faults()
    data = {
        "payment_terms_days": -1,
        "keep_data": "14d",
        "overdue": [
            {"after": "5d", "do": "suspend"},
            {"after": "3d", "do": "suspend"},
            {"after": "9d", "do": "end"},
            {"after": "10d", "do": "remind"},
        ],
    }
    assert structure(BillingSettings, data, faults, "billing") is None
    assert [fault.path for fault in faults] == [
        "billing.payment_terms_days",
        "billing.overdue[1].after",
        "billing.overdue[3].do",
        "billing.overdue[1].do",
    ]


def test_an_unknown_action_is_refused() -> None:
    faults = Faults()
    structure(BillingSettings, {"overdue": [{"after": "1d", "do": "shout"}]}, faults, "billing")
    assert [fault.path for fault in faults] == ["billing.overdue[0].do"]


def test_an_empty_ladder_and_zero_days_are_allowed() -> None:
    assert BillingSettings(overdue=()).overdue == ()
    assert BillingSettings(overdue=(LadderStep(after=timedelta(0), do="end"),), keep_data=timedelta(0)).overdue
    with pytest.raises(InvalidInput, match=r"overdue\[0\].after"):
        BillingSettings(overdue=(LadderStep(after=timedelta(days=-1), do="remind"),))


def test_steps_come_when_the_ladder_says() -> None:
    first = ladder.next_at(DEFAULT_LADDER, steps=0, overdue_at=OVERDUE, stepped_at=None)
    assert first == OVERDUE + timedelta(days=3)
    assert ladder.next_at(DEFAULT_LADDER, steps=4, overdue_at=OVERDUE, stepped_at=OVERDUE) is None


@given(
    days=st.lists(st.integers(0, 60), min_size=1, max_size=6, unique=True).map(sorted),
    late=st.lists(st.integers(0, 90), min_size=6, max_size=6),
)
def test_no_step_follows_another_sooner_than_its_gap(days: list[int], late: list[int]) -> None:
    steps = tuple(LadderStep(after=timedelta(days=day), do="remind") for day in days)
    stepped = None
    for number in range(len(steps)):
        due = ladder.next_at(steps, steps=number, overdue_at=OVERDUE, stepped_at=stepped)
        assert due is not None
        assert due >= OVERDUE + steps[number].after
        if stepped is not None:
            assert due - stepped >= steps[number].after - steps[number - 1].after
        stepped = due + timedelta(days=late[number])


@pytest.mark.parametrize(("live", "most"), [(0, 5), (250, 5), (299, 5), (300, 6), (1000, 20)])
def test_the_ceiling_is_five_or_two_percent(live: int, most: int) -> None:
    assert ceiling(live) == most
