"""Which charges share an invoice: pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from larabill_billing.invoicing.model import Charge, InvoiceRequest
from larabill_billing.settings import BillingSettings
from larabill_billing.subscriptions.model import Subscription
from larabill_core.clock import local_date


def requests_for(
    charged: Sequence[tuple[Subscription, Sequence[Charge]]], settings: BillingSettings, now: datetime
) -> list[InvoiceRequest]:
    """An invoice for each agreement that has charges; or for all of one customer and currency, as the seller chose."""
    if settings.group_invoices:
        return _grouped(charged, settings, now)
    return [_request([(subscription, charges)], settings, now) for subscription, charges in charged if charges]


def _grouped(
    charged: Sequence[tuple[Subscription, Sequence[Charge]]], settings: BillingSettings, now: datetime
) -> list[InvoiceRequest]:
    groups: dict[tuple[UUID, str], list[tuple[Subscription, Sequence[Charge]]]] = {}
    for subscription, charges in charged:
        if charges:
            groups.setdefault((subscription.customer_id, subscription.currency), []).append((subscription, charges))
    return [_request(group, settings, now) for group in groups.values()]


def _request(
    group: Sequence[tuple[Subscription, Sequence[Charge]]], settings: BillingSettings, now: datetime
) -> InvoiceRequest:
    first = group[0][0]
    today = local_date(now, first.time_zone)
    return InvoiceRequest(
        customer_id=first.customer_id,
        currency=first.currency,
        charges=tuple(charge for _, charges in group for charge in charges),
        due_on=today + timedelta(days=settings.payment_terms_days),
        subscription_id=first.id if len(group) == 1 else None,
    )
