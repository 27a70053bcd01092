"""The part of `engine.billing` that is about documents: invoices, credit notes, proformas, drafts, statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from larabill_billing.credits.credit_notes import credit, void
from larabill_billing.credits.documents import issue
from larabill_billing.credits.merging import merge
from larabill_billing.facade.area import Area
from larabill_billing.invoicing import drafting, plans
from larabill_billing.invoicing.credit_notes import what_is_left
from larabill_billing.invoicing.crediting import Left
from larabill_billing.invoicing.document_data import invoice_data, statement_data
from larabill_billing.invoicing.drafts import DraftInvoice
from larabill_billing.invoicing.instalments import Instalment, PaymentPlan
from larabill_billing.invoicing.model import Invoice, InvoiceState, InvoiceStatus
from larabill_billing.invoicing.statements import Statement, statement
from larabill_billing.invoicing.write_off import write_off
from larabill_billing.repositories import BillingTx
from larabill_core.access import SYSTEM, Actor


class Invoices(Area):
    """`engine.billing.invoices`."""

    def get(self, seller: UUID, invoice_id: UUID, *, actor: Actor = SYSTEM) -> tuple[Invoice, InvoiceState]:
        """The document with its lines, and its state. Raises `NotFound`."""
        return self._run(
            "invoices.read",
            seller,
            actor,
            lambda tx: (tx.billing.invoices.get(invoice_id), tx.billing.invoices.state(invoice_id)),
        )

    def list(
        self,
        seller: UUID,
        *,
        customer_id: UUID | None = None,
        status: InvoiceStatus | None = None,
        after: UUID | None = None,
        limit: int = 100,
        actor: Actor = SYSTEM,
    ) -> Sequence[tuple[Invoice, InvoiceState]]:
        """Documents without lines, and their states, by id."""
        return self._run(
            "invoices.read",
            seller,
            actor,
            lambda tx: tx.billing.invoices.page(customer_id=customer_id, status=status, after=after, limit=limit),
        )

    def void(self, seller: UUID, invoice_id: UUID, reason: str, *, actor: Actor = SYSTEM) -> None:
        """Take back an invoice on which nothing was paid, or a proforma. Raises `Conflict`, `NotFound`."""
        self._run("invoices.write", seller, actor, lambda tx: void(tx, invoice_id, reason))

    def context(self, seller: UUID, invoice_id: UUID, *, actor: Actor = SYSTEM) -> dict[str, Any]:
        """The document as data for a template: see `invoice_context`. Raises `NotFound`."""
        return self._run(
            "invoices.read", seller, actor, lambda tx: invoice_data(tx, tx.billing.invoices.get(invoice_id))
        )

    def credit(
        self,
        seller: UUID,
        invoice_id: UUID,
        reason: str,
        *,
        lines: Mapping[UUID, Decimal] | None = None,
        amount: Decimal | None = None,
        actor: Actor = SYSTEM,
    ) -> Invoice:
        """Issue a credit note: of so much of each line without tax, of an amount with tax, or of all that is left.

        Raises `InvalidInput` with every fault, `Conflict` for more than is left, `NotFound`.
        """

        def give_back(tx: BillingTx) -> Invoice:
            note = credit(tx, invoice_id, lines=lines, amount=amount, reason=reason)
            assert note is not None  # noqa: S101 - only a host's transaction leaves it to a job
            return note

        return self._run("invoices.write", seller, actor, give_back)

    def left(self, seller: UUID, invoice_id: UUID, *, actor: Actor = SYSTEM) -> Left:
        """What of an invoice credit notes can still give back, by line and tax. Raises `NotFound`."""
        return self._run(
            "invoices.read", seller, actor, lambda tx: what_is_left(tx, tx.billing.invoices.get(invoice_id))
        )

    def merge(self, seller: UUID, invoice_ids: Sequence[UUID], reason: str, *, actor: Actor = SYSTEM) -> Invoice:
        """One invoice of several open ones, which are taken back. Raises `InvalidInput`, `Conflict`, `NotFound`."""
        return self._run("invoices.write", seller, actor, lambda tx: merge(tx, invoice_ids, reason))

    def statement(
        self, seller: UUID, customer_id: UUID, currency: str, first: date, last: date, *, actor: Actor = SYSTEM
    ) -> Statement:
        """The customer's account from the first day to the last, both within. Raises `InvalidInput`, `NotFound`."""
        return self._run("invoices.read", seller, actor, lambda tx: statement(tx, customer_id, currency, first, last))

    def statement_context(
        self, seller: UUID, customer_id: UUID, currency: str, first: date, last: date, *, actor: Actor = SYSTEM
    ) -> dict[str, Any]:
        """The customer's account as data for the template `statement.html`. Raises as `statement`."""
        return self._run(
            "invoices.read", seller, actor, lambda tx: statement_data(tx, customer_id, currency, first, last)
        )

    def write_off(self, seller: UUID, invoice_id: UUID, reason: str, *, actor: Actor = SYSTEM) -> Decimal:
        """What is left of an issued invoice will not come: how much that was. Money may still come later.

        Raises `IllegalTransition`, `InvalidInput`, `NotFound`.
        """
        return self._run("invoices.write", seller, actor, lambda tx: write_off(tx, invoice_id, reason))

    def agree_plan(
        self,
        seller: UUID,
        invoice_id: UUID,
        instalments: Sequence[Instalment],
        reason: str = "",
        *,
        actor: Actor = SYSTEM,
    ) -> PaymentPlan:
        """The balance is paid in these instalments from now on, which add up to it exactly (see `divided`).

        Another plan of the invoice is replaced. Raises `Conflict`, `InvalidInput` with every fault, `NotFound`.
        """
        return self._run("invoices.write", seller, actor, lambda tx: plans.agree(tx, invoice_id, instalments, reason))

    def break_plan(self, seller: UUID, invoice_id: UUID, reason: str, *, actor: Actor = SYSTEM) -> None:
        """The rest falls due at once. Raises `Conflict` when there is no plan, `NotFound`."""
        self._run("invoices.write", seller, actor, lambda tx: plans.break_plan(tx, invoice_id, reason))

    def plan(self, seller: UUID, invoice_id: UUID, *, actor: Actor = SYSTEM) -> PaymentPlan | None:
        """The plan that the invoice follows; None while it follows none. Raises `NotFound`."""
        return self._run("invoices.read", seller, actor, lambda tx: plans.current_plan(tx, invoice_id))


