"""The events that modules publish to each other: the whole of what billing and provisioning know of one another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Literal, TypeAlias
from uuid import UUID

import attrs

from larabill_core.messages import Event

FailurePolicy: TypeAlias = Literal["hold", "credit", "refund"]


@attrs.frozen(kw_only=True)
class ReleasedItem:
    """One unit to build: `spec` is what the customer configured, checked against the plan."""

    service_id: UUID
    plan_code: str
    name: str
    region: str
    spec: Mapping[str, Any]
    on_failure: FailurePolicy


@attrs.frozen(kw_only=True)
class OrderReleased(Event):
    """Work may begin: published once for an order, by its plans' policy."""

    name: ClassVar[str] = "billing.order_released"

    order_id: UUID
    customer_id: UUID
    items: tuple[ReleasedItem, ...]


@attrs.frozen(kw_only=True)
class InvoiceIssued(Event):
    """A document was issued: an invoice, or a credit note, whose `total` is what it gives back."""

    name: ClassVar[str] = "billing.invoice_issued"

    invoice_id: UUID
    customer_id: UUID
    type: Literal["invoice", "credit_note", "proforma"] = "invoice"
    number: str
    total: Decimal
    currency: str


@attrs.frozen(kw_only=True)
class InvoicePaid(Event):
    name: ClassVar[str] = "billing.invoice_paid"

    invoice_id: UUID
    customer_id: UUID


@attrs.frozen(kw_only=True)
class InvoiceVoided(Event):
    """An invoice on which nothing was paid was taken back."""

    name: ClassVar[str] = "billing.invoice_voided"

    invoice_id: UUID
    customer_id: UUID


@attrs.frozen(kw_only=True)
class PaymentCaptured(Event):
    """Money was taken, for an invoice or, where it has none, as a top-up of the customer's credit."""

    name: ClassVar[str] = "billing.payment_captured"

    payment_id: UUID
    customer_id: UUID
    invoice_id: UUID | None
    amount: Decimal
    currency: str


@attrs.frozen(kw_only=True)
class PaymentDeclined(Event):
    name: ClassVar[str] = "billing.payment_declined"

    payment_id: UUID
    customer_id: UUID
    invoice_id: UUID | None
    code: str


@attrs.frozen(kw_only=True)
class PaymentDisputed(Event):
    """A customer had their bank call a payment back; evidence may be handed in until `respond_by`."""

    name: ClassVar[str] = "billing.payment_disputed"

    dispute_id: UUID
    payment_id: UUID
    customer_id: UUID
    invoice_ids: tuple[UUID, ...]
    amount: Decimal
    currency: str
    reason: str
    respond_by: datetime | None


@attrs.frozen(kw_only=True)
class DisputeClosed(Event):
    """A dispute was decided: `won`, the money is ours again; or it is the customer's."""

    name: ClassVar[str] = "billing.dispute_closed"

    dispute_id: UUID
    payment_id: UUID
    customer_id: UUID
    invoice_ids: tuple[UUID, ...]
    won: bool


@attrs.frozen(kw_only=True)
class PaymentReminderDue(Event):
    """An overdue invoice should be brought to the customer's mind, for the `number`-th time; a `step` of the ladder."""

    name: ClassVar[str] = "billing.payment_reminder_due"

    invoice_id: UUID
    customer_id: UUID
    step: int
    number: int = 1


@attrs.frozen(kw_only=True)
class PaymentUpcoming(Event):
    """An invoice will be due: once for each reminder before the due day that its policy has."""

    name: ClassVar[str] = "billing.payment_upcoming"

    invoice_id: UUID
    customer_id: UUID
    due_on: date
    number: int


@attrs.frozen(kw_only=True)
class PaymentMethodNeeded(Event):
    """The stored method was declined for good and is not charged again: the customer should store another one."""

    name: ClassVar[str] = "billing.payment_method_needed"

    invoice_id: UUID
    customer_id: UUID


@attrs.frozen(kw_only=True)
class PromiseBroken(Event):
    """The day until which the customer promised to pay is over, and the invoice is not paid."""

    name: ClassVar[str] = "billing.promise_broken"

    invoice_id: UUID
    customer_id: UUID


