"""The module `mail`: letters to customers about what happens to their invoices and services."""

from __future__ import annotations

from larabill_core.jobs import Handler
from larabill_core.manifest import MailSettings
from larabill_core.module import Module
from larabill_core.published import InvoicePaid, PaymentReminderDue, ServiceActivated

QUEUE = "mail"

_LETTERS = "larabill_mail.letters"

MODULE = Module(
    name="mail",
    requires=("billing",),
    handlers=(
        Handler(
            name="mail.reminder",
            target=f"{_LETTERS}:remind",
            payload=PaymentReminderDue,
            queue=QUEUE,
            external=True,
        ),
        Handler(name="mail.receipt", target=f"{_LETTERS}:receipt", payload=InvoicePaid, queue=QUEUE, external=True),
        Handler(name="mail.access", target=f"{_LETTERS}:access", payload=ServiceActivated, queue=QUEUE, external=True),
    ),
    settings=MailSettings,
)