class Drafts(Area):
    """`engine.billing.drafts`: invoices that staff write. A draft's id is the invoice's when it is issued."""

    def create(
        self, seller: UUID, customer_id: UUID, content: Mapping[str, Any], *, actor: Actor = SYSTEM
    ) -> DraftInvoice:
        """Begin one, from plain data of the shape of `DraftContent`. Raises `InvalidInput` with every fault."""
        return self._run("drafts.write", seller, actor, lambda tx: drafting.draft(tx, customer_id, content))

    def get(self, seller: UUID, draft_id: UUID, *, actor: Actor = SYSTEM) -> DraftInvoice:
        """Raises `NotFound`; `Conflict` when it is issued."""
        return self._run("drafts.read", seller, actor, lambda tx: drafting.open_draft(tx, draft_id))

    def list(
        self,
        seller: UUID,
        *,
        customer_id: UUID | None = None,
        after: UUID | None = None,
        limit: int = 100,
        actor: Actor = SYSTEM,
    ) -> Sequence[DraftInvoice]:
        """By id, that is, oldest first."""
        return self._run(
            "drafts.read",
            seller,
            actor,
            lambda tx: tx.billing.draft_invoices.page(customer_id=customer_id, after=after, limit=limit),
        )

    def edit(
        self, seller: UUID, draft_id: UUID, version: int, changes: Mapping[str, Any], *, actor: Actor = SYSTEM
    ) -> DraftInvoice:
        """Write over these fields; `lines` is the whole list. Raises `InvalidInput`, `StaleVersion`, `Conflict`."""
        return self._run("drafts.write", seller, actor, lambda tx: drafting.edit(tx, draft_id, version, changes))

    def preview(self, seller: UUID, draft_id: UUID, *, actor: Actor = SYSTEM) -> Invoice:
        """The document that it would be now, without a number (I13). Raises `InvalidInput` when it has no lines."""
        return self._run("drafts.read", seller, actor, lambda tx: drafting.preview(tx, draft_id))

    def issue(self, seller: UUID, draft_id: UUID, *, actor: Actor = SYSTEM) -> Invoice:
        """Issue it, and let it be a draft no more. Raises `InvalidInput` when it has no lines, `Conflict`."""
        return self._run("drafts.write", seller, actor, lambda tx: issue(tx, [drafting.take_draft(tx, draft_id)])[0])

    def delete(self, seller: UUID, draft_id: UUID, *, actor: Actor = SYSTEM) -> None:
        """Throw it away. Raises `NotFound`; `Conflict` when it is issued."""
        self._run("drafts.write", seller, actor, lambda tx: drafting.discard(tx, draft_id))

    def merge(self, seller: UUID, draft_ids: Sequence[UUID], *, actor: Actor = SYSTEM) -> DraftInvoice:
        """One of several of a customer, under the id of the first. Raises `InvalidInput` with every fault."""
        return self._run("drafts.write", seller, actor, lambda tx: drafting.merge(tx, draft_ids))

    def split(
        self, seller: UUID, draft_id: UUID, line_ids: Sequence[UUID], *, actor: Actor = SYSTEM
    ) -> tuple[DraftInvoice, DraftInvoice]:
        """Two of one: it without these lines, and a new one of them. Raises `InvalidInput`."""
        return self._run("drafts.write", seller, actor, lambda tx: drafting.split(tx, draft_id, line_ids))
