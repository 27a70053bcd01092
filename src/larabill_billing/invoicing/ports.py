"""Storage of charges, drafts, invoices, their state and number series, and allocations."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from larabill_billing.audits.ports import AuditRepositories
from larabill_billing.discounts.ports import DiscountsRepositories
from larabill_billing.exchange.ports import ExchangeRepositories
from larabill_billing.invoicing.drafts import DraftInvoice
from larabill_billing.invoicing.instalments import PaymentPlan
from larabill_billing.invoicing.model import (
    Allocation,
    Charge,
    ChargeStatus,
    Draft,
    Invoice,
    InvoiceRequest,
    InvoiceState,
    InvoiceStatus,
    Movement,
)
from larabill_billing.ledger.ports import LedgerRepositories
from larabill_billing.tax.ports import TaxRepositories
from larabill_core.ports.unit_of_work import Tx


class ChargeRepository(Protocol):
    def add_many(self, requests: Sequence[InvoiceRequest], status: ChargeStatus) -> None:
        """Insert the charges of these requests, with this status.

        Raises `AlreadyExists` for an (item, kind, period start, cause) that was charged before (I3).
        """
        ...

    def mark_invoiced(self, invoice_ids: Collection[UUID]) -> None:
        """Open charges of these invoices become invoiced: their drafts have got numbers."""
        ...

    def free(self, invoice_id: UUID) -> None:
        """The charges of a voided invoice."""
        ...

    def for_invoices(self, invoice_ids: Collection[UUID]) -> dict[UUID, list[Charge]]:
        """By invoice, in the order in which they were made."""
        ...

    def crediting(self, line_ids: Collection[UUID]) -> list[Charge]:
        """What credit notes gave back of these lines, oldest first."""
        ...

    def for_subscription(self, subscription_id: UUID) -> list[Charge]:
        """All of a subscription, oldest first."""
        ...

    def since(self, days: Mapping[UUID, date]) -> dict[UUID, list[Charge]]:
        """Charges in force of these subscriptions whose period ends after its day, oldest first: one statement."""
        ...

    def overlapping(self) -> list[tuple[UUID, date, date]]:
        """Items with recurring periods in force that overlap: item, one period start, the other (I3)."""
        ...


class DraftRepository(Protocol):
    def add_many(self, drafts: Sequence[Draft]) -> None: ...

    def take(self, limit: int) -> list[Draft]:
        """The oldest that do not wait, locked; those locked by others are skipped."""
        ...

    def wait(self, draft_ids: Collection[UUID]) -> None:
        """They are not taken before the taxes of their customers are known."""
        ...

    def delete(self, draft_ids: Collection[UUID]) -> None: ...


class DraftInvoiceRepository(Protocol):
    def add(self, draft: DraftInvoice) -> None: ...

    def find(self, draft_id: UUID) -> DraftInvoice | None:
        """The draft, locked until the transaction ends."""
        ...

    def page(
        self,
        *,
        customer_id: UUID | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[DraftInvoice]:
        """By id, keyset paged with `after`."""
        ...

    def save(self, draft: DraftInvoice) -> None:
        """Write over what staff wrote, version + 1. Raises `StaleVersion`."""
        ...

    def delete(self, draft_ids: Collection[UUID]) -> None: ...


class SeriesRepository(Protocol):
    def take(self, series: str, count: int, *, start: int = 1) -> int:
        """The first of `count` numbers in a row; a new series begins at 1, a type's very first one at `start`.

        The row stays locked until the transaction ends: take last, commit soon (I5).
        """
        ...

    def give(self, invoices: Sequence[Invoice]) -> None:
        """Insert the numbers of documents that are written: one statement. Raises `AlreadyExists`."""
        ...

    def gaps(self) -> list[tuple[str, int, int, int]]:
        """Series with gaps or numbers used twice: code, numbers given out, distinct numbers, documents (I5)."""
        ...

    def unknown(self) -> list[str]:
        """Series codes that documents carry but that do not exist (I5)."""
        ...


class InvoiceRepository(Protocol):
    def add_many(self, invoices: Sequence[Invoice], states: Sequence[InvoiceState]) -> None:
        """Insert documents, lines and states: three statements."""
        ...

    def get(self, invoice_id: UUID) -> Invoice:
        """The document with its lines. Raises `NotFound`."""
        ...

    def headers(self, invoice_ids: Collection[UUID]) -> dict[UUID, Invoice]:
        """Documents without lines."""
        ...

    def whole(self, *, after: UUID | None = None, limit: int = 100) -> list[Invoice]:
        """Documents with their lines, by id, keyset paged with `after`: two statements."""
        ...

    def following(self, proforma_id: UUID) -> UUID | None:
        """The invoice that followed a proforma, if one has."""
        ...

    def state(self, invoice_id: UUID, *, lock: bool = False) -> InvoiceState:
        """Raises `NotFound`. With `lock` the row stays locked until the transaction ends."""
        ...

    def states(self, invoice_ids: Collection[UUID], *, lock: bool = False) -> dict[UUID, InvoiceState]:
        """By invoice. With `lock` the rows stay locked, taken in the order of their ids."""
        ...

    def open_for_customer(self, customer_id: UUID, currency: str) -> list[InvoiceState]:
        """What a customer owes, oldest due first."""
        ...

    def numbers(self, invoice_ids: Collection[UUID]) -> dict[UUID, str]:
        """The numbers of those of these that are documents."""
        ...

    def save_state(self, state: InvoiceState) -> None:
        """Write status, balance, paid_at, due_on and plan_id, version + 1. Raises `StaleVersion`."""
        ...

    def page(
        self,
        *,
        customer_id: UUID | None = None,
        status: InvoiceStatus | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[tuple[Invoice, InvoiceState]]:
        """Documents without lines, and their states, by id, keyset paged with `after`."""
        ...

    def for_orders(self, order_ids: Collection[UUID]) -> dict[UUID, list[InvoiceState]]:
        """The states of the invoices of each order."""
        ...

    def past_due(self, on: date, *, after: UUID | None = None, limit: int = 100) -> list[InvoiceState]:
        """Issued invoices of subscriptions with `due_on` before `on`, by invoice id, keyset paged with `after`."""
        ...

    def add_allocations(self, allocations: Sequence[Allocation]) -> None:
        """Insert. Raises `AlreadyExists` for a (source, invoice, cause) seen before."""
        ...

    def allocations(self, invoice_id: UUID) -> list[Allocation]:
        """What settled (part of) the invoice, and what was taken back of it, oldest first."""
        ...

    def allocated_by(self, source_kind: str, source_ids: Collection[UUID]) -> list[Allocation]:
        """What these payments or credits paid."""
        ...

    def wrong_totals(self) -> list[tuple[UUID, str, Decimal, Decimal]]:
        """Documents whose lines do not add up: id, number, total, sum of lines (I11)."""
        ...

    def wrong_balances(self) -> list[tuple[UUID, str, Decimal, Decimal]]:
        """Invoices whose balance is not total - allocations (0 when void), or does not fit their status (I11).

        Id, status, balance, and what it should be.
        """
        ...

    def overcredited(self) -> list[tuple[UUID, Decimal, Decimal]]:
        """Lines of which more was given back than they came to: invoice, net amount, what was given back (I11)."""
        ...

    def without_number(self) -> list[UUID]:
        """Documents that have no number (I5)."""
        ...

    def without_entry(self) -> list[tuple[UUID, str]]:
        """Documents with a total that the ledger does not know: id, number (I4)."""
        ...

    def without_state(self) -> list[tuple[UUID, str]]:
        """Documents beside which no state stands: id, number (I6)."""
        ...

    def prepayment_differences(self) -> list[tuple[UUID | None, str, Decimal]]:
        """Customers whose prepayments in the ledger are not what was paid on proformas without an invoice.

        Id, currency, difference (I4).
        """
        ...

    def receivable_differences(self) -> list[tuple[UUID | None, str, Decimal]]:
        """Customers whose receivables are not their open balances: id, currency, difference (I4)."""
        ...

    def tax_differences(self) -> list[tuple[str, Decimal]]:
        """Currencies in which the ledger's tax is not that of the documents: currency, ledger less documents (I4)."""
        ...

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        """Invoices whose audits do not lead to their status: id, status (I6)."""
        ...


