"""Changes of running agreements, reckoned by hand. Periods begin on 31 January 2026: the first has 28 days."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from tests.billing.subscriptions.conftest import OpenStage
from tests.billing.subscriptions.stage import Stage, item

from larabill_billing.invoicing.model import DocumentType
from larabill_billing.subscriptions.changes import AddItem, Change, ChangeCycle, ChangeItem, RemoveItem
from larabill_core.errors import Conflict, InvalidInput
from larabill_core.published import ServiceEnded

MIDDLE = date(2026, 2, 14)
"""14 of the 28 days are left."""


def test_a_month_end_never_drifts(stage: Stage) -> None:
    subscription = stage.agree(item("duo"))
    stage.pay_all()
    for on in (date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)):
        stage.to(on)
        stage.pay_all()
    starts = [charge.period_start for charge in stage.charges(subscription)]
    assert sorted(str(start)[5:] for start in starts) == ["01-31", "02-28", "03-31", "04-30", "05-31"]
    stage.check()


@pytest.mark.parametrize(
    ("convention", "amounts"),
    [
        ("actual-days", ["-5.00", "12.50"]),
        ("seconds", ["-4.82", "12.05"]),  # from noon: 13.5 of 28 days
        ("thirty-day-month", ["-5.67", "14.17"]),  # the 31st counts for nothing: 13 of 30 days are over
        ("inclusive-days", ["-5.00", "12.50"]),
        ("none", []),
    ],
)
def test_an_upgrade_in_the_middle(open_stage: OpenStage, convention: str, amounts: list[str]) -> None:
    stage = open_stage(proration={"convention": convention})
    subscription = stage.agree(item("solo"))
    stage.to(MIDDLE)
    before = len(stage.invoices())
    stage.change(subscription, ChangeItem(item_id=stage.item(subscription).id, plan_code="duo"))
    assert (stage.amounts() if len(stage.invoices()) > before else []) == amounts
    stage.pay_all()
    stage.to(date(2026, 2, 28))
    assert stage.amounts() == ["25.00"]
    stage.check()


def test_a_downgrade_goes_to_the_balance_and_pays_the_next_period(stage: Stage) -> None:
    subscription = stage.agree(item("duo"))
    stage.to(MIDDLE)
    stage.change(subscription, ChangeItem(item_id=stage.item(subscription).id, plan_code="solo"))
    assert stage.amounts() == ["12.50", "-5.00"]  # a credit note
    stage.work()
    assert stage.credit() == Decimal("7.50")
    stage.to(date(2026, 2, 28))
    (state,) = [state for invoice, state in stage.invoices() if invoice.id == stage.last().id]
    assert (stage.amounts(), state.balance, stage.credit()) == (["10.00"], Decimal("2.50"), 0)
    stage.check()


def test_seats_go_up_and_down(stage: Stage) -> None:
    subscription = stage.agree(item("stairs", quantity=2))  # 8.00
    mine = stage.item(subscription).id
    stage.to(MIDDLE)
    stage.change(subscription, ChangeItem(item_id=mine, quantity=5))  # 3 x 4 + 2 x 2.5 = 17.00
    assert stage.amounts() == ["-4.00", "8.50"]
    stage.pay_all()
    stage.to(date(2026, 2, 21))
    stage.change(subscription, ChangeItem(item_id=mine, quantity=1))  # 4.00, for 7 of 28 days
    assert stage.amounts() == ["4.25", "-1.00"]
    stage.to(date(2026, 2, 28))
    assert stage.amounts() == ["4.00"]
    stage.check()


def test_a_change_and_its_reversal_at_once_cost_nothing(stage: Stage) -> None:
    subscription = stage.agree(item("solo", quantity=3, spec={"ips": 2}))
    mine = stage.item(subscription)
    stage.to(date(2026, 2, 9))
    before = _net(stage)
    chain = [
        ChangeItem(item_id=mine.id, plan_code="secs", quantity=7, spec={}),
        ChangeItem(item_id=mine.id, unit_price=Decimal("0.01")),
        ChangeItem(item_id=mine.id, plan_code="stairs"),
        ChangeItem(item_id=mine.id, plan_code="solo", quantity=3, spec={"ips": 2}),
    ]
    for change in chain:
        stage.change(subscription, change)
    assert _net(stage) == before
    assert stage.item(subscription).spec == mine.spec
    stage.check()


def _net(stage: Stage) -> Decimal:
    """What was billed, less what was given back."""
    signs = {DocumentType.INVOICE: 1, DocumentType.CREDIT_NOTE: -1}
    return sum((signs[invoice.type] * invoice.net for invoice, _ in stage.invoices()), Decimal(0))


def test_from_a_year_to_months(stage: Stage) -> None:
    subscription = stage.agree(item("solo", "annual"))
    stage.to(date(2026, 5, 11))  # after 100 of 365 days: 265 are left, 72.60 of 100.00
    stage.change(subscription, ChangeCycle(cycle="monthly"))
    assert stage.amounts() == ["72.60", "-10.00"]
    stage.to(date(2026, 6, 11))
    assert (stage.amounts(), stage.credit()) == (["10.00"], Decimal("52.60"))
    assert stage.get(subscription).period_end == date(2026, 7, 11)
    stage.check()


def test_options_are_priced_by_number_and_switch(stage: Stage) -> None:
    subscription = stage.agree(item("solo", spec={"ips": 3}))
    assert stage.amounts() == ["10.00", "6.00", "5.00"]
    stage.to(MIDDLE)
    change = ChangeItem(item_id=stage.item(subscription).id, spec={"ips": 1, "backup": True})
    stage.change(subscription, change)
    # half of 10 + 6 back; half of 10, 3 and 2 charged
    assert stage.amounts() == ["5.00", "3.00", "-5.00", "-1.50", "-1.00"]
    stage.to(date(2026, 2, 28))
    assert stage.amounts() == ["10.00", "3.00", "2.00"]
    stage.check()


def test_an_add_on_ends_its_periods_with_the_others(stage: Stage) -> None:
    subscription = stage.agree(item("duo"))
    stage.to(MIDDLE)
    stage.change(subscription, AddItem(plan_code="extra"))
    assert stage.amounts() == ["2.00", "2.00"]  # half of 4.00, and the set-up fee
    stage.pay_all()
    stage.to(date(2026, 2, 28))
    assert stage.amounts() == ["25.00", "4.00"]
    stage.pay_all()
    stage.to(date(2026, 3, 10))  # 10 of 31 days: 21 are left, 2.71 of 4.00
    stage.change(subscription, RemoveItem(item_id=stage.item(subscription, "extra").id))
    assert stage.amounts() == ["2.71"]
    stage.check()


COMPANY = """
[[plans]]
code = "base"
name = "Base"
prices.EUR = { monthly = "10.00" }

