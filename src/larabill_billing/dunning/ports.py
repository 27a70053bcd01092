"""Storage of overdue cases."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

import attrs

from larabill_billing.dunning.model import DunningCase
from larabill_billing.orders.ports import OrdersRepositories
from larabill_core.ports.unit_of_work import Tx


@attrs.frozen(kw_only=True)
class Overdue:
    """An invoice that is past due, and an agreement on it that has no open case. `version` is its last case's, or 0."""

    invoice_id: UUID
    subscription_id: UUID
    customer_id: UUID
    due_on: date
    version: int


class DunningRepository(Protocol):
    def overdue(self, before: date, limit: int) -> list[Overdue]:
        """Issued invoices due before a day, and their live agreements without an open case; longest overdue first."""
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

    def claim_due(self, steps: Collection[int], now: datetime, limit: int) -> list[DunningCase]:
        """Open cases of live agreements with `next_at` reached after so many steps; locked, locked ones skipped."""
        ...

    def claim_pointless(self, now: datetime, limit: int) -> list[DunningCase]:
        """Open cases that nothing can come of any more; locked, locked ones skipped.

        Their invoice is paid or void; or the agreement was ended otherwise; or it was ended by the case, its data was
        to be destroyed by now, and no service is left.
        """
        ...

    def claim_unheeded(self, before: datetime, limit: int) -> list[DunningCase]:
        """Open cases that asked for something before `before` which has not happened; locked, locked ones skipped.

        That is: suspended agreements with an active service, and ended ones, with their data due for destruction before
        `before`, with a service that is not gone.
        """
        ...

    def any_due(self, steps: Collection[int], now: datetime) -> bool:
        """Whether an open case of a live agreement is due after so many steps."""
        ...

    def sellers_with_work(self, on: date) -> list[UUID]:
        """Sellers with open cases, or with invoices due before a day: the one query here that looks across sellers."""
        ...

    def open_for_invoice(self, invoice_id: UUID) -> list[DunningCase]:
        """Open cases of an invoice, locked."""
        ...

    def open_for_subscription(self, subscription_id: UUID) -> DunningCase | None:
        """The open case of an agreement, locked."""
        ...

    def page(self, *, open_only: bool = True, after: UUID | None = None, limit: int = 100) -> list[DunningCase]:
        """By id, keyset paged with `after`."""
        ...

    def open_on_settled(self, before: datetime) -> list[tuple[UUID, str]]:
        """Open cases of invoices that are void, or were paid before `before`: id, invoice status."""
        ...

    def without_case(self) -> list[tuple[UUID, str]]:
        """Agreements that are past due or suspended without an open case: id, status (I9)."""
        ...

    def suspended_though_active(self, before: datetime) -> list[UUID]:
        """Services that were said to be suspended before `before`, while their agreement is active (I9).

        Without those that were asked to end: units beyond the quantity of their item.
        """
        ...

    def ended_though_paid(self, before: datetime) -> list[UUID]:
        """Agreements ended by a case that was closed as paid before `before`, with services left (I9)."""
        ...


class DunningRepositories(OrdersRepositories, Protocol):
    @property
    def dunning(self) -> DunningRepository: ...


class DunningTx(Tx, Protocol):
    @property
    def billing(self) -> DunningRepositories: ...
