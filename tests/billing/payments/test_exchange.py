"""Money of other currencies: gains and losses, what gateways exchange and keep; each currency balances by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.billing.shop import BOOK, Shop
from tests.conftest import START, OpenTestEngine

from larabill_billing.exchange.handlers import load
from larabill_billing.invoicing.model import ChargeKind, Invoice
from larabill_billing.invoicing.recognise import recognise_days
from larabill_billing.payments.handlers import charge_invoice, record_manual
from larabill_billing.payments.refunds import refund
from larabill_core.contracts.gateway import Settlement, settlement_of
from larabill_core.contracts.rates import PublishedRate
from larabill_core.errors import InvalidInput
from larabill_core.messages import Nothing
from larabill_core.testing.clock import ManualClock
from larabill_drivers.registry import load_infos
from larabill_drivers.world import FakeWorld

OpenShop = Callable[..., Shop]
EUR, USD = "EUR", "USD"
WRONG = (("-1", EUR, "0"), ("1.001", EUR, "0"), ("1", "ZZZ", "0"), ("1", EUR, "-1"), ("0", EUR, "0"))


@pytest.fixture
def open_shop(
    open_test_engine: OpenTestEngine, clock: ManualClock, request: pytest.FixtureRequest
) -> Iterator[OpenShop]:
    """A German shop that values other currencies at the ECB's rates; `pay` is its gateway."""
    world = f":memory:{request.node.nodeid}"

    def open_one(**gateway: Any) -> Shop:
        settings = {
            "billing": {"exchange": {"source": "ecb"}},
            "drivers": {"pay": {"driver": "fake_gateway", "world": world, **gateway}},
        }
        shop = Shop.open(open_test_engine(BOOK, drivers=load_infos(), settings=settings), clock)
        _rate(shop, 0, "0.90")
        return shop

    yield open_one
    FakeWorld.forget(world)


def _rate(shop: Shop, days: int, rate: str, base: str = USD, quote: str = EUR) -> None:
    """One unit of `base` is worth `rate` from so many days after the start on."""
    on = START.date() + timedelta(days=days)
    published = PublishedRate(base=base, quote=quote, on=on, rate=Decimal(rate))
    shop.run(lambda tx: load(tx, "ecb", [published]))


def _sold(shop: Shop, amount: str, currency: str = USD, days: int = 0) -> Invoice:
    today = START.date()
    line = shop.charge(
        amount,
        currency=currency,
        kind=ChargeKind.RECURRING,
        period_start=today,
        period_end=today + timedelta(days=days),
    )
    return shop.issue(currency=currency, charges=(line,))


def _balances(shop: Shop, currency: str) -> dict[str, Decimal]:
    lines = shop.run(lambda tx: tx.billing.ledger.trial_balance())
    found = {line.account: line.balance for line in lines if line.currency == currency and line.balance}
    assert sum(found.values()) == 0
    return found


def _paid(shop: Shop, invoice: Invoice, amount: str, reference: str = "bank 1") -> Any:
    payment = shop.run(lambda tx: record_manual(tx, invoice.id, Decimal(amount), reference))
    shop.work()
    return payment


@pytest.mark.parametrize(
    ("rate", "account", "amount"), [("0.95", "exchange_gains", "-5"), ("0.85", "exchange_losses", "5")]
)
def test_what_is_paid_at_another_rate_is_a_gain_or_a_loss(
    open_shop: OpenShop, rate: str, account: str, amount: str
) -> None:
    shop = open_shop()
    invoice = _sold(shop, "100.00")
    _rate(shop, 2, rate)
    shop.clock.set(START + timedelta(days=2))
    _paid(shop, invoice, "100.00")
    assert _balances(shop, USD) == {"cash:manual": Decimal(100), "revenue": Decimal(-100)}
    assert _balances(shop, EUR) == {account: Decimal(amount), "clearing:EUR-USD": -Decimal(amount)}
    assert shop.violations() == []


def test_the_same_rate_moves_nothing_and_neither_does_the_sellers_own_currency(open_shop: OpenShop) -> None:
    shop = open_shop()
    _paid(shop, _sold(shop, "100.00"), "100.00")
    _paid(shop, shop.issue("7.00"), "7.00", "bank 2")
    assert _balances(shop, EUR) == {"cash:manual": Decimal(7), "revenue": Decimal(-7)}


def test_parts_and_what_is_too_much(open_shop: OpenShop) -> None:
    """30 and 80 dollars for 100: the ten that are left over were never booked, so nothing is gained on them."""
    shop = open_shop()
    invoice = _sold(shop, "100.00")
    _rate(shop, 1, "1.00")
    shop.clock.set(START + timedelta(days=1))
    _paid(shop, invoice, "30.00")
    assert _balances(shop, EUR)["exchange_gains"] == Decimal("-3")
    _paid(shop, invoice, "80.00", "bank 2")
    assert _balances(shop, EUR)["exchange_gains"] == Decimal("-10")
    assert _balances(shop, USD)["customer_credit"] == Decimal("-10")


