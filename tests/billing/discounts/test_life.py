"""Coupons through the life of an agreement: order, renewals, changes, the end; a preview equals the invoice (I13)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from tests.billing.subscriptions.conftest import OpenStage
from tests.billing.subscriptions.stage import Stage, item

from larabill_billing.discounts.coupon import Redemption, RedemptionStatus
from larabill_billing.invoicing.model import Charge, DocumentType
from larabill_billing.orders.model import Order, PlaceOrder
from larabill_billing.subscriptions.changes import AddItem, Cancel, Change, ChangeCycle, ChangeItem, Pause, Resume
from larabill_core.errors import Conflict, IllegalTransition, InvalidInput
from larabill_core.ids import new_id


def coupon(stage: Stage, **terms: Any) -> UUID:
    """With the code SAVE, unless it is told otherwise."""
    data = {"name": "Saving", "codes": ["SAVE"], **terms}
    made: UUID = stage.engine.billing.coupons.create(stage.seller, data).id
    return made


def redeemed(stage: Stage) -> list[Redemption]:
    return list(stage.engine.billing.coupons.redemptions(stage.seller))


def net(charges: tuple[Charge, ...] | list[Charge]) -> list[str]:
    return [f"{charge.net_amount:.2f}" for charge in charges]


def totals(stage: Stage) -> list[str]:
    """Of all documents, oldest first; a credit note's below zero."""
    documents = sorted((invoice for invoice, _ in stage.invoices()), key=lambda each: each.id)
    return [f"{-each.total if each.type is DocumentType.CREDIT_NOTE else each.total:.2f}" for each in documents]


def same(stage: Stage, subscription: UUID, change: Change) -> list[str]:
    """What the preview said, and the document has: what each charge comes to."""
    shown = stage.preview(subscription, change)
    stage.change(subscription, change)
    if shown.charges:
        last = stage.last()
        assert (last.net, last.tax, last.total) == (shown.totals.net, shown.totals.tax, shown.totals.total)
        assert [line.amount for line in last.lines] == list(shown.totals.amounts)
        assert [line.allowances for line in last.lines] == list(shown.totals.line_allowances)
    return net(shown.charges)


def test_a_percentage_for_three_cycles(stage: Stage) -> None:
    coupon(stage, percent="20", cycles=3)
    subscription = stage.agree(item("duo"), codes=("save",))
    for _ in range(13):
        stage.to(stage.today + timedelta(days=10), step_days=10)
        stage.pay_all()
    assert totals(stage) == ["20.00", "20.00", "20.00", "25.00", "25.00"]
    (redemption,) = redeemed(stage)
    assert (redemption.cycles_left, redemption.discount, redemption.revenue) == (0, 15, 60)
    assert stage.get(subscription).held_reason == ""
    stage.check()


def test_for_ever_and_once(stage: Stage) -> None:
    coupon(stage, percent="20", cycles="forever", codes=["EVER"], scope={"plans": ["duo"]})
    coupon(stage, amounts={"EUR": "3.00"}, codes=["ONCE"])
    stage.agree(item("duo"), codes=("EVER", "ONCE"))
    stage.to(stage.today + timedelta(days=60), step_days=10)
    assert totals(stage) == ["17.00", "20.00", "20.00"]
    stage.check()


def test_a_fixed_amount_is_split_over_lines_and_given_back_in_its_share(stage: Stage) -> None:
    coupon(stage, amounts={"EUR": "9.00"}, cycles="forever")
    subscription = stage.agree(item("solo", spec={"ips": 4}), codes=("SAVE",))
    first = stage.charges(subscription)
    # 10 + 8 + 5 set up less 9: 3.91 + 3.13 + 1.96
    assert sorted(net(first)) == ["3.04", "4.87", "6.09"]
    # at once: everything back, nothing lost
    assert same(stage, subscription, Cancel(compensation="credit")) == ["-6.09", "-4.87"]
    assert stage.credit() == Decimal("10.96")
    stage.check()


