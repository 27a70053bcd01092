"""The module `mail`: letters to customers about what happens to their invoices and services."""

from __future__ import annotations

from larabill_core.jobs import Handler
from larabill_core.manifest import MailSettings
from larabill_core.module import Module
from larabill_core.published import (
    AgreementSuspended,
    InvoicePaid,
    PaymentMethodNeeded,
    PaymentReminderDue,
    PaymentUpcoming,
    PromiseBroken,
    ServiceActivated,
)

QUEUE = "mail"

_LETTERS = "larabill_mail.letters"

_ABOUT = {
    "upcoming": PaymentUpcoming,
    "remind": PaymentReminderDue,
    "method_needed": PaymentMethodNeeded,
    "suspended": AgreementSuspended,
    "promise_broken": PromiseBroken,
    "receipt": InvoicePaid,
    "access": ServiceActivated,
}

MODULE = Module(
    name="mail",
    requires=("billing",),
    handlers=tuple(
        Handler(name=f"mail.{letter}", target=f"{_LETTERS}:{letter}", payload=event, queue=QUEUE, external=True)
        for letter, event in _ABOUT.items()
    ),
    settings=MailSettings,
)
