"""Both sides are rewarded once, when the new customer has paid; and not for good, when the money goes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import pytest
from tests.billing.market import Market, item, market

from larabill_billing.customers.model import NewCustomer
from larabill_billing.orders.model import PlaceOrder
from larabill_billing.payments.events import PaymentReturned
from larabill_billing.payments.model import Payment
from larabill_billing.referrals.handlers import on_payment_returned
from larabill_billing.settings import ReferralPolicy, ReferralReward
from larabill_core.errors import Conflict, InvalidInput
from larabill_core.ids import new_id

__all__ = ["market"]


@pytest.fixture(autouse=True)
def _rewards(market: Market) -> Iterator[None]:
    """10 for who brings, 5 for who comes."""
    settings = market.engine.manifest.settings["billing"]
    before = settings.referral
    rewards = (ReferralReward(currency="EUR", referrer=Decimal("10.00"), referred=Decimal("5.00")),)
    object.__setattr__(settings, "referral", ReferralPolicy(rewards=rewards))
    yield
    object.__setattr__(settings, "referral", before)


@pytest.fixture
def friend(market: Market) -> UUID:
    """Who brings the market's customer."""
    return newcomer(market, "bea")


def newcomer(market: Market, name: str) -> UUID:
    new = NewCustomer(name=name, email=f"{name}@example.com", country="DE")
    return market.engine.billing.customers.create(market.seller, new).id


def refer(market: Market, referrer: UUID, referred: UUID) -> Any:
    return market.engine.billing.referrals.refer(market.seller, referrer, referred)


def held(market: Market, customer: UUID) -> Decimal:
    return market.engine.billing.credits.balance(market.seller, customer, "EUR")


def payment(market: Market) -> Payment:
    (found,) = market.engine.billing.payments.list(market.seller, customer_id=market.customer)
    return found


def test_both_are_rewarded_when_the_first_invoice_is_paid_and_once(market: Market, friend: UUID) -> None:
    refer(market, friend, market.customer)
    assert held(market, friend) == 0
    market.pay_order()
    assert (held(market, friend), held(market, market.customer)) == (Decimal("10.00"), Decimal("5.00"))
    market.engine.billing.credits.revoke(market.seller, lot(market, market.customer), "used up")
    market.pay_order()
    assert (held(market, friend), held(market, market.customer)) == (Decimal("10.00"), 0)
    (referral,) = market.engine.billing.referrals.list(market.seller, referrer_id=friend)
    assert referral.status == "rewarded"


def test_what_given_credit_has_paid_earns_nothing(market: Market, friend: UUID) -> None:
    refer(market, friend, market.customer)
    market.engine.billing.credits.grant(
        market.seller, market.customer, Decimal("14.00"), "EUR", "an outage", grant_uuid=new_id()
    )
    market.place(item())
    market.work()
    assert held(market, friend) == 0
    market.pay_order()
    assert held(market, friend) == Decimal("10.00")


def test_bought_credit_is_money(market: Market, friend: UUID) -> None:
    refer(market, friend, market.customer)
    market.engine.billing.credits.record_top_up(market.seller, market.customer, Decimal("14.00"), "transfer 1")
    assert held(market, friend) == 0
    market.place(item())
    market.work()
    assert (held(market, friend), held(market, market.customer)) == (Decimal("10.00"), Decimal("5.00"))
    returned(market, "disputed")
    assert (held(market, friend), held(market, market.customer)) == (0, 0)


def test_a_refund_in_time_takes_back_what_is_left(market: Market, friend: UUID) -> None:
    refer(market, friend, market.customer)
    market.pay_order()
    market.engine.billing.payments.refund(market.seller, payment(market).id, Decimal("14.00"), "unhappy")
    market.work()
    assert (held(market, friend), held(market, market.customer)) == (0, 0)
    assert market.engine.billing.referrals.list(market.seller)[0].status == "taken_back"
    market.work()


def test_what_was_spent_before_stays_spent(market: Market, friend: UUID) -> None:
    refer(market, friend, market.customer)
    market.pay_order()
    market.place(item())
    assert held(market, market.customer) == 0
    returned(market, "disputed")
    assert (held(market, friend), held(market, market.customer)) == (0, 0)


def test_after_the_window_the_rewards_stay(market: Market, friend: UUID) -> None:
    refer(market, friend, market.customer)
    market.pay_order()
    market.clock.set(market.clock.now() + timedelta(days=30))
    returned(market, "refunded")
    assert held(market, friend) == Decimal("10.00")


def returned(market: Market, why: Any) -> None:
    event = PaymentReturned(
        seller_id=market.seller,
        occurred_at=market.clock.now(),
        payment_id=payment(market).id,
        customer_id=market.customer,
        why=why,
    )
    for _ in range(2):
        market.run(lambda tx: on_payment_returned(tx, event))


def test_nobody_refers_themselves_nor_in_a_circle(market: Market, friend: UUID) -> None:
    with pytest.raises(InvalidInput, match="nobody can refer themselves"):
        refer(market, friend, friend)
    third = newcomer(market, "cy")
    refer(market, friend, market.customer)
    refer(market, market.customer, third)
    for referrer, referred in ((market.customer, friend), (third, friend)):
        with pytest.raises(Conflict, match="has referred others"):
            refer(market, referrer, referred)


def test_a_customer_is_referred_once_and_while_new(market: Market, friend: UUID) -> None:
    assert refer(market, friend, market.customer) == refer(market, friend, market.customer)
    with pytest.raises(Conflict, match="was referred by another customer"):
        refer(market, newcomer(market, "cy"), market.customer)
    market.pay_order()
    with pytest.raises(Conflict, match="has paid already"):
        refer(market, friend, paid_customer(market))


def paid_customer(market: Market) -> UUID:
    """Somebody who has paid an invoice, and was not referred."""
    customer = newcomer(market, "ed")
    market.pay(market.engine.billing.orders.place(market.seller, ordered(market, customer)).invoice_id)
    return customer


def ordered(market: Market, customer: UUID) -> PlaceOrder:
    return attrs.evolve(market.wanted(item()), order_uuid=new_id(), customer_id=customer)


def lot(market: Market, customer: UUID) -> UUID:
    (found,) = market.engine.billing.credits.lots(market.seller, customer)
    return found.id
