"""A customer's credit pays what a renewal bills, in the transaction that issues it."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

from tests.billing.subscriptions.stage import Stage, item

from larabill_billing.credits.handlers import grant
from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.payments.disputes import decide, open_dispute
from larabill_billing.payments.handlers import charge_invoice
from larabill_core.ids import new_id


def give(stage: Stage, amount: str) -> None:
    stage.run(lambda tx: grant(tx, stage.customer, Decimal(amount), "EUR", "goodwill", new_id()))


def test_a_renewal_is_paid_at_once_and_needs_no_job_for_it(stage: Stage) -> None:
    stage.agree(item("duo"))
    for amount in ("5.00", "30.00"):
        give(stage, amount)
    before = jobs(stage)
    stage.to(date(2026, 2, 28))
    state = max(stage.invoices(), key=lambda each: each[0].id)[1]
    assert (state.status, stage.credit()) == (InvoiceStatus.PAID, Decimal("10.00"))
    assert jobs(stage)["billing.collect"] == before["billing.collect"]
    stage.to(date(2026, 3, 31))
    state = max(stage.invoices(), key=lambda each: each[0].id)[1]
    assert (state.status, state.balance, stage.credit()) == (InvoiceStatus.ISSUED, Decimal("15.00"), 0)
    stage.check()


def jobs(stage: Stage) -> Counter[str]:
    return Counter(job.handler for job in stage.engine.run(lambda tx: tx.jobs.list(limit=1000)))


def test_credit_waits_while_a_dispute_stands_and_is_used_afterwards(stage: Stage) -> None:
    order = stage.order(item("duo"))
    stage.engine.billing.payments.add_method(stage.seller, stage.customer, "pay", "pm_ok", "Test card")
    method = stage.run(lambda tx: tx.billing.payment_methods.defaults([stage.customer]))[stage.customer]
    payment = stage.run(lambda tx: charge_invoice(tx, order.invoice_id, method.id))
    stage.work()
    give(stage, "40.00")
    dispute = stage.run(lambda tx: open_dispute(tx, payment.id, "dp_1", Decimal("25.00")))
    stage.to(date(2026, 2, 28))
    assert (len(stage.invoices()), stage.credit()) == (2, Decimal("40.00"))
    stage.run(lambda tx: decide(tx, dispute.id, "win"))
    stage.to(date(2026, 3, 3))
    assert ({state.status for _, state in stage.invoices()}, stage.credit()) == ({"paid"}, Decimal("15.00"))
    stage.check()
