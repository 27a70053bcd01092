"""The letters. Each is written from the state of now, when its job runs: an invoice paid meanwhile is not reminded of.

A job that is repeated sends the same Message-ID again, so that a mail server or reader can tell that it has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias
from uuid import UUID

from larabill_billing.invoicing.model import DocumentType, InvoiceStatus
from larabill_core.engine import Engine
from larabill_core.errors import ConfigurationError, InvalidInput, Parked
from larabill_core.jobs import Job
from larabill_core.ports.mail import Message
from larabill_core.published import (
    AgreementSuspended,
    InvoicePaid,
    PaymentMethodNeeded,
    PaymentReminderDue,
    PaymentUpcoming,
    PromiseBroken,
    ServiceActivated,
)
from larabill_documents.texts import for_language


def upcoming(engine: Engine, event: PaymentUpcoming, job: Job) -> None:
    """An invoice that will be due."""
    _about_unpaid(engine, "upcoming", event)


def remind(engine: Engine, event: PaymentReminderDue, job: Job) -> None:
    """An overdue invoice. From the second reminder on its subject says which one it is."""
    _about_unpaid(engine, "reminder", event, event.number)


def method_needed(engine: Engine, event: PaymentMethodNeeded, job: Job) -> None:
    """The stored method is no good any more."""
    _about_unpaid(engine, "method_needed", event)


def suspended(engine: Engine, event: AgreementSuspended, job: Job) -> None:
    """A service was taken away for an overdue invoice."""
    _about_unpaid(engine, "suspended", event)


def promise_broken(engine: Engine, event: PromiseBroken, job: Job) -> None:
    """The customer did not pay by the day that they named."""
    _about_unpaid(engine, "promise_broken", event)


def receipt(engine: Engine, event: InvoicePaid, job: Job) -> None:
    """Thanks for a payment; nothing for an invoice that cost nothing, and for a credit note."""
    invoice, _ = engine.billing.invoices.get(event.seller_id, event.invoice_id)
    if invoice.total and invoice.type is not DocumentType.CREDIT_NOTE:
        _about_invoice(engine, "receipt", event)


def access(engine: Engine, event: ServiceActivated, job: Job) -> None:
    """Where the service is found. The first password is no part of it."""
    resource = engine.provisioning.resources.get(event.seller_id, event.resource_id)
    customer = engine.billing.customers.get(event.seller_id, resource.customer_id)
    seller = next(each for each in engine.billing.sellers.list() if each.id == event.seller_id)
    context = {
        "seller": {"name": seller.name},
        "buyer": {"name": customer.name},
        "service": resource.name,
        "facts": dict(resource.facts),
    }
    _send(engine, "access", context, customer.email, customer.language, event.event_id)


AboutUnpaid: TypeAlias = PaymentUpcoming | PaymentReminderDue | PaymentMethodNeeded | AgreementSuspended | PromiseBroken


def _about_unpaid(engine: Engine, letter: str, event: AboutUnpaid, number: int = 1) -> None:
    """Nothing is sent when the invoice was paid or taken back since."""
    _, state = engine.billing.invoices.get(event.seller_id, event.invoice_id)
    if state.status is InvoiceStatus.ISSUED:
        _about_invoice(engine, letter, event, number)


def _about_invoice(engine: Engine, letter: str, event: AboutUnpaid | InvoicePaid, number: int = 1) -> None:
    customer = engine.billing.customers.get(event.seller_id, event.customer_id)
    context = engine.billing.invoices.context(event.seller_id, event.invoice_id)
    _send(engine, letter, context, customer.email, customer.language, event.event_id, number)


def _send(
    engine: Engine,
    letter: str,
    context: Mapping[str, Any],
    address: str,
    language: str,
    event_id: UUID,
    number: int = 1,
) -> None:
    """The `number`-th of its kind, which its subject says from the second on."""
    if engine.mailer is None:
        raise ConfigurationError.one("mail", "is missing", remedy="add a [mail] table, or turn the module mail off")
    words = for_language(language)
    message = Message(
        to=address,
        subject=words[f"{letter}_subject"] if number == 1 else words[f"{letter}_again_subject"].format(number=number),
        text=engine.documents.render(f"mail/{letter}.txt", context, language=language),
        html=engine.documents.render(f"mail/{letter}.html", context, language=language),
        message_id=f"{letter}.{event_id.hex}",
    )
    try:
        engine.mailer.send(message)
    except InvalidInput as problem:
        # trying again does not mend an address: a person has to
        raise Parked(f"the {letter} cannot be sent: {problem}") from problem