class PlanRepository(Protocol):
    def add(self, plan: PaymentPlan) -> None:
        """Insert the plan and its instalments."""
        ...

    def get(self, plan_id: UUID) -> PaymentPlan:
        """Raises `NotFound`."""
        ...

    def save(self, plan: PaymentPlan) -> None:
        """Write the status. The plan's invoice state is locked."""
        ...

    def due(self, on: date, *, after: UUID | None = None, limit: int = 100) -> list[InvoiceState]:
        """Issued invoices with a plan of which an instalment is due by this day, by invoice id, keyset paged."""
        ...

    def sellers_with_due(self, on: date) -> list[UUID]:
        """Of all sellers, those for whom `due` finds something."""
        ...

    def wrong_sums(self) -> list[tuple[UUID, Decimal, Decimal]]:
        """Plans whose instalments do not add up: id, amount, sum (I11)."""
        ...

    def strays(self) -> list[tuple[UUID, str]]:
        """Agreed plans that their invoice does not follow, and plans that an invoice follows though they are over."""
        ...

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        """Plans whose audits do not lead to their status: id, status (I6)."""
        ...


class StatementRepository(Protocol):
    """What the ledger says of a customer's account: the sums of some accounts, as one."""

    def balance(self, customer_id: UUID, currency: str, accounts: Collection[str], *, before: datetime) -> Decimal:
        """What it came to before that instant."""
        ...

    def movements(
        self, customer_id: UUID, currency: str, accounts: Collection[str], *, begin: datetime, end: datetime
    ) -> list[Movement]:
        """What moved it in `[begin, end)`, oldest first, one for each document and instant."""
        ...


class InvoicingRepositories(
    ExchangeRepositories, DiscountsRepositories, TaxRepositories, LedgerRepositories, AuditRepositories, Protocol
):
    @property
    def charges(self) -> ChargeRepository: ...

    @property
    def drafts(self) -> DraftRepository: ...

    @property
    def draft_invoices(self) -> DraftInvoiceRepository: ...

    @property
    def statements(self) -> StatementRepository: ...

    @property
    def series(self) -> SeriesRepository: ...

    @property
    def invoices(self) -> InvoiceRepository: ...

    @property
    def payment_plans(self) -> PlanRepository: ...


class InvoicingTx(Tx, Protocol):
    @property
    def billing(self) -> InvoicingRepositories: ...
