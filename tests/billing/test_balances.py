"""`engine.billing.credits`: who may, and whose it is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.billing.market import Market, item, market

from larabill_billing.customers.model import NewSeller
from larabill_billing.invoicing.model import InvoiceStatus
from larabill_core.access import Actor
from larabill_core.errors import Conflict, Forbidden, InvalidInput, NotFound
from larabill_core.ids import new_id

__all__ = ["market"]

FIVE = Decimal("5.00")


def give(market: Market, amount: Decimal = FIVE, **changes: Any) -> Any:
    wanted = {"grant_uuid": new_id(), **changes}
    return market.engine.billing.credits.grant(market.seller, market.customer, amount, "EUR", "an outage", **wanted)


def test_nobody_may_anything_without_a_role(market: Market) -> None:
    credits, jo = market.engine.billing.credits, Actor(kind="staff", id="jo")
    seller, customer = market.seller, market.customer
    lot = give(market)
    asked: tuple[Any, ...] = (
        lambda: give(market, actor=jo),
        lambda: credits.revoke(seller, lot.id, "no", actor=jo),
        lambda: credits.balance(seller, customer, "EUR", actor=jo),
        lambda: credits.lots(seller, customer, actor=jo),
        lambda: credits.history(seller, customer, actor=jo),
        lambda: credits.pay(seller, new_id(), actor=jo),
        lambda: credits.top_up(seller, customer, FIVE, new_id(), actor=jo),
        lambda: credits.open_top_up(seller, customer, FIVE, "pay", actor=jo),
        lambda: credits.record_top_up(seller, customer, FIVE, "transfer 1", actor=jo),
        lambda: credits.set_top_up(seller, customer, FIVE, FIVE, actor=jo),
        lambda: credits.remove_top_up(seller, customer, actor=jo),
        lambda: credits.top_up_rule(seller, customer, actor=jo),
    )
    for ask in asked:
        with pytest.raises(Forbidden):
            ask()
    assert market.credit() == FIVE


def test_a_customer_sees_and_uses_their_own_only(market: Market) -> None:
    credits = market.engine.billing.credits
    give(market)
    order = market.place(item(), use_credit=False)
    own = Actor(kind="customer", id="a", roles=("operator",), customer_id=market.customer)
    other = Actor(kind="customer", id="b", roles=("operator",), customer_id=new_id())
    asked: tuple[Any, ...] = (
        lambda actor: credits.balance(market.seller, market.customer, "EUR", actor=actor),
        lambda actor: credits.lots(market.seller, market.customer, actor=actor),
        lambda actor: credits.history(market.seller, market.customer, actor=actor),
        lambda actor: credits.set_top_up(market.seller, market.customer, FIVE, FIVE, actor=actor),
        lambda actor: credits.pay(market.seller, order.invoice_id, amount=FIVE, actor=actor),
    )
    for ask in asked:
        with pytest.raises(NotFound):
            ask(other)
        ask(own)
    assert market.credit() == 0


def test_another_sellers_customer_is_not_found(market: Market) -> None:
    billing = market.engine.billing
    lot = give(market)
    other = billing.sellers.create(NewSeller(name="Other Ltd", country="DE", currency="EUR")).id
    for ask in (
        lambda: billing.credits.balance(other, market.customer, "EUR"),
        lambda: billing.credits.revoke(other, lot.id, "no"),
        lambda: billing.credits.grant(other, market.customer, FIVE, "EUR", "no", grant_uuid=new_id()),
        lambda: billing.credits.record_top_up(other, market.customer, FIVE, "transfer 1"),
    ):
        with pytest.raises(NotFound):
            ask()
    assert billing.credits.lots(other, market.customer) == []
    elsewhere = Actor(kind="staff", id="jo", roles=("operator",), seller_id=other)
    with pytest.raises(Forbidden):
        billing.credits.balance(market.seller, market.customer, "EUR", actor=elsewhere)


def test_an_invoice_is_paid_from_credit_by_hand(market: Market) -> None:
    credits = market.engine.billing.credits
    give(market, Decimal("20.00"))
    order = market.place(item(), use_credit=False)
    assert credits.pay(market.seller, order.invoice_id, amount=FIVE) == FIVE
    with pytest.raises(Conflict, match=r"only 9\.00 EUR is owed"):
        credits.pay(market.seller, order.invoice_id, amount=Decimal("9.01"))
    assert credits.pay(market.seller, order.invoice_id) == Decimal("9.00")
    _, state = market.engine.billing.invoices.get(market.seller, order.invoice_id)
    assert state.status is InvoiceStatus.PAID
    with pytest.raises(Conflict, match="there is nothing to pay"):
        credits.pay(market.seller, order.invoice_id)
    assert market.credit() == Decimal("6.00")


@pytest.mark.parametrize("currency", ["USD", "eur", "", None, 5])
def test_credit_is_given_in_the_customers_currency_only(market: Market, currency: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^currency: "):
        market.engine.billing.credits.grant(
            market.seller, market.customer, FIVE, currency, "an outage", grant_uuid=new_id()
        )
    assert market.credit() == 0