@attrs.frozen(kw_only=True)
class AgreementSuspended(Event):
    """An agreement is suspended because its invoice is overdue."""

    name: ClassVar[str] = "billing.agreement_suspended"

    subscription_id: UUID
    invoice_id: UUID
    customer_id: UUID


@attrs.frozen(kw_only=True)
class UsageThresholdReached(Event):
    """Use in a period has come to `percent` of what is included: once for each (item, meter, period, percent).

    `quantity` was used and `included` costs nothing, both in the meter's unit; the period is `[start_at, end_at)`.
    """

    name: ClassVar[str] = "billing.usage_threshold_reached"

    subscription_id: UUID
    subscription_item_id: UUID
    meter: str
    percent: int
    quantity: Decimal
    included: Decimal
    start_at: datetime
    end_at: datetime


@attrs.frozen(kw_only=True)
class ServicesOrdered(Event):
    """Units that were added to a running agreement: work for them may begin."""

    name: ClassVar[str] = "billing.services_ordered"

    order_id: UUID
    customer_id: UUID
    items: tuple[ReleasedItem, ...]


@attrs.frozen(kw_only=True)
class ServiceChangeRequested(Event):
    """The service shall be of another plan, or configured otherwise."""

    name: ClassVar[str] = "billing.service_change_requested"

    service_id: UUID
    plan_code: str
    spec: Mapping[str, Any]


@attrs.frozen(kw_only=True)
class PlanMigrationScheduled(Event):
    """A running agreement goes over to the plan's present version on a day to come: the notice to its customer."""

    name: ClassVar[str] = "billing.plan_migration_scheduled"

    subscription_id: UUID
    customer_id: UUID
    plan_code: str
    effective_on: date


@attrs.frozen(kw_only=True)
class ServiceSuspendRequested(Event):
    """Suspend, for non-payment or at the customer's wish.

    `case_version` is set when the reason is non-payment, and then handed to `Standing.may_suspend` before the call
    goes out.
    """

    name: ClassVar[str] = "billing.service_suspend_requested"

    service_id: UUID
    case_version: int | None = None


@attrs.frozen(kw_only=True)
class ServiceResumeRequested(Event):
    """Resume. `reactivated`: the agreement was over and has begun again, so that its data is not to be destroyed."""

    name: ClassVar[str] = "billing.service_resume_requested"

    service_id: UUID
    reactivated: bool = False


@attrs.frozen(kw_only=True)
class ServiceEndRequested(Event):
    """The agreement is over. Data is destroyed at `destroy_at`, not before; until then the service is suspended.

    `case_version` is set when the reason is non-payment, and then asked about like a suspension.
    """

    name: ClassVar[str] = "billing.service_end_requested"

    service_id: UUID
    destroy_at: datetime
    case_version: int | None = None


@attrs.frozen(kw_only=True)
class ServiceActivated(Event):
    """The driver has confirmed that the service runs (I14)."""

    name: ClassVar[str] = "provisioning.service_activated"

    service_id: UUID
    resource_id: UUID


@attrs.frozen(kw_only=True)
class ServiceSuspended(Event):
    """It stands still. `by_staff`: whatever billing wants, until staff let it go."""

    name: ClassVar[str] = "provisioning.service_suspended"

    service_id: UUID
    resource_id: UUID
    by_staff: bool = False


@attrs.frozen(kw_only=True)
class ServiceResumed(Event):
    name: ClassVar[str] = "provisioning.service_resumed"

    service_id: UUID
    resource_id: UUID


@attrs.frozen(kw_only=True)
class ServiceEnded(Event):
    name: ClassVar[str] = "provisioning.service_ended"

    service_id: UUID
    resource_id: UUID


@attrs.frozen(kw_only=True)
class ServiceFailed(Event):
    """An operation failed for good and stands in the operator's list. `reason` is safe to show to staff."""

    name: ClassVar[str] = "provisioning.service_failed"

    service_id: UUID
    resource_id: UUID
    action: str
    reason: str


@attrs.frozen(kw_only=True)
class ServiceAbandoned(Event):
    """Given up before it ever ran: billing credits or refunds what was paid, and ends the subscription."""

    name: ClassVar[str] = "provisioning.service_abandoned"

    service_id: UUID
    resource_id: UUID
    remedy: FailurePolicy
