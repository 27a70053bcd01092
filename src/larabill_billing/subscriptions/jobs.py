"""The jobs and schedules of this feature."""

from __future__ import annotations

from datetime import timedelta

from larabill_billing.subscriptions.instalments import DueInstalments, PlanMissed
from larabill_billing.subscriptions.late import LateUsageDue
from larabill_billing.subscriptions.migrate import PlanMigration
from larabill_billing.subscriptions.return_unused import UnusedTime
from larabill_core.jobs import Handler, Schedule
from larabill_core.published import (
    InvoicePaid,
    ServiceActivated,
    ServiceEnded,
    ServiceFailed,
    ServiceResumed,
    ServiceSuspended,
)

_RENEW = "larabill_billing.subscriptions.renew"
_INSTALMENTS = "larabill_billing.subscriptions.instalments"
_REACTIONS = "larabill_billing.subscriptions.reactions"

HANDLERS = (
    Handler(name="billing.renew", target=f"{_RENEW}:renew"),
    Handler(name="billing.renew_batch", target=f"{_RENEW}:renew_batch"),
    Handler(name="billing.late_usage", target=f"{_RENEW}:bill_late", payload=LateUsageDue),
    Handler(name="billing.instalments", target=f"{_INSTALMENTS}:instalments"),
    Handler(name="billing.instalments_of_seller", target=f"{_INSTALMENTS}:of_seller", payload=DueInstalments),
    Handler(name="billing.break_plan", target=f"{_INSTALMENTS}:break_missed", payload=PlanMissed),
    Handler(
        name="billing.migrate_plan",
        target="larabill_billing.subscriptions.migrate:migrate_batch",
        payload=PlanMigration,
    ),
    Handler(
        name="billing.return_unused",
        target="larabill_billing.subscriptions.return_unused:return_unused",
        payload=UnusedTime,
    ),
    Handler(name="billing.on_service_activated", target=f"{_REACTIONS}:on_activated", payload=ServiceActivated),
    Handler(name="billing.on_service_suspended", target=f"{_REACTIONS}:on_suspended", payload=ServiceSuspended),
    Handler(name="billing.on_service_resumed", target=f"{_REACTIONS}:on_resumed", payload=ServiceResumed),
    Handler(name="billing.on_service_failed", target=f"{_REACTIONS}:on_failed", payload=ServiceFailed),
    Handler(name="billing.order_waiting_services", target=f"{_REACTIONS}:on_invoice_paid", payload=InvoicePaid),
    Handler(name="billing.on_service_ended", target=f"{_REACTIONS}:on_ended", payload=ServiceEnded),
)

SCHEDULES = (
    Schedule(name="billing.renew", handler="billing.renew", every=timedelta(hours=1)),
    Schedule(name="billing.instalments", handler="billing.instalments", every=timedelta(hours=6)),
)