def test_a_refund_at_the_rate_of_the_payment_takes_the_gain_back(open_shop: OpenShop) -> None:
    shop = open_shop()
    invoice = _sold(shop, "100.00")
    _rate(shop, 1, "0.95")
    shop.clock.set(START + timedelta(days=1))
    payment = _paid(shop, invoice, "100.00")
    shop.run(lambda tx: refund(tx, payment.id, Decimal("40.00"), "too much"))
    shop.work()
    assert sum(_balances(shop, EUR).get(name, 0) for name in ("exchange_gains", "exchange_losses")) == Decimal("-3")
    assert shop.violations() == []


def test_money_is_recorded_without_a_rate_and_the_gain_waits_for_it(open_shop: OpenShop) -> None:
    shop = open_shop()
    invoice = _sold(shop, "100.00")
    shop.clock.set(START + timedelta(days=40))
    _paid(shop, invoice, "100.00")
    assert _balances(shop, USD)["cash:manual"] == Decimal(100)
    assert _balances(shop, EUR) == {}
    waiting = [job for job in shop.engine.run(lambda tx: tx.jobs.list(limit=1000)) if job.last_error]
    assert [job.handler for job in waiting] == ["billing.realise_exchange"]
    assert "exchange rate USD to EUR" in waiting[0].last_error
    _rate(shop, 40, "0.80")
    shop.work(minutes=24 * 60)
    assert _balances(shop, EUR)["exchange_losses"] == Decimal(10)


def test_the_gateways_fee_is_an_expense(open_shop: OpenShop) -> None:
    shop = open_shop(fee_percent="1.5")
    invoice = shop.issue("100.00")
    method = shop.method()
    shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    shop.work()
    assert _balances(shop, EUR) == {
        "cash:pay": Decimal("98.5"),
        "gateway_fees:pay": Decimal("1.5"),
        "revenue": Decimal(-100),
    }


def test_what_the_gateway_exchanges_passes_through_clearing(open_shop: OpenShop) -> None:
    """100 dollars booked at 90 euros; the gateway makes 93 of them and keeps 2.79; then 50 go back for 46.50."""
    shop = open_shop(settles_in="EUR", settles_at="0.93", fee_percent="3")
    invoice = _sold(shop, "100.00")
    method = shop.method()
    payment = shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    shop.work()
    assert _balances(shop, USD) == {"clearing:EUR-USD": Decimal(100), "revenue": Decimal(-100)}
    assert _balances(shop, EUR) == {
        "cash:pay": Decimal("90.21"),
        "gateway_fees:pay": Decimal("2.79"),
        "exchange_gains": Decimal(-3),
        "clearing:EUR-USD": Decimal(-90),
    }
    shop.run(lambda tx: refund(tx, payment.id, Decimal("50.00"), "half of it"))
    shop.work()
    assert _balances(shop, USD)["clearing:EUR-USD"] == Decimal(50)
    assert _balances(shop, EUR) == {
        "cash:pay": Decimal("43.71"),
        "gateway_fees:pay": Decimal("2.79"),
        "exchange_gains": Decimal(-3),
        "exchange_losses": Decimal("1.5"),
        "clearing:EUR-USD": Decimal(-45),
    }
    assert shop.violations() == []


@pytest.mark.parametrize(
    ("currency", "rate", "whole", "back", "worth"),
    [("JPY", "0.00625", "1001", "334", "6.26"), ("KWD", "2.597402597403", "10.005", "3.335", "25.99")],
)
def test_currencies_of_no_and_of_three_decimals_all_the_way(
    open_shop: OpenShop, currency: str, rate: str, whole: str, back: str, worth: str
) -> None:
    shop = open_shop()
    _rate(shop, 0, rate, base=currency)
    invoice = _sold(shop, whole, currency, days=7)
    accounting = shop.run(lambda tx: tx.billing.accounting.for_documents([invoice.id]))[invoice.id]
    assert accounting.total == Decimal(worth)
    payment = _paid(shop, invoice, whole)
    shop.run(lambda tx: refund(tx, payment.id, Decimal(back), "a third"))
    shop.clock.set(START + timedelta(days=8))
    shop.run(lambda tx: recognise_days(tx, Nothing()))
    shop.work()
    balances = _balances(shop, currency)
    assert balances["cash:manual"] == Decimal(whole) - Decimal(back)
    assert "deferred_revenue" not in balances
    assert balances["revenue"] + balances.get("refunds", 0) == Decimal(back) - Decimal(whole)
    assert _balances(shop, EUR) == {}
    assert shop.violations() == []


def test_a_settlement_that_is_no_amount_is_refused_and_a_fact_that_is_none_is_left_out() -> None:
    told = Settlement(amount=Decimal("9.30"), currency=EUR, fee=Decimal("0.28"))
    assert settlement_of(told.facts()) == told
    for amount, currency, fee in WRONG:
        with pytest.raises(InvalidInput):
            Settlement(amount=Decimal(amount), currency=currency, fee=Decimal(fee))
        assert settlement_of({"settled_amount": amount, "settled_currency": currency, "settled_fee": fee}) is None
    assert settlement_of({"settled_amount": "many", "settled_currency": EUR}) is None
    assert settlement_of({}) is None
