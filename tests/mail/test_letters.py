from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from tests.conftest import OpenTestEngine
from tests.mail.conftest import Box

from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.customers.model import NewCustomer
from larabill_billing.module import MODULE as BILLING
from larabill_billing.orders.model import NewItem, PlaceOrder
from larabill_billing.periods.cycle import Cycle
from larabill_core.engine import Engine
from larabill_core.errors import ConfigurationError
from larabill_core.ids import new_id
from larabill_core.jobs import JobStatus
from larabill_core.manifest import check_manifest
from larabill_core.published import (
    AgreementSuspended,
    PaymentMethodNeeded,
    PaymentReminderDue,
    PaymentUpcoming,
    PromiseBroken,
)
from larabill_core.testing.clock import ManualClock
from larabill_mail.module import MODULE

CATALOG = """
[[plans]]
code = "support"
name = "Support"
release = "placed"
prices.EUR = { monthly = "20.00" }

[[plans]]
code = "free"
name = "Free"
prices.EUR = { monthly = "0" }
"""
SELLER = {"name": "Nordlicht", "country": "DE", "currency": "EUR"}


@pytest.fixture
def engine(open_test_engine: OpenTestEngine, box: Box) -> Engine:
    mail = {"host": "127.0.0.1", "port": box.port, "sender": "billing@nordlicht.example", "encryption": "none"}
    return open_test_engine(BILLING, MODULE, settings={"billing": {"seller": SELLER}, "mail": mail})


def order(engine: Engine, plan: str, *, language: str = "de") -> tuple[UUID, UUID]:
    """Seller and invoice of a new order."""
    billing = engine.billing
    seller = billing.default_seller()
    billing.catalog.load(seller, parse_catalog(CATALOG))
    new = NewCustomer(name="Mira", email="mira@example.com", country="DE", language=language)
    customer = billing.customers.create(seller, new)
    item = NewItem(plan_code=plan, cycle=Cycle.MONTHLY)
    wanted = PlaceOrder(order_uuid=new_id(), customer_id=customer.id, currency="EUR", items=(item,))
    placed = billing.orders.place(seller, wanted)
    engine.run_due()
    return seller, placed.invoice_id


def test_payment_is_thanked_for_once_in_the_customers_language(engine: Engine, box: Box) -> None:
    seller, invoice = order(engine, "support")
    assert box.got == []
    engine.billing.payments.record_manual(seller, invoice, Decimal("20.00"), "bank 1")
    engine.run_due()
    engine.run_due()
    [(recipients, mail)] = box.got
    assert recipients == ["mira@example.com"]
    assert mail["Subject"] == "Danke: Ihre Zahlung ist eingegangen"
    assert "INV-000001" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_invoice_that_costs_nothing_is_not_thanked_for(engine: Engine, box: Box) -> None:
    order(engine, "free")
    assert box.got == []


def test_overdue_invoice_is_reminded_of(engine: Engine, box: Box, clock: ManualClock) -> None:
    order(engine, "support", language="en")
    clock.advance(timedelta(days=12))
    engine.run_due()
    [(_, mail)] = box.got
    assert mail["Subject"] == "Reminder: an invoice is waiting for payment"
    assert "€20.00" in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("language", "subjects"),
    [
        ("en", ["Reminder 2: an invoice is waiting for payment", "Please store another payment method"]),
        ("de", ["2. Erinnerung: eine Rechnung wartet auf Zahlung", "Bitte hinterlegen Sie ein anderes Zahlungsmittel"]),
    ],
)
def test_each_thing_about_an_unpaid_invoice_has_its_letter(
    engine: Engine, box: Box, language: str, subjects: list[str]
) -> None:
    seller, invoice_id = order(engine, "support", language=language)
    invoice, _ = engine.billing.invoices.get(seller, invoice_id)
    about: dict[str, Any] = {
        "seller_id": seller,
        "occurred_at": engine.clock.now(),
        "invoice_id": invoice_id,
        "customer_id": invoice.customer_id,
    }
    events = (
        PaymentReminderDue(**about, step=3, number=2),
        PaymentMethodNeeded(**about),
        PaymentUpcoming(**about, due_on=invoice.due_on, number=1),
        AgreementSuspended(**about, subscription_id=invoice_id),
        PromiseBroken(**about),
    )
    engine.run(lambda tx: tx.publish(*events), seller=seller)
    engine.run_due()
    told = {str(mail["Subject"]) for _, mail in box.got}
    assert len(told) == len(events)
    assert told >= set(subjects)
    for _, mail in box.got:
        for kind in ("plain", "html"):
            text = mail.get_body((kind,)).get_content()  # type: ignore[union-attr]
            assert "20" in text
            assert "Mira" in text


def test_invoice_that_was_paid_meanwhile_is_not_reminded_of(engine: Engine, box: Box, clock: ManualClock) -> None:
    seller, invoice = order(engine, "support")
    clock.advance(timedelta(days=12))
    while not engine.run(lambda tx: tx.jobs.list(queue="mail")):
        engine.tick()
        engine.work_once(queues=["default"])
    engine.billing.payments.record_manual(seller, invoice, Decimal("20.00"), "bank 1")
    engine.run_due()
    assert [mail["Subject"] for _, mail in box.got] == ["Danke: Ihre Zahlung ist eingegangen"]


def test_address_that_the_server_refuses_waits_for_a_person(engine: Engine, box: Box) -> None:
    seller, invoice = order(engine, "support")
    box.rcpt_reply = "550 no such user"
    engine.billing.payments.record_manual(seller, invoice, Decimal("20.00"), "bank 1")
    engine.run_due()
    [job] = engine.run(lambda tx: tx.jobs.list(queue="mail"))
    assert job.status is JobStatus.PARKED
    assert "550" in job.last_error
    assert "mira" not in job.last_error


def test_server_that_is_busy_is_tried_again(engine: Engine, box: Box, clock: ManualClock) -> None:
    seller, invoice = order(engine, "support")
    box.rcpt_reply = "450 later"
    engine.billing.payments.record_manual(seller, invoice, Decimal("20.00"), "bank 1")
    engine.run_due()
    assert box.got == []
    box.rcpt_reply = ""
    clock.advance(timedelta(hours=1))
    engine.run_due()
    assert len(box.got) == 1


def test_module_demands_the_mail_table_and_tells_each_fault_once() -> None:
    data: dict[str, Any] = {"larabill": {"database": "sqlite://", "modules": ["billing", "mail"]}, "mail": {"port": 1}}
    with pytest.raises(ConfigurationError) as caught:
        check_manifest(data, installed={"billing": BILLING, "mail": MODULE}, drivers={})
    assert [fault.path for fault in caught.value.faults] == ["mail.host", "mail.sender"]
