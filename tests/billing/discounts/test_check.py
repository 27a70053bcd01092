"""Who may redeem what, when and for what: every fault of an order's codes at once, and nothing changed by any (B10)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.billing.subscriptions.stage import Stage, item

from larabill_billing.customers.model import NewCustomer
from larabill_core.errors import AlreadyExists, Conflict, InvalidInput, NotFound
from larabill_core.ids import new_id


def coupon(stage: Stage, code: str, **terms: Any) -> Any:
    return stage.engine.billing.coupons.create(stage.seller, {"name": code, "codes": [code], "percent": "10", **terms})


def refused(stage: Stage, *codes: str, **order: Any) -> list[str]:
    """What stands against them, in the preview and in the order alike."""
    with pytest.raises(InvalidInput) as placed:
        stage.order(item("duo"), codes=codes, **order)
    return [f"{fault.path}: {fault.problem}" for fault in placed.value.faults]


@pytest.mark.parametrize(
    ("terms", "problem"),
    [
        ({"valid_from": "2026-02-01T00:00:00Z"}, "is not valid before 2026-02-01 00:00 UTC"),
        ({"valid_until": "2026-01-31T12:00:00Z"}, "has expired"),
        ({"percent": None, "amounts": {"USD": "5.00"}}, "is not worth anything in EUR"),
        ({"countries": ["AT", "CH"]}, "is not for customers in DE"),
        ({"minimum_spend": {"EUR": "25.01"}}, "needs 25.01 EUR at least"),
        ({"minimum_spend": {"USD": "1.00"}}, "has no minimum in EUR"),
        ({"scope": {"plans": ["solo"]}}, "is for nothing of this"),
        ({"scope": {"setup_fees": True}}, "is for nothing of this"),
    ],
)
def test_what_stands_against_a_code(stage: Stage, terms: dict[str, Any], problem: str) -> None:
    coupon(stage, "SAVE", **terms)
    assert refused(stage, "save") == [f"codes[0]: {problem}"]
    assert stage.invoices() == []


def test_at_the_border_it_holds(stage: Stage) -> None:
    coupon(stage, "SAVE", valid_from="2026-01-31T12:00:00Z", minimum_spend={"EUR": "25.00"}, countries=["DE"])
    assert stage.order(item("duo"), codes=("SAVE",)).invoice_id is not None


def test_the_spend_is_that_of_a_first_whole_period_also_of_a_trial(stage: Stage) -> None:
    coupon(stage, "SAVE", minimum_spend={"EUR": "18.00"})
    assert stage.order(item("tried"), codes=("SAVE",)).invoice_id is None
    coupon(stage, "MORE", minimum_spend={"EUR": "18.01"})
    with pytest.raises(InvalidInput, match=r"needs 18\.01 EUR at least"):
        stage.order(item("tried"), codes=("MORE",))


def test_all_faults_of_all_codes_are_told(stage: Stage) -> None:
    coupon(stage, "FIRST", countries=["AT"], valid_until="2026-01-01T00:00:00Z")
    coupon(stage, "ALONE", exclusive=True)
    assert refused(stage, "first", "nothing", "alone", "ALONE") == [
        "codes[0]: has expired",
        "codes[0]: is not for customers in DE",
        "codes[1]: is not a code of ours",
        "codes[3]: is of the same coupon as another",
        "codes: cannot be combined",
    ]


def test_no_code_at_all_is_refused_with_the_rest_of_the_request(stage: Stage) -> None:
    found = refused(stage, "sa ve", *[f"save{number}" for number in range(10)])
    assert found == ["codes: must be at most 10", "codes[0]: is not a code"]


def test_an_ended_coupon_is_redeemed_no_more_and_stays_with_who_has_it(stage: Stage) -> None:
    made = coupon(stage, "SAVE", cycles="forever")
    stage.agree(item("duo"), codes=("SAVE",))
    stage.engine.billing.coupons.end(stage.seller, made.id, "enough")
    assert refused(stage, "SAVE") == ["codes[0]: has expired"]
    stage.to(stage.today + timedelta(days=28))
    assert f"{stage.last().total:.2f}" == "22.50"
    with pytest.raises(Conflict):
        stage.engine.billing.coupons.end(stage.seller, made.id)
    with pytest.raises(Conflict):
        stage.engine.billing.coupons.add_code(stage.seller, made.id, "MORE")


def test_a_code_stands_for_one_coupon_only(stage: Stage) -> None:
    coupon(stage, "SAVE-10")
    with pytest.raises(AlreadyExists):
        coupon(stage, "save-1o")
    assert len(stage.engine.billing.coupons.list(stage.seller)) == 1


def test_a_customer_comes_as_often_as_the_limit_says(stage: Stage) -> None:
    coupon(stage, "SAVE", limit_per_customer=1)
    stage.agree(item("duo"), codes=("SAVE",))
    assert refused(stage, "SAVE") == ["codes[0]: was redeemed by this customer as often as it may be"]
    new = NewCustomer(name="Bob", email="bob@example.com", country="DE")
    other = stage.engine.billing.customers.create(stage.seller, new).id
    assert stage.order(item("duo"), codes=("SAVE",), customer_id=other).invoice_id is not None


def test_an_order_and_what_a_customer_has_are_combined_only_where_both_allow_it(stage: Stage) -> None:
    coupon(stage, "ALONE", exclusive=True)
    coupon(stage, "OTHER", cycles="forever")
    stage.agree(item("duo"))
    stage.engine.billing.coupons.apply(stage.seller, "OTHER", customer_id=stage.customer)
    assert refused(stage, "ALONE") == ["codes: cannot be combined"]


def test_what_stands_against_applying_one(stage: Stage) -> None:
    coupon(stage, "FIRST", applies="first_order")
    coupon(stage, "SAVE")
    apply = stage.engine.billing.coupons.apply
    subscription = stage.agree(item("duo"))
    with pytest.raises(InvalidInput, match="is for orders only"):
        apply(stage.seller, "FIRST", subscription_id=subscription)
    with pytest.raises(InvalidInput, match="and not both"):
        apply(stage.seller, "SAVE", subscription_id=subscription, customer_id=stage.customer)
    with pytest.raises(NotFound):
        apply(stage.seller, "SAVE", subscription_id=new_id())
    stage.engine.billing.subscriptions.cancel(stage.seller, subscription, "now")
    with pytest.raises(Conflict):
        apply(stage.seller, "SAVE", subscription_id=subscription)
    with pytest.raises(Conflict):
        apply(stage.seller, "SAVE", customer_id=stage.customer)
    assert stage.engine.billing.coupons.redemptions(stage.seller) == []


def test_another_seller_s_codes_are_not_ours(stage: Stage) -> None:
    coupon(stage, "SAVE")
    from larabill_billing.customers.model import NewSeller

    other = stage.engine.billing.sellers.create(NewSeller(name="Other", country="DE", currency="EUR")).id
    assert stage.engine.billing.coupons.list(other) == []
    with pytest.raises(NotFound):
        stage.engine.billing.coupons.get(other, stage.engine.billing.coupons.list(stage.seller)[0].id)
