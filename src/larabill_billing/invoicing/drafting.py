"""Write, merge, split and preview drafts. An issued document is no draft any more, and never changes (I5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record
from larabill_billing.invoicing.build import document, seller_party
from larabill_billing.invoicing.drafts import DraftContent, DraftInvoice, parse_content, request_of
from larabill_billing.invoicing.handlers import totals_of
from larabill_billing.invoicing.model import Invoice, InvoiceRequest
from larabill_billing.invoicing.ports import InvoicingTx
from larabill_billing.settings import settings_of
from larabill_core.clock import local_date
from larabill_core.errors import Conflict, Faults, NotFound, StaleVersion
from larabill_core.ids import new_id, public_id


def draft(tx: InvoicingTx, customer_id: UUID, content: Mapping[str, Any]) -> DraftInvoice:
    """Begin an invoice for a customer. Raises `InvalidInput` with every fault, `NotFound`."""
    customer = tx.billing.customers.get(customer_id)
    wanted = parse_content(content, customer.currency)
    made = DraftInvoice(
        id=new_id(),
        seller_id=tx.seller_id,
        customer_id=customer_id,
        currency=customer.currency,
        **attrs.asdict(wanted, recurse=False),
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.billing.draft_invoices.add(made)
    record(tx, "draft", made.id, "create")
    return made


def edit(tx: InvoicingTx, draft_id: UUID, version: int, changes: Mapping[str, Any]) -> DraftInvoice:
    """Write over these fields: `lines` is the whole list, each line under the id that it had, or without one.

    `version` is that of the draft that was read. Raises `InvalidInput` with every fault, `StaleVersion`, `NotFound`;
    `Conflict` when it is issued.
    """
    before = open_draft(tx, draft_id)
    if before.version != version:
        raise StaleVersion("draft", draft_id)
    given = attrs.asdict(DraftContent(**before.content)) | dict(changes)
    wanted = parse_content(given, before.currency, before.lines)
    after = attrs.evolve(before, **attrs.asdict(wanted, recurse=False), updated_at=tx.now)
    return _save(tx, after, "edit")


def _save(tx: InvoicingTx, after: DraftInvoice, action: str) -> DraftInvoice:
    tx.billing.draft_invoices.save(after)
    record(tx, "draft", after.id, action)
    return attrs.evolve(after, version=after.version + 1)


def open_draft(tx: InvoicingTx, draft_id: UUID) -> DraftInvoice:
    """The draft, locked. Raises `NotFound`; `Conflict` when it is issued."""
    found = tx.billing.draft_invoices.find(draft_id)
    if found is not None:
        return found
    try:
        issued = tx.billing.invoices.state(draft_id)
    except NotFound:
        raise NotFound("draft", draft_id) from None
    raise Conflict(
        f"{issued.type.value} {draft_id}", "it is issued, and never changes", "issue a credit note, or another invoice"
    )


def discard(tx: InvoicingTx, draft_id: UUID) -> None:
    """Throw a draft away. Raises as `open_draft` does."""
    open_draft(tx, draft_id)
    tx.billing.draft_invoices.delete([draft_id])
    record(tx, "draft", draft_id, "delete")


def preview(tx: InvoicingTx, draft_id: UUID) -> Invoice:
    """The document that the draft would be now, without its number (I13). Raises as `open_draft`, `InvalidInput`."""
    wanted = open_draft(tx, draft_id)
    customer = tx.billing.customers.get(wanted.customer_id)
    request = request_of(wanted, _due_on(tx, wanted, customer.time_zone))
    (sums,) = totals_of(tx, [request], {customer.id: customer})
    seller = seller_party(tx.billing.sellers.get(tx.seller_id))
    return document(request, sums, tx.seller_id, seller, customer, settings_of(tx).terms, tx.now)


def take_draft(tx: InvoicingTx, draft_id: UUID) -> InvoiceRequest:
    """The request of a draft, which is a draft no more: the caller issues it. Raises as `preview`."""
    wanted = open_draft(tx, draft_id)
    customer = tx.billing.customers.get(wanted.customer_id)
    request = request_of(wanted, _due_on(tx, wanted, customer.time_zone))
    tx.billing.draft_invoices.delete([draft_id])
    return request


def _due_on(tx: InvoicingTx, wanted: DraftInvoice, time_zone: str) -> date:
    today = local_date(tx.now, time_zone)
    return wanted.due_on or today + timedelta(days=settings_of(tx).payment_terms_days)


def merge(tx: InvoicingTx, draft_ids: Sequence[UUID]) -> DraftInvoice:
    """One draft of several of a customer: the first takes the lines of the others, which are gone.

    Raises `InvalidInput` for fewer than two, or where they do not fit together; and as `open_draft` does.
    """
    wanted = [open_draft(tx, draft_id) for draft_id in sorted(set(draft_ids))]
    by_id = {each.id: each for each in wanted}
    faults = Faults()
    if len(draft_ids) < 2 or len(by_id) < len(draft_ids):
        faults.add("drafts", "must be two or more different ones")
    if len({each.customer_id for each in wanted}) > 1:
        faults.add("drafts", "are of several customers")
    if len({each.currency for each in wanted}) > 1:
        faults.add("drafts", "are in several currencies")
    if sum(each.discount is not None for each in wanted) > 1:
        faults.add("drafts", "have several discounts on the whole", remedy="put them on the lines first")
    if len({each.purchase_order for each in wanted if each.purchase_order}) > 1:
        faults.add("drafts", "name several purchase orders", remedy="an invoice names one (EN 16931, BT-13)")
    faults.raise_if_any()
    ordered = [by_id[draft_id] for draft_id in draft_ids]
    whole = attrs.evolve(
        ordered[0],
        lines=tuple(line for each in ordered for line in each.lines),
        discount=next((each.discount for each in ordered if each.discount is not None), None),
        purchase_order=next((each.purchase_order for each in ordered if each.purchase_order), ""),
        note=next((each.note for each in ordered if each.note), ""),
        terms=next((each.terms for each in ordered if each.terms), ""),
        updated_at=tx.now,
    )
    tx.billing.draft_invoices.delete([each.id for each in ordered[1:]])
    return _save(tx, whole, "merge")


def split(tx: InvoicingTx, draft_id: UUID, line_ids: Sequence[UUID]) -> tuple[DraftInvoice, DraftInvoice]:
    """The draft without these lines, and a new one of them. A discount on the whole stays with the first, unless it is
    a percentage: then both have it.

    Raises `InvalidInput` for lines that are not there, and when either would have none; and as `open_draft` does.
    """
    before = open_draft(tx, draft_id)
    wanted = set(line_ids)
    moved = tuple(line for line in before.lines if line.id in wanted)
    kept = tuple(line for line in before.lines if line.id not in wanted)
    faults = Faults()
    for line_id in wanted - {line.id for line in before.lines}:
        faults.add(f"lines.{public_id('lin', line_id)}", "is no line of this draft")
    if not moved or not kept:
        faults.add("lines", "must be some, but not all of the draft's")
    faults.raise_if_any()
    both = before.discount is not None and before.discount.percent is not None
    second = attrs.evolve(
        before,
        id=new_id(),
        lines=moved,
        discount=before.discount if both else None,
        version=1,
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.billing.draft_invoices.add(second)
    record(tx, "draft", second.id, "split")
    return _save(tx, attrs.evolve(before, lines=kept, updated_at=tx.now), "split"), second
