"""A coupon as asked for: every fault at once, by key path (B05 to B08); codes that look alike are one (B47)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.billing.discounts.plans import PLANS

from larabill_billing.discounts.codes import canonical
from larabill_billing.discounts.coupon import Applies, CouponTerms, Scope
from larabill_billing.discounts.parse import parse_coupon
from larabill_core.errors import InvalidInput

GOOD: dict[str, Any] = {"name": "Spring", "codes": ["SPRING"], "percent": "20"}


def faults_of(**changes: Any) -> dict[str, str]:
    """Problem by place."""
    with pytest.raises(InvalidInput) as caught:
        parse_coupon({**GOOD, **changes})
    return {fault.path: fault.problem for fault in caught.value.faults}


def test_everything_that_may_be_said() -> None:
    made = parse_coupon(
        {
            "name": "Spring",
            "codes": ["SPRING-A", "SPRING-B"],
            "amounts": {"EUR": "10.00", "JPY": "1500", "KWD": "1.125"},
            "cycles": "forever",
            "scope": {"plans": ["web"], "products": ["hosting"], "addons": True, "setup_fees": True},
            "applies": "renewals",
            "minimum_spend": {"EUR": "25.00"},
            "valid_from": "2027-01-01T00:00:00Z",
            "valid_until": datetime(2027, 6, 1, tzinfo=UTC),
            "countries": ["DE", "AT"],
            "limit": 500,
            "limit_per_customer": 1,
            "exclusive": True,
            "priority": -3,
        }
    )
    assert made.cycles is None
    assert made.amounts["KWD"] == Decimal("1.125")
    assert made.applies is Applies.RENEWALS
    assert type(made.terms) is CouponTerms
    assert made.terms.worth("USD") is None


def test_all_faults_are_told_at_once() -> None:
    found = faults_of(
        name=" ", codes=["x", "SAVE-1O", "save-10"], percent="120", countries=["DE", "XX"], limit=0, cycles=0
    )
    assert found.keys() == {"cycles"}
    found = faults_of(
        name=" ", codes=["x", "SAVE-1O", "save-10"], percent="120", countries=["DE", "XX"], limit=0, priority=5000
    )
    assert found.keys() == {"name", "codes[0]", "codes[2]", "percent", "countries[1]", "limit", "priority"}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"percent": None}, "amounts"),
        ({"amounts": {"EUR": "1.00"}}, "amounts"),
        ({"percent": "0"}, "percent"),
        ({"percent": "-5"}, "percent"),
        ({"percent": "100.01"}, "percent"),
        ({"percent": "12.12345"}, "percent"),
        ({"percent": "NaN"}, "percent"),
        ({"percent": "1e1"}, "percent"),
        ({"percent": "١٢"}, "percent"),
        ({"percent": 12.5}, "percent"),
        ({"percent": True}, "percent"),
        ({"percent": None, "amounts": {"EUR": "0.001"}}, "amounts.EUR"),
        ({"percent": None, "amounts": {"JPY": "0.5"}}, "amounts.JPY"),
        ({"percent": None, "amounts": {"EUR": "-1.00"}}, "amounts.EUR"),
        ({"percent": None, "amounts": {"EUR": "0"}}, "amounts.EUR"),
        ({"percent": None, "amounts": {"eur": "1.00"}}, "amounts.eur"),
        ({"percent": None, "amounts": {"ZZZ": "1.00"}}, "amounts.ZZZ"),
        ({"percent": None, "amounts": {"EUR": "1" * 16}}, "amounts.EUR"),
        ({"minimum_spend": {"EUR": "-1"}}, "minimum_spend.EUR"),
        ({"cycles": -1}, "cycles"),
        ({"cycles": True}, "cycles"),
        ({"cycles": "1_0"}, "cycles"),
        ({"cycles": "always"}, "cycles"),
        ({"limit": 2**63}, "limit"),
        ({"limit": "5"}, "limit"),
        ({"limit_per_customer": 0}, "limit_per_customer"),
        ({"valid_from": "2027-01-01"}, "valid_from"),
        ({"valid_until": datetime(2027, 1, 1)}, "valid_until"),  # noqa: DTZ001
        ({"valid_from": "2027-01-02T00:00:00Z", "valid_until": "2027-01-02T00:00:00Z"}, "valid_until"),
        ({"applies": "always"}, "applies"),
        ({"applies": "first_order", "cycles": 3}, "cycles"),
        ({"scope": {"plan": ["web"]}}, "scope.plan"),
        ({"exclusive": 1}, "exclusive"),
        ({"price": "1.00"}, "price"),
        ({"uses": 0}, "uses"),
        ({"codes": []}, "codes"),
        ({"codes": "SPRING"}, "codes"),
        ({"name": "a\u202eb"}, "name"),
    ],
)
def test_what_is_no_coupon(changes: dict[str, Any], path: str) -> None:
    assert path in faults_of(**changes)


@pytest.mark.parametrize(
    "code", ["save10", "SAVE10", " Save10 ", "SAVE1O", "saveio", "saveIo", "ＳＡＶＥ１０", "save1\uff10", "\u017fave10"]
)
def test_what_a_person_takes_for_the_same_is_the_same_code(code: str) -> None:
    assert canonical(code) == "save10"


@pytest.mark.parametrize(
    "code",
    ["s\u0430ve10", "\u0405AVE10", "sav\u200be10", "save\u202e10", "SAV\u0130NG", "sav\u0131ng", "sa ve", "ab",
     "a" * 41, "-save", "save-", "save'--", "", None, 10, True, ["save"], "4111111111111111", "s\u0301ave", "😀😀😀",
     "a\x00b"],
)  # fmt: skip
def test_what_hides_or_looks_like_something_else_is_no_code(code: Any) -> None:
    with pytest.raises(InvalidInput):
        canonical(code)


def test_ligatures_and_sharp_s_are_their_letters() -> None:
    assert canonical("\ufb00ree") == canonical("ffree")
    assert canonical("gro\u00df") == canonical("GROSS")


@given(st.text(max_size=60))
def test_a_canonical_code_is_its_own_and_plain(code: str) -> None:
    try:
        found = canonical(code)
    except InvalidInput:
        return
    assert canonical(found) == found
    assert found.isascii()
    assert 3 <= len(found) <= 40


@pytest.mark.parametrize(
    ("scope", "kind", "plan", "covered"),
    [
        (Scope(), "setup", None, True),
        (Scope(), "usage", "web", True),
        (Scope(plans=("web",)), "recurring", "web", True),
        (Scope(plans=("web",)), "setup", "web", False),
        (Scope(plans=("web",)), "recurring", "box", False),
        (Scope(plans=("web",), setup_fees=True), "setup", "web", True),
        (Scope(plans=("web",), setup_fees=True), "setup", "box", False),
        (Scope(setup_fees=True), "setup", "box", True),
        (Scope(setup_fees=True), "recurring", "box", False),
        (Scope(products=("hosting",)), "recurring", "web", True),
        (Scope(products=("hosting",)), "recurring", "box", False),
        (Scope(addons=True), "recurring", "ip", True),
        (Scope(addons=True), "recurring", "web", False),
        (Scope(plans=("web",)), "one_time", None, False),
    ],
)
def test_what_a_scope_covers(scope: Scope, kind: str, plan: str | None, covered: bool) -> None:
    assert scope.covers(kind, None if plan is None else PLANS[plan]) is covered
