"""What customers and sellers of the estate have: of each kind one thing, in the state in which its sample succeeds.

A thing's name ends in its kind: `second draft` is a draft.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import attrs
from tests.billing.market import Market, item

from larabill_billing.bank.handlers import import_lines, match
from larabill_billing.customers.model import NewCustomer
from larabill_billing.dunning import pauses
from larabill_billing.invoicing.instalments import Instalment
from larabill_billing.payments.settle import review
from larabill_billing.periods.cycle import Cycle
from larabill_billing.subscriptions import change as changing
from larabill_billing.subscriptions.changes import Cancel, ChangeCycle
from larabill_billing.subscriptions.redeem import apply_code
from larabill_billing.tax.handlers import NewExemption
from larabill_billing.vouchers.handlers import NewVouchers
from larabill_core.access import Actor
from larabill_core.ids import new_id
from larabill_core.jobs import NewJob
from larabill_core.privacy import Secret
from larabill_drivers.world import FakeWorld
from larabill_provisioning.credentials.handlers import put_credential
from larabill_provisioning.credentials.model import Scope
from larabill_provisioning.resources import commands
from larabill_provisioning.resources.states import ResourceStatus

BANK: Final = "main"
"""The bank account of every seller."""
VAT_ID: Final = "FR40303265045"
COUPON: Final = {"name": "Spring", "percent": "10"}
LINE: Final = {"description": "x", "quantity": "1", "unit_price": "10.00"}


def of_customer(market: Market, me: Actor, staff: Actor, gateway: str) -> dict[str, UUID]:
    """What the customer of the market has; `me` is who asked for each change."""
    return {"customer": market.customer} | _agreements(market, me, staff) | _money(market, gateway)


def of_seller(market: Market, staff: Actor, world: str) -> dict[str, UUID | str]:
    """What only staff of the market's seller deal with. `world` is what their provider knows."""
    billing, seller, me = market.engine.billing, market.seller, market.customer
    business = NewCustomer(name="Cleo", email="cleo@example.com", country="FR", tax_id=VAT_ID)
    second = billing.customers.create(seller, business).id
    friend = billing.customers.create(seller, NewCustomer(name="Dan", email="dan@example.com", country="DE")).id
    billing.referrals.refer(seller, me, friend)
    mark = market.customer.hex[-8:].upper()
    billing.coupons.create(seller, {**COUPON, "codes": [f"WELCOME-{mark}"]})
    market.run(lambda tx: apply_code(tx, f"WELCOME-{mark}", customer_id=me))
    batch = NewVouchers(batch_uuid=new_id(), name="Fair", count=1, amount=Decimal(20), currency="EUR")
    waits = NewJob(handler="core.purge_jobs", seller_id=seller, run_at=market.clock.now() + timedelta(days=9))
    market.run(lambda tx: tx.enqueue(waits))
    market.engine.run(
        lambda tx: put_credential(tx, "dns", "fake", {"token": Secret("t")}, Scope.SYSTEM), seller=seller, actor=staff
    )
    bank = _bank(market)
    lot = billing.credits.grant(seller, me, Decimal(5), "EUR", "sorry", grant_uuid=new_id())
    return bank | {
        "second customer": second,
        "exemption": billing.taxes.exempt(seller, second, NewExemption(reason="charity")).id,
        "coupon": billing.coupons.create(seller, {**COUPON, "codes": [f"SPRING-{mark}"]}).id,
        "coupon_code": f"SPRING-{mark}",
        "code": billing.vouchers.issue(seller, batch).codes[0].reveal(),
        "lot": lot.id,
        "job": next(job.id for job in market.jobs(waits.handler) if job.seller_id == seller),
        "driver_ref": _stands_there(market, world),
    }


