"""Invoices over HTTP."""

from __future__ import annotations

from typing import Any, Final

from larabill_billing.invoicing import wire
from larabill_billing.invoicing.document_data import invoice_data
from larabill_billing.invoicing.ports import InvoicingTx
from larabill_core.access import own
from larabill_core.http.endpoint import Call, Document, Endpoint
from larabill_core.http.wire import id_of, newest_first

_HERE: Final = "larabill_billing.invoicing.endpoints"

ENDPOINTS: Final = (
    Endpoint(
        id="list_invoices",
        method="GET",
        path="/invoices",
        summary="Invoices, credit notes and proformas",
        ability="invoices.read",
        scope="own",
        query=wire.InvoicesQuery,
        answer=wire.InvoicePage,
        handler=f"{_HERE}:list_invoices",
    ),
    Endpoint(
        id="get_invoice",
        method="GET",
        path="/invoices/{invoice}",
        summary="A document with its lines and their explanation",
        ability="invoices.read",
        scope="own",
        answer=wire.InvoiceOut,
        handler=f"{_HERE}:get_invoice",
    ),
    Endpoint(
        id="download_invoice",
        method="GET",
        path="/invoices/{invoice}/document",
        summary="The document as a file for people",
        ability="invoices.read",
        scope="own",
        answer=Document,
        handler=f"{_HERE}:download_invoice",
    ),
)


def list_invoices(tx: InvoicingTx, call: Call[wire.InvoicesQuery, None]) -> wire.InvoicePage:
    query = call.query
    found = tx.billing.invoices.page(
        customer_id=call.customer(id_of(query.customer, "cus", "customer")),
        status=query.status,
        after=id_of(query.after, "inv", "after"),
        newest_first=newest_first(query),
        limit=query.limit,
    )
    return wire.page_out(found, query)


def get_invoice(tx: InvoicingTx, call: Call[Any, None]) -> wire.InvoiceOut:
    invoice = tx.billing.invoices.get(call.path["invoice"])
    own(call.actor, "invoice", invoice.id, invoice.customer_id)
    return wire.invoice_out(invoice, tx.billing.invoices.state(invoice.id))


def download_invoice(tx: InvoicingTx, call: Call[Any, None]) -> Document:
    invoice = tx.billing.invoices.get(call.path["invoice"])
    own(call.actor, "invoice", invoice.id, invoice.customer_id)
    html = tx.engine.documents.render("invoice", invoice_data(tx, invoice), language=invoice.language)
    return Document(content=html.encode(), media_type="text/html; charset=utf-8", filename=f"{invoice.number}.html")
