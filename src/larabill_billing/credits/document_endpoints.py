"""Documents over HTTP that may move credit: credit notes, what is taken back, merged invoices, issued drafts."""

from __future__ import annotations

from typing import Any, Final

from larabill_billing.credits import credit_notes, documents, merging
from larabill_billing.credits.ports import CreditsTx
from larabill_billing.invoicing import draft_endpoints, drafting, staff_wire, wire
from larabill_billing.invoicing.staff_endpoints import locked, shown
from larabill_core.errors import Conflict
from larabill_core.http.endpoint import Call, Endpoint
from larabill_core.http.wire import amount_of, ids_of

_HERE: Final = "larabill_billing.credits.document_endpoints"

ENDPOINTS: Final = (
    Endpoint(
        id="credit_invoice",
        method="POST",
        path="/invoices/{invoice}/credit-notes",
        summary="Issue a credit note of an invoice: of lines, of an amount, or of all that is left",
        ability="invoices.write",
        body=staff_wire.CreditInvoice,
        answer=wire.InvoiceOut,
        status=201,
        errors=(409,),
        handler=f"{_HERE}:credit_invoice",
    ),
    Endpoint(
        id="void_invoice",
        method="POST",
        path="/invoices/{invoice}/void",
        summary="Take back an invoice on which nothing was paid, or a proforma",
        ability="invoices.write",
        body=staff_wire.TakeBack,
        answer=wire.InvoiceOut,
        versioned=True,
        errors=(409,),
        handler=f"{_HERE}:void_invoice",
    ),
    Endpoint(
        id="merge_invoices",
        method="POST",
        path="/invoices/merge",
        summary="One invoice of several open ones, which are taken back",
        ability="invoices.write",
        body=staff_wire.MergeInvoices,
        answer=wire.InvoiceOut,
        status=201,
        errors=(404, 409),
        handler=f"{_HERE}:merge_invoices",
    ),
    Endpoint(
        id="issue_draft",
        method="POST",
        path="/drafts/{draft}/issue",
        summary="Issue a draft: it is an invoice from then on, and never changes",
        ability="drafts.write",
        answer=wire.InvoiceOut,
        status=201,
        versioned=True,
        errors=(409, 422),
        handler=f"{_HERE}:issue_draft",
    ),
)


def credit_invoice(tx: CreditsTx, call: Call[Any, staff_wire.CreditInvoice]) -> wire.InvoiceOut:
    state, wanted = tx.billing.invoices.state(call.path["invoice"]), call.body
    amount = None if wanted.amount is None else amount_of(wanted.amount, "amount", state.currency)
    lines = wire.line_amounts(wanted.lines, state.currency)
    note = credit_notes.credit(tx, state.invoice_id, lines=lines, amount=amount, reason=wanted.reason)
    if note is None:
        raise Conflict("a credit note", "numbers are given after the host's commit", "ask outside its transaction")
    return shown(tx, note.id)


def void_invoice(tx: CreditsTx, call: Call[Any, staff_wire.TakeBack]) -> wire.InvoiceOut:
    invoice = locked(tx, call).invoice_id
    credit_notes.void(tx, invoice, call.body.reason)
    return shown(tx, invoice)


def merge_invoices(tx: CreditsTx, call: Call[Any, staff_wire.MergeInvoices]) -> wire.InvoiceOut:
    merged = merging.merge(tx, ids_of(call.body.invoices, "inv", "invoices"), call.body.reason)
    return shown(tx, merged.id)


def issue_draft(tx: CreditsTx, call: Call[Any, None]) -> wire.InvoiceOut:
    draft = draft_endpoints.named(tx, call)
    issued = documents.issue(tx, [drafting.take_draft(tx, draft.id)])
    if not issued:
        raise Conflict("an invoice", "numbers are given after the host's commit", "ask outside its transaction")
    return shown(tx, draft.id)