def _agreements(market: Market, me: Actor, staff: Actor) -> dict[str, UUID]:
    """Orders and what became of them."""
    engine, seller = market.engine, market.seller

    def change(subscription_id: UUID, wanted: Any, when: Any) -> None:
        engine.run(lambda tx: changing.change(tx, subscription_id, wanted, when), seller=seller, actor=me)

    paid, renewed, leaving, held = (market.pay_order() for _ in range(4))
    failed, unpaid = market.place(item("free")), market.place(item())
    market.work()
    subscription, planned = market.subscription(paid), market.subscription(renewed).id
    change(planned, ChangeCycle(cycle=Cycle.ANNUAL), subscription.billed_to)
    change(market.subscription(leaving).id, Cancel(), "period_end")
    stuck = attrs.evolve(market.subscription(held), held_reason="its plan has no such price")
    market.run(lambda tx: tx.billing.subscriptions.save_many([stuck]))
    built, broken, stopped = (
        market.run(lambda tx, order=order: tx.provisioning.resources.for_order(order.id))[0].id
        for order in (paid, failed, held)
    )
    engine.run(lambda tx: commands.suspend(tx, stopped), seller=seller, actor=staff)
    market.work()
    return {
        "order": unpaid.id,
        "failed order": failed.id,
        "invoice": some(unpaid.invoice_id),
        "unpaid line": market.run(lambda tx: tx.billing.invoices.get(some(unpaid.invoice_id))).lines[0].id,
        "subscription": subscription.id,
        "item": market.run(lambda tx: tx.billing.subscriptions.living_items([subscription.id]))[subscription.id][0].id,
        "leaving subscription": market.subscription(leaving).id,
        "held subscription": stuck.id,
        "scheduled change": engine.billing.subscriptions.scheduled(seller, planned)[0].id,
        "service": market.services(paid)[0].id,
        "resource": built,
        "failed resource": broken,
        "suspended resource": stopped,
    }


def _money(market: Market, gateway: str) -> dict[str, UUID]:
    """What is paid, how, and what is still to be written."""
    billing, seller, me = market.engine.billing, market.seller, market.customer
    method = billing.payments.add_method(seller, me, gateway, "pm_ok", "Test card").id
    slow = billing.payments.add_method(seller, me, gateway, "pm_slow", "Slow", default=False).id
    charged, by_hand, planned, doubted, lost, waiting = (some(market.place(item()).invoice_id) for _ in range(6))
    payment, disputed = (billing.payments.charge_invoice(seller, each, method) for each in (charged, doubted))
    unclear = billing.payments.charge_invoice(seller, lost, slow)
    manual = billing.payments.record_manual(seller, by_hand, Decimal("2.00"), f"transfer of {me.hex}")
    market.work()
    market.run(lambda tx: review(tx, tx.billing.payments.get(unclear.id, lock=True), "the gateway does not say"))
    owed = market.run(lambda tx: tx.billing.invoices.state(planned)).balance
    parts = [Instalment(due_on=date(2026, 3, day), amount=owed / 2) for day in (1, 20)]
    billing.invoices.agree_plan(seller, planned, parts)
    market.run(lambda tx: pauses.pause(tx, waiting, "asked for"))
    market.run(lambda tx: pauses.promise(tx, waiting, date(2026, 2, 20), "on the telephone"))
    billing.credits.set_top_up(seller, me, Decimal("5.00"), Decimal("20.00"))
    drawn, second_drawn = (
        billing.drafts.issue(seller, billing.drafts.create(seller, me, {"lines": [LINE]}).id) for _ in range(2)
    )
    draft, second_draft = (billing.drafts.create(seller, me, {"lines": [LINE, LINE]}) for _ in range(2))
    return {
        "payment method": method,
        "payment": payment.id,
        "manual payment": manual.id,
        "unclear payment": unclear.id,
        "drawn invoice": drawn.id,
        "paid line": market.run(lambda tx: tx.billing.invoices.get(charged)).lines[0].id,
        "second drawn invoice": second_drawn.id,
        "planned invoice": planned,
        "waiting invoice": waiting,
        "draft": draft.id,
        "second draft": second_draft.id,
        "draft line": draft.content["lines"][0].id,
        "dispute": billing.disputes.open(seller, disputed.id, f"dp_{me.hex}", Decimal("1.00")).id,
    }


def _bank(market: Market) -> dict[str, UUID]:
    """Two lines of a statement, one of which pays an invoice."""
    rows = [f"{name},2026-01-31,14.00,{name}" for name in ("open", "matched")]
    content = "\n".join(["id,date,amount,text", *rows]).encode()
    paid = some(market.place(item()).invoice_id)
    market.run(lambda tx: import_lines(tx, BANK, content))
    lines = {line.bank_id: line.id for line in market.run(lambda tx: tx.billing.bank_lines.page(limit=10))}
    market.run(lambda tx: match(tx, lines["matched"], [paid]))
    return {"bank line": lines["open"], "matched bank line": lines["matched"]}


def _stands_there(market: Market, world: str) -> str:
    """What the provider has under the ref of a resource whose create failed."""
    failed = market.run(lambda tx: tx.provisioning.resources.list(status=ResourceStatus.FAILED, limit=1))[0]
    with FakeWorld.open(world).transaction() as tx:
        return tx.make("resource", account="acme", ref=failed.ref, key="", body={"status": "active"}).id


def some(value: UUID | None) -> UUID:
    """What must be there."""
    assert value is not None
    return value
