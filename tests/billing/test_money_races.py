"""Many at once on the servers' databases: numbers, webhooks, and ways of paying that meet."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from tests.billing.credits.test_at_issue import another
from tests.billing.shop import Shop, paid_claim

from larabill_billing.credits import goodwill
from larabill_billing.credits.documents import issue as issue_paid
from larabill_billing.credits.expiry import LotToExpire, expire_lot
from larabill_billing.credits.handlers import spend
from larabill_billing.invoicing.handlers import issue
from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.payments.handlers import charge_invoice, open_checkout, record_manual
from larabill_billing.payments.model import WebhookStatus
from larabill_billing.payments.refunds import refund
from larabill_billing.payments.top_up import record_top_up
from larabill_billing.payments.webhooks import receive
from larabill_core.errors import Conflict
from larabill_core.ids import new_id

pytestmark = pytest.mark.parametrize("database_kind", ["mariadb", "postgresql"], indirect=True)


def _together(*work: Callable[[], Any]) -> list[Any]:
    """What each returned, all begun at the same moment in threads of their own."""
    barrier = Barrier(len(work))

    def begin(each: Callable[[], Any]) -> Any:
        barrier.wait()
        return each()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(begin, work))


def test_numbers_have_no_gap_when_many_issue(shop: Shop) -> None:
    def issue_some() -> list[int]:
        found: list[int] = []
        for size in (1, 3, 2):
            requests = [shop.request("1.00") for _ in range(size)]
            found += [invoice.sequence for invoice in shop.run(partial(issue, requests=requests))]
        return found

    numbers = [number for some in _together(*[issue_some] * 8) for number in some]
    assert sorted(numbers) == list(range(1, 49))
    assert shop.violations() == []


def test_one_webhook_on_many_threads_has_one_effect(shop: Shop) -> None:
    invoice = shop.issue("12.50")
    payment = shop.run(lambda tx: open_checkout(tx, invoice.id, "blind"))
    same = shop.webhook(paid_claim(payment))
    others = [shop.webhook(paid_claim(payment), type=f"payment.{number}") for number in range(4)]
    sent = [same] * 12 + others
    results = _together(*[partial(receive, shop.engine, "blind", headers, body) for headers, body in sent])
    assert sum(result.status is WebhookStatus.APPLIED and not result.duplicate for result in results) == 1
    assert shop.published("PaymentCaptured") == 1
    assert shop.credit() == 0
    assert shop.violations() == []


def test_ways_of_paying_that_meet_leave_no_money_unexplained(shop: Shop) -> None:
    method = shop.method()
    for round in range(5):
        invoice = shop.issue("12.50")
        before = shop.credit()
        checkout = shop.run(partial(open_checkout, invoice_id=invoice.id, account="blind"))
        shop.run(partial(charge_invoice, invoice_id=invoice.id, method_id=method.id))
        headers, body = shop.webhook(paid_claim(checkout))
        by_hand = partial(record_manual, invoice_id=invoice.id, amount=Decimal("12.50"), reference=f"transfer {round}")
        _together(
            partial(receive, shop.engine, "blind", headers, body),
            shop.engine.run_due,
            partial(shop.run, by_hand),
        )
        shop.work()
        assert shop.state(invoice).status is InvoiceStatus.PAID
        # the charge may have been withdrawn in time
        assert shop.credit() - before in (Decimal("12.50"), Decimal("25.00"))
    assert shop.published("InvoicePaid") == 5
    assert shop.violations() == []


def test_charges_of_one_invoice_that_meet_are_one(shop: Shop) -> None:
    invoice, method = shop.issue("12.50"), shop.method()

    def charge() -> bool:
        try:
            shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
        except Conflict:
            return False
        return True

    assert sum(_together(*[charge] * 8)) == 1


def test_refunds_that_meet_never_give_back_too_much(shop: Shop) -> None:
    invoice = shop.issue("12.50")
    payment = shop.run(lambda tx: record_manual(tx, invoice.id, Decimal("12.50"), "transfer 1"))

    def give_back() -> bool:
        try:
            shop.run(lambda tx: refund(tx, payment.id, Decimal("5.00"), "a bad day"))
        except Conflict:
            return False
        return True

    assert sum(_together(*[give_back] * 8)) == 2
    assert shop.violations() == []


def test_credit_that_is_spent_on_many_threads_is_spent_once(shop: Shop) -> None:
    for expires_on in (None, date(2026, 3, 1)):
        give(shop, "5.00", expires_on)
    invoices = [shop.issue("4.00") for _ in range(8)]
    taken = _together(*[partial(shop.run, partial(spend, invoice_id=invoice.id)) for invoice in invoices])
    assert sum(taken, Decimal(0)) == Decimal("10.00")
    assert sorted(shop.state(invoice).balance for invoice in invoices)[:3] == [0, 0, Decimal("2.00")]
    assert shop.credit() == 0
    assert shop.violations() == []


def test_batches_that_meet_use_credit_once(shop: Shop) -> None:
    payers = [another(shop) for _ in range(6)]
    for each in payers:
        give(each, "10.00")
    ids = [each.customer.id for each in payers]

    def batch(order: list[Shop]) -> None:
        requests = [each.request("4.00") for each in order]
        shop.run(lambda tx: issue_paid(tx, requests, spend_of=ids))

    _together(*[partial(batch, order) for order in (payers, payers[::-1], payers[3:] + payers[:3])])
    balances = sorted(state.balance for _, state in shop.run(lambda tx: tx.billing.invoices.page(limit=100)))
    assert balances == [0] * 12 + [Decimal("2.00")] * 6
    assert [each.credit() for each in payers] == [0] * 6
    assert shop.violations() == []


def test_all_ways_to_use_credit_meet_and_none_uses_it_twice(shop: Shop) -> None:
    method = shop.method()
    for round in range(4):
        top_up = shop.run(
            partial(record_top_up, customer_id=shop.customer.id, amount=Decimal("5.00"), transfer=f"top-up {round}")
        )
        lot = give(shop, "5.00", date(2026, 2, 2) + timedelta(days=2 * round))
        invoice = shop.issue("7.00")
        checkout = shop.run(partial(open_checkout, invoice_id=invoice.id, account="blind"))
        shop.run(partial(charge_invoice, invoice_id=invoice.id, method_id=method.id))
        shop.clock.set(shop.clock.now() + timedelta(days=2))
        headers, body = shop.webhook(paid_claim(checkout))
        _together(
            shop.engine.run_due,
            partial(receive, shop.engine, "blind", headers, body),
            partial(shop.run, partial(spend, invoice_id=invoice.id)),
            partial(shop.run, partial(expire_lot, payload=LotToExpire(lot_id=lot.id))),
            tried(shop, partial(goodwill.revoke, lot_id=lot.id, reason="tried")),
            tried(shop, partial(refund, payment_id=top_up.id, amount=Decimal("5.00"), reason="tried")),
        )
        shop.work()
        assert shop.state(invoice).status is InvoiceStatus.PAID
        assert shop.violations() == []
    assert sum(shop.balances().values()) == 0


def give(shop: Shop, amount: str, expires_on: date | None = None) -> Any:
    wanted = {"grant_uuid": new_id(), "currency": "EUR", "reason": "an outage", "expires_on": expires_on}
    return shop.run(partial(goodwill.give, customer_id=shop.customer.id, amount=Decimal(amount), **wanted))


def tried(shop: Shop, what: Callable[..., Any]) -> Callable[[], Any]:
    """A conflict is an answer too."""

    def attempt() -> Any:
        try:
            return shop.run(what)
        except Conflict:
            return None

    return attempt
