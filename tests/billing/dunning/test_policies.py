"""A dunning policy is data: checked whole, chosen by the most specific word, and read by pure rules."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.billing.market import at

from larabill_billing.dunning import ladder
from larabill_billing.dunning.attempts import allowed_at, next_attempt
from larabill_billing.dunning.model import DunningCase, Pause, PauseKind, stood_still
from larabill_billing.dunning.upcoming import reminder_due
from larabill_billing.policies import DAY, DunningPolicy, LateFee, choose, is_little, late_fee
from larabill_billing.settings import BillingSettings
from larabill_core.errors import Faults, IllegalTransition
from larabill_core.ids import new_id
from larabill_core.structure import structure

NOW = at(2026, 3, 10)


def faults_of(data: dict[str, Any]) -> dict[str, str]:
    faults = Faults()
    structure(BillingSettings, data, faults, "billing")
    return {fault.path: fault.problem for fault in faults}


def test_every_fault_of_the_policies_is_told_by_its_path() -> None:
    policy = {
        "before": ["1d", "7d", "12h"],
        "retries": ["2d", "0d"],
        "attempts_a_day": 0,
        "collect": "never",
        "late_fee": {"percent": "101", "amounts": {"EUR": "0.001", "XYZ": "1"}},
        "overdue": [{"after": "3d", "do": "end"}, {"after": "2d", "do": "remind"}],
        "colour": "red",
    }
    assert set(faults_of({"dunning": {"strict": policy}})) == {
        "billing.dunning.strict.colour",
        "billing.dunning.strict.collect",
        "billing.dunning.strict.late_fee.percent",
        "billing.dunning.strict.late_fee.amounts.EUR",
        "billing.dunning.strict.late_fee.amounts.XYZ",
    }
    good = {**policy, "collect": "due", "late_fee": {"percent": "1"}}
    del good["colour"]
    assert set(faults_of({"dunning": {"strict": good}})) == {
        "billing.dunning.strict.before[1]",
        "billing.dunning.strict.before[2]",
        "billing.dunning.strict.retries[1]",
        "billing.dunning.strict.attempts_a_day",
        "billing.dunning.strict.overdue[1].after",
        "billing.dunning.strict.overdue[1].do",
    }


def test_what_policies_say_together_is_checked() -> None:
    data = {
        "overdue": [{"after": "5d", "do": "retry"}, {"after": "6d", "do": "late_fee"}],
        "overdue_minimum": {"EUR": "-1"},
        "dunning": {
            "patient": {"retries": ["2d"], "groups": ["friends", "staff"]},
            "strict": {"groups": ["friends"], "overdue": []},
            "Odd name": {"overdue": []},
        },
    }
    assert set(faults_of(data)) == {
        "billing.overdue_minimum.EUR",
        "billing.dunning.default.late_fee",
        "billing.dunning.patient.retries",
        "billing.dunning.patient.late_fee",
        "billing.dunning.strict.groups",
        "billing.dunning",
    }


def test_a_policy_without_a_ladder_has_that_of_all() -> None:
    settings = BillingSettings(dunning={"quick": DunningPolicy(overdue=()), "same": DunningPolicy()})
    assert settings.policies["quick"].steps == ()
    assert settings.policies["same"].steps == settings.policies["default"].steps == settings.overdue


@pytest.mark.parametrize(
    ("group", "plans", "name"),
    [
        ("friends", ["strict"], "patient"),
        ("", ["", "strict", "patient"], "strict"),
        ("others", [""], "default"),
        ("others", ["gone"], "default"),
        ("", [], "default"),
    ],
)
def test_the_group_comes_before_the_plan_and_the_plan_before_the_default(
    group: str, plans: list[str], name: str
) -> None:
    policies = {"default": DunningPolicy(), "patient": DunningPolicy(groups=("friends",)), "strict": DunningPolicy()}
    assert choose(policies, group, plans) == name


def test_a_late_fee_is_a_share_or_an_amount() -> None:
    assert late_fee(LateFee(percent=Decimal("1.5")), Decimal("33.33"), "EUR") == Decimal("0.50")
    assert late_fee(LateFee(percent=Decimal("1.5")), Decimal(1000), "JPY") == Decimal(15)
    fixed = LateFee(amounts={"EUR": Decimal("5.00")})
    assert late_fee(fixed, Decimal("33.33"), "EUR") == Decimal("5.00")
    assert late_fee(fixed, Decimal("33.33"), "USD") == 0


@pytest.mark.parametrize(
    ("owed", "currency", "little"), [("4.99", "EUR", True), ("5.00", "EUR", False), ("0.01", "USD", False)]
)
def test_less_than_the_minimum_of_the_currency_is_little(owed: str, currency: str, little: bool) -> None:
    assert is_little({"EUR": Decimal("5.00")}, currency, Decimal(owed)) is little


@pytest.mark.parametrize(
    ("today", "number"), [(2, 0), (3, 1), (8, 1), (9, 2), (10, 2), (11, 0)], ids=lambda value: str(value)
)
def test_of_reminders_that_were_missed_only_the_last_is_due(today: int, number: int) -> None:
    before = (timedelta(days=7), timedelta(days=1))
    assert reminder_due(before, date(2026, 3, 10), date(2026, 3, today)) == number


def test_gaps_count_from_the_attempt_before() -> None:
    gaps = [timedelta(days=days) for days in (2, 5, 7, 7)]
    offsets, tried = [], [NOW]
    while (due := next_attempt(gaps, tried, timedelta(0))) is not None:
        offsets.append((due - NOW) / DAY)
        tried.append(due)
    assert offsets == [2, 7, 14, 21]
    assert next_attempt(gaps, [], timedelta(0)) is None
    assert next_attempt(gaps, [NOW], timedelta(days=3)) == NOW + timedelta(days=5)


@given(
    hours=st.lists(st.integers(0, 100), max_size=40).map(sorted),
    most=st.integers(1, 5),
)
def test_no_24_hours_see_more_attempts_than_allowed(hours: list[int], most: int) -> None:
    """Whoever asks, and whenever: an attempt is made when it is allowed, or never."""
    made: list[datetime] = []
    for hour in hours:
        now = NOW + timedelta(hours=hour)
        allowed = allowed_at(made, most, now)
        assert allowed >= now
        if allowed == now:
            made.append(now)
        else:
            assert allowed_at(made, most, allowed) == allowed
    for first in made:
        assert sum(first <= other < first + DAY for other in made) <= most


def pause(start: int, end: int | None) -> Pause:
    ended = None if end is None else NOW + timedelta(days=end)
    return Pause(
        id=new_id(),
        seller_id=new_id(),
        customer_id=new_id(),
        invoice_id=new_id(),
        kind=PauseKind.STAFF,
        started_at=NOW + timedelta(days=start),
        ended_at=ended,
        is_open=True if end is None else None,
    )


@given(
    spans=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30) | st.none()), max_size=6),
    since=st.integers(0, 30),
    until=st.integers(0, 30),
)
def test_time_that_several_pauses_cover_counts_once(
    spans: list[tuple[int, int | None]], since: int, until: int
) -> None:
    pauses = [pause(start, None if length is None else start + length) for start, length in spans]
    covered = {
        day
        for start, length in spans
        for day in range(max(start, since), until if length is None else min(start + length, until))
    }
    expected = timedelta(days=len(covered))
    assert stood_still(pauses, NOW + timedelta(days=since), NOW + timedelta(days=until)) == expected


def test_a_pause_that_is_over_stays_over() -> None:
    kept = pause(0, None).after("keep", NOW)
    assert (kept.status, kept.is_open, kept.ended_at) == ("kept", None, NOW)
    with pytest.raises(IllegalTransition):
        kept.after("break", NOW)


def case(**values: Any) -> DunningCase:
    ids = {name: new_id() for name in ("id", "seller_id", "customer_id", "subscription_id", "invoice_id")}
    return DunningCase(**ids, version=1, overdue_at=NOW, opened_at=NOW, **{"next_at": NOW + 3 * DAY, **values})


def test_a_clock_that_stood_still_goes_on_where_it_stood() -> None:
    waiting = ladder.paused(case(destroy_at=NOW + 9 * DAY), NOW + DAY)
    assert ladder.paused(waiting, NOW + 2 * DAY) == waiting
    back = ladder.resumed(waiting, NOW + 5 * DAY)
    assert (back.paused_at, back.next_at, back.destroy_at) == (None, NOW + 7 * DAY, NOW + 13 * DAY)
    assert ladder.resumed(back, NOW + 9 * DAY) == back


def test_the_policies_that_the_page_shows_may_stand_in_a_manifest() -> None:
    page = Path(__file__).parents[3] / "docs" / "explanation" / "dunning.md"
    (shown,) = re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert faults_of(tomllib.loads(shown)["billing"]) == {}
