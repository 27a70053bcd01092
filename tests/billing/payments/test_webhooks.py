"""Webhooks: believed only when everything fits, applied once, in any order (F05 to F08, B11 to B14)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import permutations

import attrs
import pytest
import sqlalchemy as sa
from tests.billing.shop import Shop, paid_claim

from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.payments import webhooks
from larabill_billing.payments.handlers import charge_invoice, open_checkout, record_manual
from larabill_billing.payments.model import Payment, PaymentStatus, WebhookStatus
from larabill_billing.payments.refunds import refund
from larabill_billing.payments.webhooks import receive
from larabill_core.errors import NotFound, Unverified
from larabill_core.ids import new_id
from larabill_drivers.world import Fault
from larabill_sqlalchemy.billing.payments import PAYMENTS


def _checkout(shop: Shop, amount: str = "12.50") -> Payment:
    invoice = shop.issue(amount)
    return shop.run(lambda tx: open_checkout(tx, invoice.id, "blind"))


def test_a_checkout_is_paid_by_its_webhook(shop: Shop) -> None:
    payment = _checkout(shop)
    assert shop.send(paid_claim(payment)).status is WebhookStatus.APPLIED
    assert shop.payment(payment).status is PaymentStatus.CAPTURED
    assert shop.run(lambda tx: tx.billing.invoices.state(payment.invoice_id)).status is InvoiceStatus.PAID
    assert shop.run(lambda tx: tx.billing.gateway_accounts.find("blind")).last_heard_at == shop.clock.now()
    assert shop.violations() == []


def test_the_same_webhook_again_has_no_effect(shop: Shop) -> None:
    payment = _checkout(shop)
    headers, body = shop.webhook(paid_claim(payment))
    results = [receive(shop.engine, "blind", headers, body) for _ in range(5)]
    assert [result.duplicate for result in results] == [False, True, True, True, True]
    assert {result.status for result in results} == {WebhookStatus.APPLIED}
    assert shop.published("PaymentCaptured") == 1
    assert shop.violations() == []


def test_other_events_about_the_same_payment_have_no_effect(shop: Shop) -> None:
    payment = _checkout(shop)
    statuses = [shop.send(paid_claim(payment), type=f"payment.{n}").status for n in range(3)]
    assert statuses == [WebhookStatus.APPLIED, WebhookStatus.STALE, WebhookStatus.STALE]
    assert shop.published("PaymentCaptured") == 1


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_in_any_order_a_paid_payment_stays_paid(shop: Shop) -> None:
    for order in permutations(["pending", "declined", "captured", "authorised"]):
        payment = _checkout(shop)
        for state in order:
            shop.send(paid_claim(payment, state))
        assert shop.payment(payment).status is PaymentStatus.CAPTURED, order
    assert shop.published("PaymentCaptured") == 24
    assert shop.violations() == []


def test_of_events_that_know_their_time_the_newest_counts(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = _checkout(shop)
    driver, at = shop.engine.drivers.get("blind"), shop.clock.now()
    translate = driver.handle_webhook
    for state, minutes, status in (
        ("declined", 2, "applied"),
        ("authorised", 1, "stale"),
        ("authorised", 3, "applied"),
    ):
        occurred_at = at + timedelta(minutes=minutes)
        monkeypatch.setattr(
            driver, "handle_webhook", lambda said, at=occurred_at: attrs.evolve(translate(said), occurred_at=at)
        )
        assert shop.send(paid_claim(payment, state)).status == status
    assert shop.payment(payment).status is PaymentStatus.AUTHORISED


MISMATCHES = [
    ("amount", "12.49", "its amount is"),
    ("amount", "1e1", "names no amount"),
    ("amount", None, "names no amount"),
    ("currency", "SEK", "its currency"),
    ("currency", "eur", "its currency"),
    ("currency", None, "its currency"),
    ("invoice", "01890000-0000-7000-8000-00000000000a", "another invoice"),
    ("invoice", None, "names no invoice"),
    ("transaction", None, "names no transaction"),
    ("state", "succeeded!", "is not known"),
]


def test_what_does_not_fit_changes_nothing_and_is_visible(shop: Shop) -> None:
    payment = _checkout(shop)
    for field, value, reason in MISMATCHES:
        result = shop.send({**paid_claim(payment), field: value})
        assert result.status is WebhookStatus.UNMATCHED, field
        assert reason in result.reason
        assert shop.payment(payment).status is PaymentStatus.CREATED
    unmatched = shop.run(lambda tx: tx.billing.webhooks.page(status=WebhookStatus.UNMATCHED))
    assert len(unmatched) == len(MISMATCHES)
    assert all(event.reason for event in unmatched)


def test_a_payment_at_another_account_is_not_paid(shop: Shop) -> None:
    invoice = shop.issue("12.50")
    payment = shop.run(lambda tx: open_checkout(tx, invoice.id, "pay"))
    result = shop.send(paid_claim(payment), account="blind")
    assert (result.status, "the payment is at pay" in result.reason) == (WebhookStatus.UNMATCHED, True)


def test_one_transaction_pays_one_payment(shop: Shop) -> None:
    first, second = _checkout(shop), _checkout(shop)
    shop.send(paid_claim(first, transaction="tr_1"))
    result = shop.send(paid_claim(second, transaction="tr_1"))
    assert (result.status, "belongs to payment" in result.reason) == (WebhookStatus.UNMATCHED, True)
    assert shop.payment(second).status is PaymentStatus.CREATED


def test_a_second_transaction_for_one_payment_is_visible(shop: Shop) -> None:
    payment = _checkout(shop)
    shop.send(paid_claim(payment, transaction="tr_1"))
    result = shop.send(paid_claim(payment, transaction="tr_2"))
    assert (result.status, "another transaction" in result.reason) == (WebhookStatus.UNMATCHED, True)


def test_an_event_of_something_else_is_ignored(shop: Shop) -> None:
    assert shop.send({"ref": None, "state": "captured"}).status is WebhookStatus.IGNORED
    assert shop.send({}, type="account.updated").status is WebhookStatus.IGNORED


def test_an_event_that_waits_is_applied_when_its_payment_is_there(shop: Shop) -> None:
    """The gateway may be quicker than our own commit (F08)."""
    payment = _checkout(shop)
    ref = payment.ref
    _rename(shop, payment, "lb_not_yet")
    assert shop.send(paid_claim(payment)).status is WebhookStatus.WAITING
    _rename(shop, payment, ref)
    shop.work()
    assert shop.payment(payment).status is PaymentStatus.CAPTURED


def _rename(shop: Shop, payment: Payment, ref: str) -> None:
    mine = sa.and_(PAYMENTS.c.seller_id == payment.seller_id, PAYMENTS.c.id == payment.id)
    shop.run(lambda tx: tx.connection.execute(sa.update(PAYMENTS).where(mine).values(ref=ref)))


def test_an_event_that_nobody_knows_is_given_up_after_a_while(shop: Shop) -> None:
    result = shop.send({**paid_claim(_checkout(shop)), "ref": f"lb_{new_id().hex}"})
    assert result.status is WebhookStatus.WAITING
    shop.work(minutes=180)
    found = shop.run(lambda tx: tx.billing.webhooks.page())
    assert [(event.status, event.reason) for event in found] == [
        (WebhookStatus.UNMATCHED, "nothing here carries its reference")
    ]


def test_a_gateway_that_can_be_asked_decides(shop: Shop) -> None:
    """The webhook claims that it was captured; the gateway says that it is still pending."""
    invoice, method = shop.issue("12.50"), shop.method("pm_slow")
    payment = shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    shop.engine.run_due()
    shop.send(paid_claim(payment), account="pay")
    assert shop.payment(payment).status is PaymentStatus.PENDING
    shop.world().settle(payment.ref)
    shop.send(paid_claim(payment, "declined"), account="pay")
    assert shop.payment(payment).status is PaymentStatus.CAPTURED


def test_a_gateway_that_cannot_be_asked_now_is_asked_later(shop: Shop) -> None:
    invoice, method = shop.issue("12.50"), shop.method("pm_slow")
    payment = shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    shop.engine.run_due()
    shop.world().settle(payment.ref)
    shop.world().script(Fault(method="find", what="timeout"))
    assert [result.status for result in shop.deliver()] == [WebhookStatus.WAITING]
    shop.work()
    assert shop.payment(payment).status is PaymentStatus.CAPTURED
    assert {event.status for event in shop.run(lambda tx: tx.billing.webhooks.page())} <= {
        WebhookStatus.APPLIED,
        WebhookStatus.STALE,
    }


def test_a_refund_is_finished_by_its_webhook(shop: Shop) -> None:
    payment = _checkout(shop)
    shop.send(paid_claim(payment))
    shop.world("blind").script(Fault(method="refund", what="timeout", when="before"))
    asked = shop.run(lambda tx: refund(tx, payment.id, Decimal("12.50"), "a bad day"))
    claim = {"ref": asked.ref, "state": "succeeded", "amount": "12.50", "currency": "EUR", "transaction": "re_1"}
    assert shop.send(claim, type="refund.updated").status is WebhookStatus.APPLIED
    assert shop.payment(payment).status is PaymentStatus.REFUNDED
    assert shop.send({**claim, "state": "failed"}, type="refund.failed").status is WebhookStatus.UNMATCHED
    assert shop.violations() == []


def test_what_is_not_signed_is_rejected_visible_and_changes_nothing(shop: Shop) -> None:
    payment = _checkout(shop)
    headers, body = shop.webhook(paid_claim(payment))
    for bad in (
        ({}, body),
        (headers, body + b" "),
        ({"Fake-Signature": "t=0,v1=00"}, body),
        (headers, b"x" * (webhooks.LARGEST + 1)),
    ):
        with pytest.raises(Unverified):
            receive(shop.engine, "blind", *bad)
    shop.clock.advance(timedelta(seconds=301))
    with pytest.raises(Unverified):
        receive(shop.engine, "blind", headers, body)
    assert shop.payment(payment).status is PaymentStatus.CREATED
    assert len(shop.run(lambda tx: tx.billing.webhooks.rejected())) == 5
    assert shop.run(lambda tx: tx.billing.webhooks.page()) == []
    # and a genuine one is not blocked by them
    assert shop.send(paid_claim(payment)).status is WebhookStatus.APPLIED


def test_the_list_of_rejected_webhooks_is_capped_and_short_lived(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "REJECTS_KEPT", 3)

    def reject() -> None:
        with pytest.raises(Unverified):
            receive(shop.engine, "blind", {}, b"{}")

    for _ in range(5):
        reject()
    assert len(shop.run(lambda tx: tx.billing.webhooks.rejected())) == 3
    shop.clock.advance(timedelta(days=8))
    reject()
    assert len(shop.run(lambda tx: tx.billing.webhooks.rejected())) == 1


def test_an_account_that_is_not_configured_is_not_found(shop: Shop) -> None:
    with pytest.raises(NotFound):
        receive(shop.engine, "nowhere", {}, b"{}")


def test_a_late_decline_is_not_an_answer_to_money_by_hand(shop: Shop) -> None:
    payment = _checkout(shop)
    shop.run(lambda tx: record_manual(tx, payment.invoice_id, Decimal("12.50"), "transfer 1"))
    shop.send(paid_claim(payment, "declined"))
    assert shop.run(lambda tx: tx.billing.invoices.state(payment.invoice_id)).status is InvoiceStatus.PAID
    assert shop.violations() == []


UNSTORABLE = [{"ref": "a\ud800"}, {"transaction": "a\x00b"}, {"invoice": "a\nb"}]


def test_a_signed_webhook_that_no_database_can_keep_is_rejected_and_visible(shop: Shop) -> None:
    payment = _checkout(shop)
    for change in UNSTORABLE:
        with pytest.raises(Unverified):
            shop.send({**paid_claim(payment), **change})
    assert shop.payment(payment).status is PaymentStatus.CREATED
    assert len(shop.run(lambda tx: tx.billing.webhooks.rejected())) == len(UNSTORABLE)
    assert shop.run(lambda tx: tx.billing.webhooks.page()) == []


def test_a_card_number_in_the_type_of_an_event_is_not_stored(shop: Shop) -> None:
    shop.send(paid_claim(_checkout(shop)), type="4242424242424242")
    (event,) = shop.run(lambda tx: tx.billing.webhooks.page())
    assert event.event_type == "[card …4242]"