def test_a_downgrade_within_a_period_takes_the_amount_along(stage: Stage) -> None:
    coupon(stage, amounts={"EUR": "10.00"}, cycles="forever")
    subscription = stage.agree(item("duo"), codes=("SAVE",))
    stage.to(stage.today + timedelta(days=14))
    # half of the month: -12.50 + 5.00 comes back; solo for half a month is 5.00, all of which the amount takes
    change = ChangeItem(item_id=stage.item(subscription).id, plan_code="solo", spec={})
    assert same(stage, subscription, change) == ["-7.50", "0.00"]
    # and back again
    assert same(stage, subscription, ChangeItem(item_id=stage.item(subscription).id, plan_code="duo")) == [
        "0.00",
        "7.50",
    ]
    assert stage.credit() == 0 or totals(stage)[1:] == ["-7.50", "7.50"]
    (redemption,) = redeemed(stage)
    assert redemption.discount == Decimal("10.00")
    stage.check()


def test_a_percentage_goes_on_for_what_takes_its_place(stage: Stage) -> None:
    coupon(stage, percent="20", cycles=2)
    subscription = stage.agree(item("solo", spec={}), codes=("SAVE",))
    stage.to(stage.today + timedelta(days=14))
    change = ChangeItem(item_id=stage.item(subscription).id, plan_code="duo", spec={})
    assert same(stage, subscription, change) == ["-4.00", "10.00"]
    assert same(stage, subscription, AddItem(plan_code="extra")) == ["1.60", "1.60"]
    (redemption,) = redeemed(stage)
    assert redemption.cycles_left == 1
    stage.to(stage.today + timedelta(days=50), step_days=10)
    # (25 + 4) at 20 % off, and then whole
    assert totals(stage)[-2:] == ["23.20", "29.00"]
    stage.check()


def test_what_was_billed_at_a_discount_comes_back_at_it_when_the_coupon_is_long_used_up(stage: Stage) -> None:
    coupon(stage, percent="50")
    subscription = stage.agree(item("duo"), codes=("SAVE",))
    assert same(stage, subscription, Cancel(compensation="credit")) == ["-12.50"]
    assert stage.credit() == Decimal("12.50")
    stage.check()


def test_another_cycle_is_a_new_period(stage: Stage) -> None:
    coupon(stage, percent="50", cycles=2)
    subscription = stage.agree(item("duo"), codes=("SAVE",))
    stage.to(stage.today + timedelta(days=14))
    assert same(stage, subscription, ChangeCycle(cycle="annual")) == ["-6.25", "120.00"]
    assert redeemed(stage)[0].cycles_left == 0
    stage.check()


def test_a_change_on_a_day_to_come_previews_with_what_is_left_then(stage: Stage) -> None:
    coupon(stage, percent="50", cycles=2)
    subscription = stage.agree(item("duo"), codes=("SAVE",))
    on = stage.today + timedelta(days=40)
    change = ChangeItem(item_id=stage.item(subscription).id, quantity=2)
    shown = stage.preview(subscription, change, on)
    stage.change(subscription, change, on)
    stage.to(on)
    assert net(shown.charges) == net(stage.charges(subscription)[-2:])
    assert [len(charge.allowances) for charge in shown.charges] == [1, 1]
    stage.check()


def test_a_pause_and_its_end_give_back_what_was_paid(stage: Stage) -> None:
    coupon(stage, percent="50")
    subscription = stage.agree(item("duo"), codes=("SAVE",))
    stage.to(stage.today + timedelta(days=14))
    stage.change(subscription, Pause(unused="extend"))
    stage.to(stage.today + timedelta(days=100), step_days=20)
    stage.change(subscription, Resume())
    # 14 of 31 days are left: 11.29, of which a half was never paid
    assert same(stage, subscription, Cancel(compensation="credit")) == ["-5.64"]
    stage.check()


@pytest.mark.parametrize(
    ("plan", "applies", "expected"),
    [
        ("duo", "first_order", ["20.00", "25.00"]),
        ("duo", "renewals", ["25.00", "20.00"]),
        ("tried", "first_order", ["14.40", "12.00"]),
        ("tried", "renewals", ["18.00", "9.60"]),
        ("later", "first_order", ["1.00", "6.40"]),
    ],
)
def test_first_orders_and_renewals(stage: Stage, plan: str, applies: str, expected: list[str]) -> None:
    scope = {"plans": [plan]} if plan == "later" else {}
    coupon(stage, percent="20", applies=applies, scope=scope)
    stage.agree(item(plan), codes=("SAVE",))
    stage.to(stage.today + timedelta(days=50), step_days=5)
    assert totals(stage)[:2] == expected
    stage.check()


