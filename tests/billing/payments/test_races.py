"""Refunds, disputes and payments of several invoices that meet, on the servers' databases (I1, I7)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from threading import Barrier
from typing import Any

import attrs
import pytest
from tests.billing.shop import SECRET, Shop, paid_claim

from larabill_billing.bank.handlers import book, import_lines, judge
from larabill_billing.bank.settings import BankAccount
from larabill_billing.invoicing.model import Invoice, InvoiceStatus
from larabill_billing.payments.disputes import decide, open_dispute
from larabill_billing.payments.handlers import charge_invoice, charge_invoices, open_checkout_for, record_manual
from larabill_billing.payments.model import Part, Payment
from larabill_billing.payments.refunds import refund
from larabill_billing.payments.webhooks import receive
from larabill_core.errors import Conflict, InvalidInput
from larabill_core.privacy import Secret

pytestmark = pytest.mark.parametrize("database_kind", ["mariadb", "postgresql"], indirect=True)


def together(*work: Callable[[], Any]) -> list[Any]:
    """What each returned, or how it was refused, as when all is paid by then; all begun at the same moment."""
    barrier = Barrier(len(work))

    def begin(each: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return each()
        except (Conflict, InvalidInput) as problem:
            return problem

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(begin, work))


def charged(shop: Shop, amount: str = "12.50") -> Payment:
    invoice, method = shop.issue(amount), shop.method()
    payment = shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    shop.work()
    shop.deliver()
    return shop.payment(payment)


def paid_by(shop: Shop, payment: Payment) -> Invoice:
    found: Invoice = shop.run(lambda tx: tx.billing.invoices.get(payment.invoice_id))
    return found


def test_refunds_of_all_of_it_that_meet_are_one(shop: Shop) -> None:
    payment = charged(shop)
    give_back = partial(shop.run, lambda tx: refund(tx, payment.id, None, "sorry"))
    found = together(*[give_back] * 6)
    assert sum(not isinstance(each, Conflict) for each in found) == 1
    shop.work()
    assert len(shop.world().refunds()) == 1
    assert shop.balances() == {}
    assert shop.violations() == []


def test_a_click_that_is_repeated_is_one_refund(shop: Shop) -> None:
    payment = charged(shop)
    click = partial(shop.run, lambda tx: refund(tx, payment.id, Decimal("2.50"), "sorry", key="click"))
    found = together(*[click] * 8)
    assert len({each.id for each in found}) == 1
    shop.work()
    assert len(shop.world().refunds()) == 1
    assert shop.violations() == []


def test_of_a_refund_and_a_dispute_that_meet_no_cent_goes_twice(shop: Shop) -> None:
    for number in range(4):
        payment = charged(shop)
        give_back = partial(shop.run, lambda tx, id=payment.id: refund(tx, id, None, "sorry"))
        dispute = partial(
            shop.run, lambda tx, id=payment.id, n=number: open_dispute(tx, id, f"dp_{n}", Decimal("12.50"))
        )
        refunded, disputed = together(give_back, dispute)
        assert not isinstance(disputed, Conflict)
        shop.run(lambda tx, d=disputed: decide(tx, d.id, "lose"))
        shop.work()
        owed = shop.state(paid_by(shop, payment))
        assert owed.balance == (Decimal("12.50") if isinstance(refunded, Conflict) else Decimal(0))
    assert shop.violations() == []


@pytest.mark.parametrize("end", ["won", "lost"])
def test_a_webhook_of_a_dispute_that_comes_sixteen_times_has_one_effect(shop: Shop, end: Any) -> None:
    payment = charged(shop)
    shop.world().decide_dispute(shop.world().dispute(payment.ref), end)
    sent: list[Any] = []

    shop.world().deliver_webhooks(
        lambda headers, body: sent.append((dict(headers), body)),
        secret=Secret(SECRET),
        at=shop.clock.now(),
        account="pay",
        times=8,
    )
    assert len(sent) == 16
    together(*[partial(receive, shop.engine, "pay", headers, body) for headers, body in sent])
    (dispute,) = shop.run(lambda tx: tx.billing.disputes.page())
    assert dispute.status.value == end
    assert shop.balances()["dispute_fees:pay"] == Decimal("15.00")
    assert shop.violations() == []


def test_one_payment_for_several_meets_payments_of_each(shop: Shop) -> None:
    method = shop.method()
    for number in range(4):
        invoices = [shop.issue("10.00") for _ in range(3)]
        pays = [Part(invoice_id=each.id, amount=each.total) for each in invoices]
        checkout = shop.run(lambda tx, p=pays: open_checkout_for(tx, p, "blind"))
        headers, body = shop.webhook(paid_claim(checkout))
        before = shop.credit()
        together(
            partial(receive, shop.engine, "blind", headers, body),
            partial(
                shop.run,
                lambda tx, i=invoices[2], n=number: record_manual(tx, i.id, Decimal("10.00"), f"transfer {n}"),
            ),
            partial(shop.run, lambda tx, p=pays: charge_invoices(tx, p[::-1], method.id)),
        )
        shop.work()
        assert {shop.state(each).status for each in invoices} == {InvoiceStatus.PAID}
        assert shop.credit() - before == Decimal("10.00")
    assert shop.violations() == []


def test_a_bank_line_that_is_matched_by_many_is_booked_once(shop: Shop) -> None:
    settings = shop.engine.manifest.settings
    settings["billing"] = attrs.evolve(settings["billing"], bank=(BankAccount(name="main", currency="EUR"),))
    invoice = shop.issue("12.50")
    content = f"id,date,amount,text\nA1,2026-02-03,12.50,{invoice.number}\n".encode()
    found = together(*[partial(shop.run, lambda tx: import_lines(tx, "main", content))] * 4)
    assert sum(each.new for each in found) == 1
    ((line_id, verdict),), _, _ = shop.run(judge)
    booked = together(*[partial(shop.run, lambda tx: book(tx, line_id, verdict.pays))] * 6)
    assert booked.count(True) == 1
    assert shop.state(invoice).status is InvoiceStatus.PAID
    assert shop.violations() == []
