"""Write what was decided about agreements: set-based, whatever their number, in the transaction of the caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record_many
from larabill_billing.audits.model import Change as Audit
from larabill_billing.catalog.stock import give_back, take
from larabill_billing.credits.documents import issue
from larabill_billing.invoicing.model import Charge, Invoice, InvoiceRequest
from larabill_billing.settings import settings_of
from larabill_billing.subscriptions.collect import enqueue_collection
from larabill_billing.subscriptions.grouping import requests_for
from larabill_billing.subscriptions.model import Agreement, Service
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_billing.subscriptions.serving import Served, served, touches_services
from larabill_core.clock import local_date
from larabill_core.messages import Event
from larabill_core.published import (
    ReleasedItem,
    ServiceChangeRequested,
    ServiceEndRequested,
    ServiceResumeRequested,
    ServicesOrdered,
    ServiceSuspendRequested,
)


@attrs.frozen(kw_only=True)
class Decision:
    """An agreement as it is and as it shall be, what that costs, and what the audit says of it."""

    before: Agreement
    after: Agreement
    charges: tuple[Charge, ...] = ()
    action: str
    reason: str = ""
    region: str = ""


def carry_out(tx: SubscriptionsTx, decisions: Sequence[Decision]) -> list[Invoice]:
    """Store the agreements and their items, move their services, issue the invoices and begin to collect them.

    The subscriptions are locked. The answer is empty in a host's transaction, where a job issues the invoices.
    """
    if not decisions:
        return []
    tx.billing.subscriptions.save_many([decision.after.subscription for decision in decisions])
    _save_items(tx, decisions)
    requests = requests_for(
        [(decision.after.subscription, decision.charges) for decision in decisions],
        settings_of(tx),
        {decision.before.subscription.id: local_date(tx.now, decision.before.subscription.time_zone) for decision in decisions},
    )
    _serve(tx, [each for each in decisions if touches_services(each.before, each.after)], requests)
    record_many(tx, [_audit(decision, requests) for decision in decisions])
    invoices = issue(tx, requests)
    enqueue_collection(tx, requests)
    return invoices
