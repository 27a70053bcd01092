"""What is known of a customer that tax depends on, on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from larabill_billing.tax.facts import Exemption, IdAnswer, IdCheck
from larabill_billing.tax.model import TaxCategory
from larabill_core.http.wire import Reason, Text
from larabill_core.ids import public_id


class ExemptionOut(msgspec.Struct, frozen=True, kw_only=True):
    """Why nothing is taxed from the day `since` to before the day `until`; null: until it is ended."""

    id: str
    customer: str
    category: TaxCategory
    reason: str
    reason_code: str
    certificate: str
    since: date
    until: date | None


class ExemptionList(msgspec.Struct, frozen=True, kw_only=True):
    """All of a customer, oldest first, those that ended too."""

    items: list[ExemptionOut]


class AddExemption(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`reason` is printed (BT-120), `reason_code` is a VATEX code (BT-121), `certificate` the number of the paper."""

    reason: Reason
    category: TaxCategory = TaxCategory.EXEMPT
    reason_code: Text = ""
    certificate: Text = ""
    since: date | None = None
    until: date | None = None


class EndExemption(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first day on which it holds no more: today, unless another is named."""

    on: date | None = None


class VatIdCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One answer about a customer's VAT id; unknown is never taken for invalid."""

    customer: str
    answer: IdAnswer
    account: str
    consultation: Annotated[str, Meta(description="The number under which the authority keeps its answer")]
    reason: str
    checked_at: datetime


class VatIdChecks(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered about the customer's ids, oldest first."""

    items: list[VatIdCheck]


def exemption_out(found: Exemption) -> ExemptionOut:
    """One exemption."""
    return ExemptionOut(
        id=public_id("exm", found.id),
        customer=public_id("cus", found.customer_id),
        category=found.category,
        reason=found.reason,
        reason_code=found.reason_code,
        certificate=found.certificate,
        since=found.since,
        until=found.until,
    )


def check_out(found: IdCheck) -> VatIdCheck:
    """One answer."""
    return VatIdCheck(
        customer=public_id("cus", found.customer_id),
        answer=found.answer,
        account=found.account,
        consultation=found.consultation,
        reason=found.reason,
        checked_at=found.checked_at,
    )


def checks_out(found: Sequence[IdCheck]) -> VatIdChecks:
    """All answers."""
    return VatIdChecks(items=[check_out(each) for each in found])
