"""Storage of bank lines."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from larabill_billing.bank.model import BankLine, LineStatus, OpenInvoice
from larabill_billing.payments.ports import PaymentsRepositories
from larabill_core.ports.unit_of_work import Tx


class BankRepository(Protocol):
    def add_new(self, lines: Sequence[BankLine]) -> list[BankLine]:
        """Insert the lines of one account whose bank ids are new; which these were. Twice adds nothing."""
        ...

    def get(self, line_id: UUID, *, lock: bool = False) -> BankLine:
        """Raises `NotFound`. Locked before payments and invoices."""
        ...

    def save(self, line: BankLine) -> None:
        """Write status, payment, reasons and candidates, version + 1. Raises `StaleVersion`."""
        ...

    def note_many(self, lines: Sequence[BankLine]) -> None:
        """Write reasons and candidates of lines that are still open."""
        ...

    def page(
        self,
        *,
        status: LineStatus | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[BankLine]:
        """By id, keyset paged with `after`."""
        ...

    def open_invoices(self) -> list[OpenInvoice]:
        """All invoices of the seller on which something is owed."""
        ...

    def invoices_of_payments(self, payment_ids: Collection[UUID]) -> dict[UUID, UUID]:
        """The invoice of each of these payments that is there and has one."""
        ...

    def without_payment(self) -> list[tuple[UUID, str]]:
        """Matched lines without a payment of their amount that took money: id, bank id (I1)."""
        ...

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        """Lines whose audits do not lead to their status: id, status (I6)."""
        ...


class BankRepositories(PaymentsRepositories, Protocol):
    @property
    def bank_lines(self) -> BankRepository: ...


class BankTx(Tx, Protocol):
    @property
    def billing(self) -> BankRepositories: ...
