"""Drafts over HTTP: invoices that staff write. They are issued by `credits.document_endpoints`."""

from __future__ import annotations

from typing import Any, Final

from larabill_billing.invoicing import draft_wire as wire
from larabill_billing.invoicing import drafting
from larabill_billing.invoicing.drafts import DraftInvoice
from larabill_billing.invoicing.ports import InvoicingTx
from larabill_billing.invoicing.wire import PreviewOut, preview_out
from larabill_core.http.endpoint import Call, Endpoint
from larabill_core.http.wire import id_of, ids_of, newest_first
from larabill_core.ids import parse_public_id

_HERE: Final = "larabill_billing.invoicing.draft_endpoints"

ENDPOINTS: Final = (
    Endpoint(
        id="list_drafts",
        method="GET",
        path="/drafts",
        summary="Invoices that are being written",
        ability="drafts.read",
        query=wire.DraftsQuery,
        answer=wire.DraftPage,
        handler=f"{_HERE}:list_drafts",
    ),
    Endpoint(
        id="create_draft",
        method="POST",
        path="/drafts",
        summary="Begin an invoice",
        ability="drafts.write",
        body=wire.NewDraft,
        answer=wire.DraftOut,
        status=201,
        errors=(404,),
        handler=f"{_HERE}:create_draft",
    ),
    Endpoint(
        id="get_draft",
        method="GET",
        path="/drafts/{draft}",
        summary="An invoice that is being written",
        ability="drafts.read",
        answer=wire.DraftOut,
        errors=(409,),
        handler=f"{_HERE}:get_draft",
    ),
    Endpoint(
        id="edit_draft",
        method="PATCH",
        path="/drafts/{draft}",
        summary="Write over fields of a draft",
        ability="drafts.write",
        body=wire.EditDraft,
        answer=wire.DraftOut,
        versioned=True,
        errors=(409,),
        handler=f"{_HERE}:edit_draft",
    ),
    Endpoint(
        id="preview_draft",
        method="GET",
        path="/drafts/{draft}/preview",
        summary="The document that the draft would be now, without a number",
        ability="drafts.read",
        answer=PreviewOut,
        errors=(409, 422),
        handler=f"{_HERE}:preview_draft",
    ),
    Endpoint(
        id="merge_drafts",
        method="POST",
        path="/drafts/merge",
        summary="One draft of several of a customer",
        ability="drafts.write",
        body=wire.MergeDrafts,
        answer=wire.DraftOut,
        errors=(404, 409),
        handler=f"{_HERE}:merge_drafts",
    ),
    Endpoint(
        id="split_draft",
        method="POST",
        path="/drafts/{draft}/split",
        summary="Two drafts of one",
        ability="drafts.write",
        body=wire.SplitDraft,
        answer=wire.SplitOut,
        versioned=True,
        errors=(409,),
        handler=f"{_HERE}:split_draft",
    ),
    Endpoint(
        id="discard_draft",
        method="DELETE",
        path="/drafts/{draft}",
        summary="Throw a draft away",
        ability="drafts.write",
        status=204,
        versioned=True,
        errors=(409,),
        handler=f"{_HERE}:discard_draft",
    ),
)


def list_drafts(tx: InvoicingTx, call: Call[wire.DraftsQuery, None]) -> wire.DraftPage:
    query = call.query
    found = tx.billing.draft_invoices.page(
        customer_id=id_of(query.customer, "cus", "customer"),
        after=id_of(query.after, "dft", "after"),
        newest_first=newest_first(query),
        limit=query.limit,
    )
    return wire.drafts_out(found, query)


def create_draft(tx: InvoicingTx, call: Call[Any, wire.NewDraft]) -> wire.DraftOut:
    customer = parse_public_id(call.body.customer, "cus", "customer")
    return wire.draft_out(drafting.draft(tx, customer, wire.content_of(call.body)))


def get_draft(tx: InvoicingTx, call: Call[Any, None]) -> wire.DraftOut:
    return wire.draft_out(drafting.open_draft(tx, call.path["draft"]))


def edit_draft(tx: InvoicingTx, call: Call[Any, wire.EditDraft]) -> wire.DraftOut:
    draft = named(tx, call)
    return wire.draft_out(drafting.edit(tx, draft.id, draft.version, wire.content_of(call.body)))


def preview_draft(tx: InvoicingTx, call: Call[Any, None]) -> PreviewOut:
    return preview_out(drafting.preview(tx, call.path["draft"]))


def merge_drafts(tx: InvoicingTx, call: Call[Any, wire.MergeDrafts]) -> wire.DraftOut:
    return wire.draft_out(drafting.merge(tx, ids_of(call.body.drafts, "dft", "drafts")))


def split_draft(tx: InvoicingTx, call: Call[Any, wire.SplitDraft]) -> wire.SplitOut:
    kept, split = drafting.split(tx, named(tx, call).id, ids_of(call.body.lines, "lin", "lines"))
    return wire.SplitOut(kept=wire.draft_out(kept), split=wire.draft_out(split))


def discard_draft(tx: InvoicingTx, call: Call[Any, None]) -> None:
    drafting.discard(tx, named(tx, call).id)


def named(tx: InvoicingTx, call: Call[Any, Any]) -> DraftInvoice:
    """The draft in the path, locked. Raises `StaleVersion`, `NotFound`; `Conflict` when it is issued."""
    draft = drafting.open_draft(tx, call.path["draft"])
    call.at_version("draft", draft.id, draft.version)
    return draft