def test_loyalty_comes_by_itself_and_before_coupons(open_stage: OpenStage) -> None:
    stage = open_stage(loyalty=[{"months": 1, "percent": "5"}, {"months": 2, "percent": "20"}])
    coupon(stage, amounts={"EUR": "1.00"}, cycles="forever")
    subscription = stage.agree(item("duo"), codes=("SAVE",))
    stage.to(stage.today + timedelta(days=60), step_days=10)
    assert totals(stage) == ["24.00", "22.75", "19.00"]
    assert [each.reason for each in stage.charges(subscription)[-1].allowances] == ["Loyalty, 20 %", "Saving"]
    stage.to(stage.today + timedelta(days=14))
    assert same(stage, subscription, Cancel(compensation="credit"))[0].startswith("-")
    stage.check()


def test_a_coupon_is_applied_to_what_runs_and_removed(stage: Stage) -> None:
    coupon(stage, percent="20", cycles="forever")
    subscription = stage.agree(item("duo"))
    redemption = stage.engine.billing.coupons.apply(stage.seller, "save", subscription_id=subscription)
    stage.to(stage.today + timedelta(days=30), step_days=10)
    stage.engine.billing.coupons.remove(stage.seller, redemption.id, "asked for")
    stage.to(stage.today + timedelta(days=30), step_days=10)
    assert totals(stage) == ["25.00", "20.00", "25.00"]
    with pytest.raises(IllegalTransition):
        stage.engine.billing.coupons.remove(stage.seller, redemption.id)
    stage.check()


def test_a_coupon_of_a_customer_holds_for_all_agreements_and_those_to_come(stage: Stage) -> None:
    coupon(stage, percent="20", cycles="forever")
    stage.agree(item("duo"))
    stage.engine.billing.coupons.apply(stage.seller, "save", customer_id=stage.customer)
    stage.agree(item("secs"))
    stage.to(stage.today + timedelta(days=30), step_days=10)
    assert sorted(totals(stage)) == ["13.60", "13.60", "20.00", "25.00"]
    stage.check()


def test_a_coupon_of_a_customer_counts_every_document(open_stage: OpenStage) -> None:
    stage = open_stage(group_invoices=False)
    coupon(stage, amounts={"EUR": "5.00"})
    stage.agree(item("duo"))
    stage.agree(item("secs"))
    stage.engine.billing.coupons.apply(stage.seller, "save", customer_id=stage.customer)
    stage.to(stage.today + timedelta(days=30), step_days=10)
    assert sum(map(Decimal, totals(stage)[2:])) == 25 + 17 - 5
    assert redeemed(stage)[0].cycles_left == 0
    stage.check()


def test_a_cancelled_order_gives_its_use_back_once(stage: Stage) -> None:
    made = coupon(stage, percent="20", limit=1, limit_per_customer=1)
    order = stage.order(item("duo"), codes=("SAVE",))
    with pytest.raises(InvalidInput, match="used up"):
        stage.order(item("duo"), codes=("SAVE",))
    stage.engine.billing.orders.cancel(stage.seller, order.id)
    (redemption,) = redeemed(stage)
    assert (redemption.status, redemption.cycles_left, redemption.discount) == (RedemptionStatus.RETURNED, 1, 0)
    assert stage.engine.billing.coupons.get(stage.seller, made)[0].uses == 0
    again = stage.order(item("duo"), codes=("SAVE",))
    assert again.invoice_id is not None
    stage.engine.billing.invoices.void(stage.seller, again.invoice_id, "a mistake")
    assert stage.engine.billing.coupons.get(stage.seller, made)[0].uses == 0
    assert stage.violations() == []


def test_a_void_renewal_gives_its_cycle_back_but_not_the_use(stage: Stage) -> None:
    made = coupon(stage, percent="20", cycles=2)
    subscription = stage.agree(item("duo"), codes=("SAVE",))
    stage.to(stage.today + timedelta(days=28))
    assert redeemed(stage)[0].cycles_left == 0
    stage.engine.billing.invoices.void(stage.seller, stage.last().id, "a mistake")
    (redemption,) = redeemed(stage)
    assert (redemption.cycles_left, redemption.discount, redemption.status) == (1, 5, "active")
    assert stage.engine.billing.coupons.get(stage.seller, made)[0].uses == 1
    assert stage.get(subscription).held_reason == ""


