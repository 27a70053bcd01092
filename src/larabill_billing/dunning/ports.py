"""Storage of overdue cases."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import attrs

from larabill_billing.dunning.model import DunningCase, Notice, Pause, PauseKind
from larabill_billing.orders.ports import OrdersRepositories
from larabill_billing.payments.model import PaymentStatus
from larabill_core.ports.unit_of_work import Tx


@attrs.frozen(kw_only=True)
class Overdue:
    """An invoice that is past due, and an agreement on it that has no open case. `version` is its last case's, or 0."""

    invoice_id: UUID
    subscription_id: UUID
    customer_id: UUID
    currency: str
    due_on: date
    version: int


@attrs.frozen(kw_only=True)
class Upcoming:
    """An unpaid invoice that will be due, and the number of the last reminder of that, or 0."""

    invoice_id: UUID
    customer_id: UUID
    time_zone: str
    due_on: date
    sent: int


@attrs.frozen(kw_only=True)
class Attempt:
    """A charge of a stored method. `code` is the gateway's word for a decline."""

    account: str
    status: PaymentStatus
    code: str
    created_at: datetime

    @property
    def is_open(self) -> bool:
        """Whether it may still be paid."""
        return self.status is not PaymentStatus.DECLINED


@attrs.frozen(kw_only=True)
class About:
    """What the choice of an invoice's policy depends on: the customer's group; the plans on it, oldest item first."""

    group: str
    plan_ids: tuple[UUID, ...]


class DunningRepository(Protocol):
    def overdue(self, before: date, limit: int, after: Overdue | None = None) -> list[Overdue]:
        """Issued invoices due before a day, and their live agreements without an open case; longest overdue first.

        Keyset paged with `after`.
        """
        ...

    def overdue_sums(self, customer_ids: Collection[UUID], before: date) -> dict[tuple[UUID, str], Decimal]:
        """What is open on the invoices of each customer and currency that were due before a day."""
        ...

    def about(self, invoice_ids: Collection[UUID]) -> dict[UUID, About]:
        """What the choice of their policies depends on, in one statement for hundreds of invoices."""
        ...

    def upcoming(self, first: date, last: date, after: UUID | None, limit: int) -> list[Upcoming]:
        """Issued invoices due from the first to the last of these days, by id, keyset paged with `after`."""
        ...

    def add_notices(self, notices: Sequence[Notice]) -> None:
        """Insert those that are not there yet; one for each (invoice, number)."""
        ...

    def lock_issued(self, invoice_ids: Collection[UUID]) -> set[UUID]:
        """Those that are still to be paid, their states locked; those locked by others are left out."""
        ...

    def add_many(self, cases: Sequence[DunningCase]) -> None:
        """Insert. Raises `AlreadyExists` when an agreement has an open case."""
        ...

    def save_many(self, cases: Sequence[DunningCase]) -> None:
        """Write all mutable fields of locked rows: one statement."""
        ...

    def claim_due(self, steps: Mapping[str, Collection[int]], now: datetime, limit: int) -> list[DunningCase]:
        """Open cases of live agreements with `next_at` reached after so many steps of their policy, and not paused.

        `steps` are by policy; cases of others go by `default`. Locked, locked ones skipped.
        """
        ...

    def claim_pointless(self, now: datetime, limit: int) -> list[DunningCase]:
        """Open cases that nothing can come of any more; locked, locked ones skipped.

        Their invoice is paid or void, or due on a day to come since its instalments were agreed on or paid; or the
        agreement was ended otherwise; or it was ended by the case, its data was to be destroyed by now, and no service
        is left.
        """
        ...

    def claim_unheeded(self, before: datetime, limit: int) -> list[DunningCase]:
        """Cases, open and not paused, that asked for something before `before` which has not happened.

        Locked, locked ones skipped.

        That is: suspended agreements with an active service, and ended ones, with their data due for destruction before
        `before`, with a service that is not gone.
        """
        ...

    def any_due(self, steps: Mapping[str, Collection[int]], now: datetime) -> bool:
        """Whether there is a case that `claim_due` would find."""
        ...

    def sellers_with_work(self, on: date) -> list[UUID]:
        """Sellers with open cases, or with invoices due before a day: the one query here that looks across sellers."""
        ...

    def open_for_invoices(self, invoice_ids: Collection[UUID]) -> list[DunningCase]:
        """Open cases of these invoices, locked, by id."""
        ...

    def open_of_customer(self, customer_id: UUID) -> list[DunningCase]:
        """Open cases of a customer, by id."""
        ...

    def open_for_subscription(self, subscription_id: UUID) -> DunningCase | None:
        """The open case of an agreement, locked."""
        ...

    def page(
        self, *, open_only: bool = True, after: UUID | None = None, newest_first: bool = False, limit: int = 100
    ) -> list[DunningCase]:
        """By id, keyset paged with `after`."""
        ...

    def open_on_settled(self, before: datetime) -> list[tuple[UUID, str]]:
        """Open cases of invoices that were voided or paid before `before`: id, invoice status."""
        ...

    def without_case(self) -> list[tuple[UUID, str]]:
        """Agreements that are past due or suspended without an open case: id, status (I9)."""
        ...

    def suspended_though_active(self, before: datetime) -> list[UUID]:
        """Services that were said to be suspended before `before`, while their agreement is active since then (I9).

        Without those that were asked to end: units beyond the quantity of their item.
        """
        ...

    def ended_though_paid(self, before: datetime) -> list[UUID]:
        """Agreements ended by a case that was closed as paid before `before`, with services left (I9)."""
        ...


