"""What billing makes of provisioning's events, in any order and however often they come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.billing.market import SILENT, Market, item

from larabill_billing.subscriptions.model import ServiceStatus, SubscriptionStatus
from larabill_core.published import (
    ServiceAbandoned,
    ServiceActivated,
    ServiceEnded,
    ServiceFailed,
    ServiceResumed,
    ServiceSuspended,
)


def test_the_newest_event_counts_in_whatever_order_they_come(quiet_market: Market) -> None:
    market = quiet_market
    for order_of_arrival in ((0, 1, 2, 3), (3, 2, 1, 0), (1, 0, 3, 2), (2, 3, 0, 1)):
        order = market.place(item("trust"))
        market.work()
        (service,) = market.services(order)
        start = market.clock.now()
        events: list[Any] = [
            kind(
                seller_id=market.seller,
                occurred_at=start + timedelta(seconds=number),
                service_id=service.id,
                resource_id=service.id,
            )
            for number, kind in enumerate((ServiceActivated, ServiceSuspended, ServiceResumed, ServiceSuspended))
        ]
        for index in order_of_arrival:
            market.tell(events[index])
            market.tell(events[index])
        assert market.services(order)[0].status is ServiceStatus.SUSPENDED
    assert [found.kind for found in market.violations()] == []


def test_a_failure_before_it_ever_ran_shows_and_later_ones_do_not(quiet_market: Market) -> None:
    order = quiet_market.place(item("trust"))
    quiet_market.work()
    (service,) = quiet_market.services(order)
    quiet_market.told(ServiceFailed, service, action="provision", reason="no capacity")
    assert quiet_market.services(order)[0].status is ServiceStatus.FAILED
    quiet_market.told(ServiceActivated, service)
    quiet_market.told(ServiceFailed, service, action="suspend", reason="no answer")
    assert quiet_market.services(order)[0].status is ServiceStatus.ACTIVE


def test_abandoned_with_credit_gives_the_units_share(quiet_market: Market) -> None:
    market = quiet_market
    order = market.place(item(quantity=3))
    market.pay(order.invoice_id)
    first, second, third = market.services(order)
    market.told(ServiceAbandoned, second, remedy="credit")
    assert market.credit() == Decimal("14.00")
    market.told(ServiceActivated, first)
    market.go(days=28)
    invoice, _ = market.invoices()[-1]
    assert invoice.total == Decimal("10.00")
    market.told(ServiceAbandoned, third, remedy="credit")
    assert market.subscription(order).status is SubscriptionStatus.ACTIVE
    assert [each.status for each in market.services(order)] == ["active", "abandoned", "abandoned"]
    assert market.violations() == []


def test_abandoned_with_refund_goes_back_through_the_payment(quiet_market: Market) -> None:
    market = quiet_market
    order = market.place(item("server"))
    market.pay(order.invoice_id)
    market.told(ServiceAbandoned, market.services(order)[0], remedy="refund")
    (payment,) = market.engine.billing.payments.list(market.seller)
    assert payment.status == "refunded"
    assert market.credit() == 0
    assert market.subscription(order).status is SubscriptionStatus.ENDED
    assert market.violations() == []


@pytest.mark.parametrize("inclusive", [False, True])
@pytest.mark.parametrize("remedy", ["credit", "refund"])
def test_abandoned_gives_the_tax_back_too(open_market: Callable[..., Market], remedy: str, inclusive: bool) -> None:
    taxes = [{"rate": "19", "inclusive": inclusive}]
    market = open_market(provisioning=SILENT, taxes=taxes)
    order = market.place(item(quantity=3), item("box", cycle=None))
    market.pay(order.invoice_id)
    ((invoice, _),) = market.invoices()
    for service in market.services(order):
        market.told(ServiceAbandoned, service, remedy=remedy)
    (payment,) = market.engine.billing.payments.list(market.seller)
    assert (payment.status, market.credit()) == {
        "credit": ("captured", invoice.total),
        "refund": ("refunded", Decimal(0)),
    }[remedy]
    assert market.violations() == []


def test_abandoned_before_payment_leaves_nothing_to_pay(quiet_market: Market) -> None:
    market = quiet_market
    order = market.place(item("trust", quantity=2))
    market.work()
    market.pay(order.invoice_id, "7.00")
    for service in market.services(order):
        market.told(ServiceAbandoned, service, remedy="credit")
    ((_, state),) = market.invoices()
    assert (state.status, market.credit()) == ("paid", Decimal("7.00"))
    assert market.violations() == []


@pytest.mark.parametrize("times", [1, 3])
def test_abandoned_is_made_good_once(quiet_market: Market, times: int) -> None:
    market = quiet_market
    order = market.pay_order()
    for _ in range(times):
        market.told(ServiceAbandoned, market.services(order)[0], remedy="credit")
    assert market.credit() == Decimal("14.00")


def test_a_service_that_is_gone_is_billed_no_more(quiet_market: Market) -> None:
    market = quiet_market
    order = market.pay_order(quantity=2)
    first, second = market.services(order)
    for service in (first, second):
        market.told(ServiceActivated, service)
    market.told(ServiceEnded, first)
    market.go(days=28)
    assert market.invoices()[-1][0].total == Decimal("5.00")
    market.told(ServiceEnded, second)
    assert market.subscription(order).status is SubscriptionStatus.ENDED
    market.go(days=60)
    assert len(market.invoices()) == 2