def test_a_preview_of_an_order_equals_its_invoice(open_stage: OpenStage) -> None:
    stage = open_stage(taxes=[{"rate": "19"}])
    coupon(stage, percent="15", codes=["ONE"], scope={"plans": ["solo"], "setup_fees": True})
    coupon(stage, amounts={"EUR": "7.77"}, codes=["TWO"])
    values: dict[str, Any] = {"order_uuid": new_id(), "customer_id": stage.customer, "currency": "EUR"}
    wanted = PlaceOrder(items=(item("solo", spec={"ips": 1}), item("duo")), codes=("two", "one"), **values)
    shown = stage.engine.billing.orders.preview(stage.seller, wanted)
    order: Order = stage.engine.billing.orders.place(stage.seller, wanted)
    invoice = stage.run(lambda tx: tx.billing.invoices.get(order.invoice_id))
    assert (invoice.net, invoice.tax, invoice.total) == (shown.totals.net, shown.totals.tax, shown.totals.total)
    assert [line.amount for line in invoice.lines] == list(shown.totals.amounts)
    assert [each.amount for each in invoice.allowances] == [each.amount for each in shown.totals.allowances]
    # (10 + 2 + 5) less 15 %, and 25; less 7.77
    assert invoice.net == Decimal("31.68")
    assert [line.allowances[0].percent for line in invoice.lines if line.allowances] == [15, 15, 15]
    stage.check()


def test_all_off_is_released_at_once(stage: Stage) -> None:
    coupon(stage, percent="100")
    order = stage.order(item("solo", spec={}), codes=("SAVE",))
    assert order.status == "released"
    stage.work()
    stage.check()


def test_the_same_order_again_redeems_nothing_more(stage: Stage) -> None:
    made = coupon(stage, percent="20")
    values: dict[str, Any] = {"order_uuid": new_id(), "customer_id": stage.customer, "currency": "EUR"}
    wanted = PlaceOrder(items=(item("duo"),), codes=("save",), **values)
    first = stage.engine.billing.orders.place(stage.seller, wanted)
    assert stage.engine.billing.orders.place(stage.seller, wanted).id == first.id
    assert stage.engine.billing.coupons.get(stage.seller, made)[0].uses == 1
    with pytest.raises(Conflict):
        stage.engine.billing.orders.place(stage.seller, PlaceOrder(items=(item("duo"),), **values))


def test_variants_are_told_apart_by_their_results(stage: Stage) -> None:
    made = coupon(stage, percent="20", codes=["RED", "BLUE"])
    stage.engine.billing.coupons.add_code(stage.seller, made, "Green")
    stage.agree(item("duo"), codes=("red",))
    stage.agree(item("duo"), codes=("blue",))
    stage.agree(item("secs"), codes=("BLUE",))
    found = {each.code: each for each in stage.engine.billing.coupons.results(stage.seller, made)}
    assert {code: (each.redemptions, each.discount, each.revenue) for code, each in found.items()} == {
        "RED": (1, Decimal("5.00"), Decimal("20.00")),
        "BLUE": (2, Decimal("8.40"), Decimal("33.60")),
    }
    stage.check()


def test_each_part_of_a_price_comes_back_with_what_was_taken_off_it(stage: Stage) -> None:
    coupon(stage, amounts={"EUR": "0.01"})
    subscription = stage.agree(item("solo", spec={"ips": 4}), codes=("SAVE",))
    assert same(stage, subscription, Cancel(compensation="credit")) == ["-9.99", "-8.00"]
    stage.check()


def test_in_arrears_a_change_is_billed_at_the_percentage_and_counts_nothing(stage: Stage) -> None:
    coupon(stage, percent="50", cycles=2, scope={"plans": ["later"]})
    subscription = stage.agree(item("later"), codes=("SAVE",))
    stage.to(stage.today + timedelta(days=14))
    # 14 of 28 days of 8.00
    assert same(stage, subscription, ChangeItem(item_id=stage.item(subscription).id, quantity=2)) == ["2.00"]
    assert redeemed(stage)[0].cycles_left == 2
    stage.check()


def test_what_was_redeemed_with_one_order_is_nothing_to_another(stage: Stage) -> None:
    coupon(stage, percent="20", cycles="forever")
    stage.agree(item("duo"), codes=("SAVE",))
    stage.agree(item("secs"))
    stage.to(stage.today + timedelta(days=28))
    assert sorted(totals(stage)) == ["17.00", "17.00", "20.00", "20.00"]
    stage.check()
