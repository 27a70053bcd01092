"""Orders are checked against the catalogue, priced by it, and taken once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from tests.billing.market import Market, item

from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.invoicing.model import DocumentType
from larabill_billing.orders.model import OrderStatus
from larabill_billing.payments.handlers import charge_invoice
from larabill_billing.periods.cycle import Cycle
from larabill_billing.subscriptions.model import ServiceStatus, SubscriptionStatus
from larabill_core.access import Actor
from larabill_core.errors import Conflict, Forbidden, IllegalTransition, InvalidInput, NotFound
from larabill_core.ids import new_id
from larabill_core.jobs import JobStatus
from larabill_core.published import InvoiceIssued, OrderReleased
from larabill_sqlalchemy.opening import database_of

ANOTHER = parse_catalog('[[plans]]\ncode = "another"\nname = "Another"\nprices.EUR = { monthly = "1.00" }')
"""A catalogue in which nothing that was sold before is left."""


def test_an_order_brings_an_invoice_and_waits_for_its_payment(market: Market) -> None:
    order = market.place(item(quantity=2, spec={"domain": "a.example"}, name="a.example"))
    market.work()
    assert market.order(order).status is OrderStatus.PENDING
    ((_, state),) = market.invoices()
    invoice, _ = market.engine.billing.invoices.get(market.seller, order.invoice_id)
    assert [(line.amount, line.period_start, line.period_end) for line in invoice.lines] == [
        (Decimal("10.00"), date(2026, 1, 31), date(2026, 2, 28)),
        (Decimal("18.00"), date(2026, 1, 31), None),
    ]
    assert state.balance == Decimal("28.00")
    assert invoice.due_on == date(2026, 2, 7)
    subscription = market.subscription(order)
    assert (subscription.status, subscription.next_billing_at) == (SubscriptionStatus.PENDING, None)
    assert [service.name for service in market.services(order)] == ["a.example 1", "a.example 2"]
    assert market.heard("pretend.activate", OrderReleased) == []
    assert market.violations() == []


def test_a_paid_order_is_released_once_and_its_services_run(market: Market) -> None:
    order = market.place(item(quantity=2))
    market.pay(order.invoice_id)
    assert market.order(order).status is OrderStatus.RELEASED
    (released,) = market.heard("pretend.activate", OrderReleased)
    assert {each.service_id for each in released.items} == {service.id for service in market.services(order)}
    assert market.subscription(order).status is SubscriptionStatus.ACTIVE
    assert [service.status for service in market.services(order)] == [ServiceStatus.ACTIVE] * 2
    assert market.violations() == []
    assert market.unfinished() == []


def test_a_part_payment_releases_nothing(market: Market) -> None:
    order = market.place()
    market.pay(order.invoice_id, "1.00")
    assert market.order(order).status is OrderStatus.PENDING


@pytest.mark.parametrize("plan", ["free", "trust"])
def test_what_is_free_or_on_trust_is_released_at_once(market: Market, plan: str) -> None:
    order = market.place(item(plan))
    assert order.status is OrderStatus.RELEASED
    market.work()
    assert [service.status for service in market.services(order)] == [ServiceStatus.ACTIVE]
    assert len(market.heard("pretend.activate", OrderReleased)) == 1
    assert market.violations() == []


def test_the_strictest_policy_holds_for_the_whole_order(market: Market) -> None:
    order = market.place(item("trust"), item("web"))
    assert order.status is OrderStatus.PENDING


def test_one_subscription_for_each_cycle(market: Market) -> None:
    order = market.place(item(), item(cycle=Cycle.ANNUAL), item("box", cycle=None))
    subscriptions = market.run(lambda tx: tx.billing.subscriptions.for_order(order.id))
    assert sorted(each.cycle for each in subscriptions) == [Cycle.ANNUAL, Cycle.MONTHLY]
    once = [service for service in market.services(order) if service.subscription_id is None]
    assert [service.plan_code for service in once] == ["box"]
    assert len(market.invoices()) == 1


def test_the_same_order_twice_is_one_order(market: Market) -> None:
    wanted = market.wanted()
    first = market.engine.billing.orders.place(market.seller, wanted)
    market.engine.billing.catalog.load(market.seller, ANOTHER)
    again = market.engine.billing.orders.place(market.seller, wanted)
    assert (again.id, len(market.invoices())) == (first.id, 1)


def test_another_order_under_the_same_uuid_is_refused(market: Market) -> None:
    wanted = market.wanted()
    market.engine.billing.orders.place(market.seller, wanted)
    with pytest.raises(Conflict, match="used for another order"):
        market.place(item(quantity=3), order_uuid=wanted.order_uuid)


def test_the_price_is_that_of_the_day_of_the_order(market: Market) -> None:
    dearer = parse_catalog(
        '[[plans]]\ncode = "web"\nname = "Web hosting"\nprovision = true\nregions = ["eu"]\n'
        'prices.EUR = { monthly = "6.00" }\n'
    )
    market.engine.billing.catalog.load(market.seller, dearer)
    market.place()
    ((_, state),) = market.invoices()
    assert state.balance == Decimal("6.00")


def test_a_bad_order_leaves_nothing_behind(quiet_market: Market) -> None:
    data = {
        "order_uuid": str(new_id()),
        "customer_id": str(quiet_market.customer),
        "currency": "EUR",
        "items": [{"plan_code": "web", "cycle": "monthly", "region": "eu"}, {"plan_code": "hidden"}],
    }
    with pytest.raises(InvalidInput, match=r"items\[1\].plan_code: is not for sale"):
        quiet_market.engine.billing.orders.place(quiet_market.seller, data)
    assert quiet_market.invoices() == []
    assert quiet_market.engine.billing.orders.list(quiet_market.seller) == []
    del data["items"][1]  # type: ignore[attr-defined]
    assert quiet_market.engine.billing.orders.place(quiet_market.seller, data).status is OrderStatus.PENDING


def test_a_retired_plan_is_not_sold(quiet_market: Market) -> None:
    quiet_market.engine.billing.catalog.load(quiet_market.seller, ANOTHER)
    with pytest.raises(InvalidInput, match="is not for sale"):
        quiet_market.place()


def test_another_sellers_customer_does_not_exist(quiet_market: Market) -> None:
    with pytest.raises(NotFound):
        quiet_market.place(customer_id=UUID(int=7))


def test_a_pending_order_can_be_called_off(market: Market) -> None:
    order = market.place()
    market.engine.billing.orders.cancel(market.seller, order.id, "changed her mind")
    market.work()
    assert market.order(order).status is OrderStatus.CANCELLED
    assert market.subscription(order).status is SubscriptionStatus.CANCELLED
    (_, state), (note, _) = market.invoices()
    assert note.type is DocumentType.CREDIT_NOTE
    assert (state.status, state.balance) == ("void", 0)
    assert market.violations() == []
    with pytest.raises(IllegalTransition):
        market.engine.billing.orders.cancel(market.seller, order.id)


def test_a_released_order_cannot_be_called_off(market: Market) -> None:
    order = market.pay_order()
    with pytest.raises(IllegalTransition, match="released"):
        market.engine.billing.orders.cancel(market.seller, order.id)


def test_an_order_that_is_being_paid_cannot_be_called_off(market: Market) -> None:
    order = market.place()
    market.method()
    method = market.run(lambda tx: tx.billing.payment_methods.defaults([market.customer]))[market.customer]
    market.engine.billing.payments.charge_invoice(market.seller, order.invoice_id, method.id)
    with pytest.raises(Conflict, match="under way"):
        market.engine.billing.orders.cancel(market.seller, order.id)


def test_an_authorised_payment_releases_and_is_taken_when_the_service_runs(market: Market) -> None:
    order = market.place(item("held"))
    market.method()
    method = market.run(lambda tx: tx.billing.payment_methods.defaults([market.customer]))[market.customer]
    market.run(lambda tx: charge_invoice(tx, order.invoice_id, method.id, capture=False))
    market.go(minutes=30)
    assert market.order(order).status is OrderStatus.RELEASED
    ((_, state),) = market.invoices()
    assert state.status == "paid"
    assert market.violations() == []
    assert market.unfinished() == []


def test_whoever_lacks_the_ability_is_refused(quiet_market: Market) -> None:
    orders = quiet_market.engine.billing.orders
    with pytest.raises(Forbidden, match=r"orders\.write"):
        orders.place(quiet_market.seller, quiet_market.wanted(), actor=Actor(kind="staff", id="jo"))
    operator = Actor(kind="staff", id="jo", roles=("operator",))
    assert orders.place(quiet_market.seller, quiet_market.wanted(), actor=operator).status is OrderStatus.PENDING
    audits = quiet_market.engine.billing.ledger.audits(quiet_market.seller, limit=1000)
    assert {audit.actor for audit in audits if audit.subject_kind == "order"} == {"staff:jo"}


def test_in_a_hosts_transaction_the_invoice_follows(market: Market) -> None:
    wanted = market.wanted()
    with database_of(market.engine).begin() as host:
        order = market.engine.joined(host).billing.orders.place(market.seller, wanted)
    assert market.invoices() == []
    market.work()
    ((invoice, _),) = market.invoices()
    assert invoice.id == order.invoice_id
    market.pay(invoice.id)
    assert market.order(order).status is OrderStatus.RELEASED
    assert market.jobs("billing.release_order", JobStatus.DEAD) == []
    assert len(market.heard("pretend.issued", InvoiceIssued)) == 1
