"""Disputes: what is held back, what comes back, and what is owed again; once, however the news arrives (I4, I7)."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from typing import Any, Literal

import attrs
import pytest
from tests.billing.shop import Shop, paid_claim

from larabill_billing.credits.handlers import spend
from larabill_billing.invoicing.model import Invoice, InvoiceStatus
from larabill_billing.payments.dispute import Dispute, DisputeStatus
from larabill_billing.payments.disputes import decide, open_dispute
from larabill_billing.payments.handlers import charge_invoice, open_checkout, record_manual
from larabill_billing.payments.model import Payment
from larabill_billing.payments.policies import DisputePolicy
from larabill_billing.payments.refunds import refund
from larabill_core.errors import Conflict, IllegalTransition, InvalidInput

FIVE = Decimal("5.00")


def charged(shop: Shop, amount: str = "12.50") -> tuple[Invoice, Payment]:
    invoice, method = shop.issue(amount), shop.method()
    payment = shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    shop.work()
    shop.deliver()
    return invoice, shop.payment(payment)


def disputes(shop: Shop) -> list[Dispute]:
    found: list[Dispute] = shop.run(lambda tx: tx.billing.disputes.page())
    return found


def test_a_dispute_holds_the_money_back_and_costs_a_fee(shop: Shop) -> None:
    invoice, payment = charged(shop)
    shop.world().dispute(payment.ref)
    (result,) = shop.deliver()
    assert result.status == "applied"
    (dispute,) = disputes(shop)
    assert (dispute.amount, dispute.fee, dispute.reason) == (Decimal("12.50"), Decimal("15.00"), "fraudulent")
    assert shop.balances() == {
        "cash:pay": Decimal("-15.00"),
        "dispute_fees:pay": Decimal("15.00"),
        "disputes:pay": Decimal("12.50"),
        "revenue": Decimal("-12.50"),
    }
    assert shop.state(invoice).status is InvoiceStatus.PAID
    assert shop.run(lambda tx: tx.billing.disputes.open_disputes_for([shop.customer.id])) == {shop.customer.id}
    assert shop.violations() == []


def test_a_dispute_that_is_won_gives_the_money_back_but_not_the_fee(shop: Shop) -> None:
    _, payment = charged(shop)
    shop.world().decide_dispute(shop.world().dispute(payment.ref), "won")
    shop.deliver()
    assert [each.status for each in disputes(shop)] == [DisputeStatus.WON]
    assert (shop.published("PaymentDisputed"), shop.published("DisputeClosed")) == (1, 1)
    assert shop.balances() == {
        "cash:pay": Decimal("-2.50"),
        "dispute_fees:pay": Decimal("15.00"),
        "revenue": Decimal("-12.50"),
    }
    assert shop.run(lambda tx: tx.billing.disputes.open_disputes_for([shop.customer.id])) == set()
    assert shop.violations() == []


def test_what_was_lost_is_owed_again(shop: Shop) -> None:
    invoice, payment = charged(shop)
    shop.world().decide_dispute(shop.world().dispute(payment.ref, amount="5.00"), "lost")
    shop.deliver()
    state = shop.state(invoice)
    assert (state.status, state.balance, state.paid_at) == (InvoiceStatus.ISSUED, FIVE, None)
    assert shop.balances()["receivable"] == FIVE
    assert "disputes:pay" not in shop.balances()
    shop.run(lambda tx: record_manual(tx, invoice.id, FIVE, "transfer 1"))
    assert shop.state(invoice).status is InvoiceStatus.PAID
    assert shop.violations() == []


def test_what_was_lost_is_written_off_where_the_seller_wants_that(shop: Shop) -> None:
    settings = shop.engine.manifest.settings
    settings["billing"] = attrs.evolve(settings["billing"], disputes=DisputePolicy(lost="write_off"))
    invoice, payment = charged(shop)
    shop.world().decide_dispute(shop.world().dispute(payment.ref), "lost")
    shop.deliver()
    assert shop.state(invoice).status is InvoiceStatus.UNCOLLECTIBLE
    assert shop.balances()["bad_debt"] == Decimal("12.50")
    assert shop.violations() == []


@pytest.mark.parametrize("end", ["won", "lost"])
@pytest.mark.parametrize("account", ["pay", "blind"])
def test_news_in_any_order_and_again_has_one_effect(shop: Shop, end: Literal["won", "lost"], account: str) -> None:
    """`blind` cannot be asked: then what is decided stays decided, though the news of its beginning come later."""
    for order in permutations(range(3)):
        invoice, method = shop.issue("12.50"), shop.method(account=account)
        payment = shop.run(lambda tx, i=invoice, m=method: charge_invoice(tx, i.id, m.id))
        shop.work()
        payment = shop.payment(payment)
        name = f"dp_{payment.id.hex}"
        said = {
            "ref": payment.ref,
            "dispute": name,
            "transaction": payment.transaction_id,
            "amount": "12.50",
            "currency": "EUR",
            "fee": "15.00",
            "reason": "fraudulent",
        }
        if account == "pay":
            name = shop.world().dispute(payment.ref)
            shop.world().decide_dispute(name, "under_review")
            shop.world().decide_dispute(name, end)
            said["dispute"] = name
        for place in [*order, *order]:
            state = ("opened", "under_review", end)[place]
            shop.send({**said, "state": state}, account, type=f"dispute.{state}")
        found: Any = shop.run(lambda tx, n=name: tx.billing.disputes.by_gateway_id(account, n))
        assert found.status.value == end, order
        assert shop.state(invoice).balance == (Decimal("12.50") if end == "lost" else Decimal(0))
    assert shop.violations() == []


def test_a_decision_that_contradicts_is_for_a_person(shop: Shop) -> None:
    _, payment = charged(shop)
    dispute = shop.run(lambda tx: open_dispute(tx, payment.id, "dp_1", payment.amount))
    shop.run(lambda tx: decide(tx, dispute.id, "win"))
    with pytest.raises(IllegalTransition):
        shop.run(lambda tx: decide(tx, dispute.id, "lose"))
    assert shop.violations() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "12.51"},
        {"amount": "0"},
        {"amount": "NaN"},
        {"currency": "USD"},
        {"state": "refunded"},
        {"fee": "-1.00"},
        {"transaction": None},
    ],
)
def test_news_that_do_not_fit_change_nothing(shop: Shop, wrong: dict[str, Any]) -> None:
    invoice, method = shop.issue("12.50"), shop.method(account="blind")
    payment = shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    shop.work()
    before = shop.balances()
    said = {
        "dispute": "dp_1",
        "transaction": shop.payment(payment).transaction_id,
        "state": "opened",
        "amount": "12.50",
        "currency": "EUR",
        "fee": "15.00",
    }
    assert shop.send({**said, **wrong}, type="dispute.opened").status == "unmatched"
    assert shop.balances() == before
    assert disputes(shop) == []


def test_a_disputed_payment_is_not_refunded_and_what_was_lost_neither(shop: Shop) -> None:
    _, payment = charged(shop)
    dispute = shop.run(lambda tx: open_dispute(tx, payment.id, "dp_1", FIVE))
    with pytest.raises(Conflict, match="about it stands"):
        shop.run(lambda tx: refund(tx, payment.id, Decimal("1.00"), "sorry"))
    shop.run(lambda tx: decide(tx, dispute.id, "lose"))
    with pytest.raises(Conflict, match=r"only 7\.50"):
        shop.run(lambda tx: refund(tx, payment.id, Decimal("7.51"), "sorry"))
    shop.run(lambda tx: refund(tx, payment.id, Decimal("7.50"), "sorry"))
    shop.work()
    assert shop.violations() == []


def test_what_was_refunded_before_is_owed_by_nobody(shop: Shop) -> None:
    """The bank gives the customer more than they paid: that is our loss, since a credit note has taken it back."""
    invoice, payment = charged(shop)
    shop.run(lambda tx: refund(tx, payment.id, Decimal("10.00"), "sorry"))
    shop.work()
    dispute = shop.run(lambda tx: open_dispute(tx, payment.id, "dp_1", payment.amount))
    shop.run(lambda tx: decide(tx, dispute.id, "lose"))
    assert shop.state(invoice).balance == Decimal("2.50")
    assert shop.balances()["bad_debt"] == Decimal("10.00")
    assert shop.violations() == []


@pytest.mark.parametrize("spent", [True, False])
def test_credit_of_a_lost_payment_is_taken_as_far_as_it_is_there(shop: Shop, spent: bool) -> None:
    invoice = shop.issue("12.50")
    checkout = shop.run(lambda tx: open_checkout(tx, invoice.id, "blind"))
    shop.run(lambda tx: record_manual(tx, invoice.id, Decimal("12.50"), "transfer 1"))
    shop.send(paid_claim(checkout))
    assert shop.credit() == Decimal("12.50")
    if spent:
        other = shop.issue("4.00")
        shop.run(lambda tx: spend(tx, other.id))
    dispute = shop.run(lambda tx: open_dispute(tx, checkout.id, "dp_1", checkout.amount))
    shop.run(lambda tx: decide(tx, dispute.id, "lose"))
    assert shop.credit() == Decimal(0)
    assert shop.balances().get("bad_debt", Decimal(0)) == (Decimal("4.00") if spent else Decimal(0))
    assert shop.state(invoice).status is InvoiceStatus.PAID
    assert shop.violations() == []


def test_by_hand_the_same_dispute_is_opened_once_and_never_more_than_was_taken(shop: Shop) -> None:
    _, payment = charged(shop)
    first = shop.run(lambda tx: open_dispute(tx, payment.id, "dp_1", Decimal("10.00")))
    again = shop.run(lambda tx: open_dispute(tx, payment.id, "dp_1", Decimal("10.00")))
    assert (first.id, first.version) == (again.id, again.version)
    with pytest.raises(Conflict, match=r"only 2\.50"):
        shop.run(lambda tx: open_dispute(tx, payment.id, "dp_2", Decimal("10.00")))
    with pytest.raises(InvalidInput):
        shop.run(lambda tx: open_dispute(tx, payment.id, "4242424242424242", Decimal("1.00")))
    assert shop.violations() == []


def test_money_that_came_by_hand_is_not_disputed(shop: Shop) -> None:
    invoice = shop.issue("12.50")
    payment = shop.run(lambda tx: record_manual(tx, invoice.id, Decimal("12.50"), "transfer 1"))
    with pytest.raises(Conflict, match="no gateway"):
        shop.run(lambda tx: open_dispute(tx, payment.id, "dp_1", Decimal("1.00")))