[[plans]]
code = "other"
name = "Other"
conflicts = ["base"]
prices.EUR = { monthly = "10.00" }

[[plans]]
code = "backup"
name = "Backup"
addon = true
requires = ["base"]
prices.EUR = { monthly = "3.00" }
"""


def test_who_needs_whom_holds_for_changes(open_stage: OpenStage) -> None:
    stage = open_stage(catalog=COMPANY)
    subscription = stage.agree(item("base"))
    stage.change(subscription, AddItem(plan_code="backup"))
    base = stage.item(subscription, "base").id
    with pytest.raises(InvalidInput, match="cannot be had together with base"):
        stage.change(subscription, AddItem(plan_code="other"))
    with pytest.raises(InvalidInput, match="is needed: backup"):
        stage.change(subscription, RemoveItem(item_id=base))
    with pytest.raises(InvalidInput, match="is needed: backup"):
        stage.change(subscription, ChangeItem(item_id=base, plan_code="other"))
    stage.change(subscription, ChangeItem(item_id=base, quantity=2))
    assert {each.plan_code: each.quantity for each in stage.items(subscription)} == {"base": 2, "backup": 1}
    stage.check()


def test_a_price_of_its_own_and_the_plans_again(stage: Stage) -> None:
    subscription = stage.agree(item("duo"))
    mine = stage.item(subscription).id
    stage.change(subscription, ChangeItem(item_id=mine, unit_price=Decimal("19.999")), "period_end")
    stage.to(date(2026, 2, 28))
    assert stage.amounts() == ["20.00"]
    stage.pay_all()
    stage.change(subscription, ChangeItem(item_id=mine, plan_price=True), "period_end")
    stage.to(date(2026, 3, 31))
    assert stage.amounts() == ["25.00"]
    stage.check()


ARCHIVED = """
[[plans]]
code = "duo"
name = "Duo"
visibility = "archived"
prices.EUR = { monthly = "25.00" }

[[plans]]
code = "small"
name = "Small"
quantity = { min = 1, max = 2 }
prices.EUR = { weekly = "1.00" }

