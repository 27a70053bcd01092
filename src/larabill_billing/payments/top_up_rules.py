"""When credit is bought automatically: pure. Time decides, never usage, and declines end it (F38)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.payments.model import Payment, PaymentStatus
from larabill_billing.settings import TopUpPolicy
from larabill_core.clock import local_date

LOOK_BACK: Final = timedelta(days=30)
"""Attempts that are older say nothing about the next one."""


@attrs.frozen(kw_only=True)
class TopUpRule:
    """When a customer's credit falls below `threshold`, their default method is charged `amount` for more.

    `set_at`: when the customer or staff last said so. Declines before that are forgotten.
    """

    customer_id: UUID
    seller_id: UUID
    currency: str
    threshold: Decimal
    amount: Decimal
    set_at: datetime


def may_charge(rule: TopUpRule, policy: TopUpPolicy, tried: Sequence[Payment], now: datetime, time_zone: str) -> bool:
    """Whether one more charge may be made. `tried`: the earlier ones of the customer's methods, oldest first."""
    if any(payment.is_in_flight for payment in tried):
        return False
    today = local_date(now, time_zone)
    if sum(local_date(payment.created_at, time_zone) == today for payment in tried) >= policy.attempts_per_day:
        return False
    since = [payment for payment in tried if payment.created_at >= rule.set_at]
    last = since[-policy.give_up_after :]
    return len(last) < policy.give_up_after or any(each.status is not PaymentStatus.DECLINED for each in last)
