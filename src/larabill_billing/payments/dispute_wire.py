"""Disputes on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from larabill_billing.payments.dispute import Dispute, DisputeStatus
from larabill_billing.payments.wire import Reference
from larabill_core.http.wire import Cursor, Listing, Money, money, next_of
from larabill_core.ids import public_id


class DisputesQuery(Listing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which disputes a list shows."""

    customer: Cursor | None = None
    status: DisputeStatus | None = None


class OpenDispute(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person saw at the gateway, in the payment's currency: the gateway's id of it, its amount and its fee."""

    gateway_id: Reference
    amount: Money
    fee: Money | None = None
    reason: Annotated[str, Meta(max_length=100)] = ""
    respond_by: Annotated[datetime, Meta(tz=True)] | None = None


class DisputeOut(msgspec.Struct, frozen=True, kw_only=True):
    """A dispute: `amount` is what the gateway holds back, `reopened` what the customer owes again since it was lost."""

    id: str
    payment: str
    customer: str
    account: str
    gateway_id: str
    status: DisputeStatus
    amount: Money
    fee: Money
    reopened: Money
    reason: str
    respond_by: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    version: int


class DisputePage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[DisputeOut]
    next: str | None


def dispute_out(dispute: Dispute) -> DisputeOut:
    """One dispute."""
    return DisputeOut(
        id=public_id("dsp", dispute.id),
        payment=public_id("pay", dispute.payment_id),
        customer=public_id("cus", dispute.customer_id),
        account=dispute.account,
        gateway_id=dispute.gateway_id,
        status=dispute.status,
        amount=money(dispute.amount, dispute.currency),
        fee=money(dispute.fee, dispute.currency),
        reopened=money(dispute.reopened, dispute.currency),
        reason=dispute.reason,
        respond_by=dispute.respond_by,
        opened_at=dispute.opened_at,
        closed_at=dispute.closed_at,
        version=dispute.version,
    )


def disputes_out(found: Sequence[Dispute], query: DisputesQuery) -> DisputePage:
    """One page of a list."""
    items = [dispute_out(dispute) for dispute in found]
    return DisputePage(items=items, next=next_of(items, query))