[[plans]]
code = "arrears"
name = "Later"
billing = "arrears"
prices.EUR = { monthly = "1.00" }
"""


def test_everything_that_is_wrong_is_said_at_once_and_nothing_changes(stage: Stage) -> None:
    subscription = stage.agree(item("solo", quantity=5, spec={"ips": 2}))
    mine, before = stage.item(subscription), stage.get(subscription)
    stage.sell(ARCHIVED)
    small = ChangeItem(item_id=mine.id, plan_code="small", unit_price=Decimal(-1), plan_price=True)
    added = AddItem(plan_code="small", quantity=3, region="mars", spec={"a": 1}, name="a\n")
    cases: list[tuple[Change, set[str]]] = [
        (small, {"quantity", "spec.ips", "unit_price", "plan_price"}),
        (ChangeItem(item_id=mine.id, plan_code="duo"), {"plan_code"}),
        (ChangeItem(item_id=mine.id, plan_code="arrears", spec={}), {"plan_code"}),
        (ChangeItem(item_id=before.id, quantity=2), {"item_id"}),
        (RemoveItem(item_id=before.id), {"item_id"}),
        (added, {"plan_code", "quantity", "region", "spec.a", "name"}),
        (ChangeCycle(cycle="quarterly"), {"cycle"}),
    ]
    for change, places in cases:
        for ask in (stage.change, stage.preview):
            with pytest.raises(InvalidInput) as refused:
                ask(subscription, change)  # type: ignore[operator]
            assert {fault.path for fault in refused.value.faults} == places, change
    for day in (date(2026, 1, 30), date(2025, 1, 1)):
        with pytest.raises(InvalidInput, match="lies in the past"):
            stage.change(subscription, ChangeItem(item_id=mine.id, quantity=2), day)
    assert (stage.item(subscription), stage.get(subscription)) == (mine, before)
    assert len(stage.invoices()) == 1


def test_stock_follows_quantity_plan_and_end(stage: Stage) -> None:
    subscription = stage.agree(item("solo", quantity=3))
    mine = stage.item(subscription).id
    assert stage.stock("solo") == 3
    stage.change(subscription, ChangeItem(item_id=mine, quantity=5))
    stage.pay_all()
    assert (stage.stock("solo"), len(stage.services(subscription))) == (5, 5)
    stage.change(subscription, ChangeItem(item_id=mine, quantity=2))
    stage.work()
    gone = stage.services(subscription)[-1].id
    told = ServiceEnded(seller_id=stage.seller, occurred_at=stage.clock.now(), service_id=gone, resource_id=gone)
    stage.run(lambda tx: tx.publish(told))
    stage.work()
    assert (stage.stock("solo"), stage.item(subscription).quantity) == (4, 2)
    stage.to(date(2026, 2, 15))
    assert (stage.stock("solo"), stage.item(subscription).quantity) == (2, 2)
    stage.change(subscription, ChangeItem(item_id=mine, plan_code="duo"))
    assert (stage.stock("solo"), stage.stock("duo")) == (0, 2)
    stage.engine.billing.subscriptions.cancel(stage.seller, subscription, "now")
    stage.to(date(2026, 3, 5))
    assert (stage.stock("solo"), stage.stock("duo")) == (0, 0)
    stage.check()


def test_a_unit_that_was_to_end_is_wanted_again(stage: Stage) -> None:
    subscription = stage.agree(item("solo", quantity=3))
    mine = stage.item(subscription).id
    units = {service.id for service in stage.services(subscription)}
    stage.change(subscription, ChangeItem(item_id=mine, quantity=1))
    stage.to(date(2026, 2, 3))
    stage.change(subscription, ChangeItem(item_id=mine, quantity=3))
    stage.pay_all()
    stage.to(date(2026, 2, 25))
    assert {service.id for service in stage.services(subscription)} == units
    assert {service.status for service in stage.services(subscription)} == {"active"}
    assert stage.item(subscription).quantity == 3
    stage.check()


def test_stock_that_is_gone_refuses_a_change(stage: Stage) -> None:
    subscription = stage.agree(item("solo", quantity=20))
    stage.agree(item("solo", quantity=20))
    duo = stage.agree(item("duo"))
    with pytest.raises(Conflict, match="solo: 0 left, 1 wanted"):
        stage.change(duo, ChangeItem(item_id=stage.item(duo).id, plan_code="solo"))
    assert stage.stock("duo") == 1
    stage.change(subscription, ChangeItem(item_id=stage.item(subscription).id, quantity=19))
    stage.check()


def test_added_units_wait_for_their_payment(stage: Stage) -> None:
    subscription = stage.agree(item("solo"))
    mine = stage.item(subscription).id
    stage.change(subscription, ChangeItem(item_id=mine, quantity=3))
    stage.work()
    assert sorted(service.status for service in stage.services(subscription)) == ["active", "pending", "pending"]
    stage.change(subscription, ChangeItem(item_id=mine, quantity=2))
    stage.work()
    asked = [job for job in stage.run(lambda tx: tx.jobs.list(limit=1000)) if job.handler == "pretend.end"]
    assert (asked, stage.stock("solo")) == ([], 2)
    stage.pay_all()
    assert [service.status for service in stage.services(subscription)] == ["active", "active"]
    begun = [job for job in stage.run(lambda tx: tx.jobs.list(limit=1000)) if job.handler == "pretend.add"]
    built = [unit for job in begun for unit in json.loads(job.payload)["items"]]
    assert len(built) == 1, "the unit that was taken back before it was paid is not built"
    stage.check()