class AttemptRepository(Protocol):
    """Payments, as far as the rules about charging again look at them."""

    def last_with(self, method_id: UUID) -> Attempt | None:
        """The newest charge of a method that was paid or declined, whatever the invoice."""
        ...

    def not_paid(self, method_id: UUID, since: datetime) -> list[Attempt]:
        """Charges of a method after `since` that were declined, or may still be, whatever the invoice; oldest first."""
        ...

    def unpaid_of(self, customer_id: UUID) -> list[UUID]:
        """Issued invoices of a customer that have an open case, or were charged already and declined."""
        ...


class PauseRepository(Protocol):
    def add_many(self, pauses: Sequence[Pause]) -> None:
        """Insert. Raises `AlreadyExists` when an invoice has an open pause of the kind."""
        ...

    def get(self, pause_id: UUID) -> Pause:
        """Raises `NotFound`."""
        ...

    def save_many(self, pauses: Sequence[Pause]) -> None:
        """Write status and end of pauses whose invoices are locked: one statement."""
        ...

    def open_for(self, invoice_ids: Collection[UUID]) -> list[Pause]:
        """Those that stand, by id."""
        ...

    def open_of_kind(self, kind: PauseKind, after: UUID | None, limit: int) -> list[Pause]:
        """Those of a kind that stand, by id, keyset paged with `after`."""
        ...

    def open_of_customer(self, customer_id: UUID) -> list[Pause]:
        """Those that stand for invoices of a customer, by id."""
        ...

    def of_invoice(self, invoice_id: UUID) -> list[Pause]:
        """All that ever stood, by id."""
        ...

    def claim_settled(self, limit: int) -> list[tuple[Pause, bool]]:
        """Pauses that stand though their invoice is settled, and whether it is paid; locked, locked ones skipped."""
        ...

    def unheeded(self, before: datetime) -> list[tuple[UUID, str]]:
        """Open cases that run although a pause of their invoice began before `before`: id, kind of the pause."""
        ...

    def without_pause(self) -> list[UUID]:
        """Open cases that stand still although no pause of their invoice stands."""
        ...

    def stepped_in_pause(self) -> list[UUID]:
        """Open cases of which a step was taken while they stood still."""
        ...


class DunningRepositories(OrdersRepositories, Protocol):
    @property
    def dunning(self) -> DunningRepository: ...

    @property
    def attempts(self) -> AttemptRepository: ...

    @property
    def pauses(self) -> PauseRepository: ...


class DunningTx(Tx, Protocol):
    @property
    def billing(self) -> DunningRepositories: ...
