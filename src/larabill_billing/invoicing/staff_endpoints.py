"""Invoices over HTTP: what staff do with what is issued, payment plans, and statements of account."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from larabill_billing.invoicing import plans, staff_wire, wire
from larabill_billing.invoicing.credit_notes import what_is_left
from larabill_billing.invoicing.document_data import statement_data
from larabill_billing.invoicing.model import InvoiceState
from larabill_billing.invoicing.ports import InvoicingTx
from larabill_billing.invoicing.statements import statement
from larabill_billing.invoicing.write_off import write_off
from larabill_core.access import own
from larabill_core.errors import NotFound
from larabill_core.http.endpoint import Call, Document, Endpoint
from larabill_core.http.wire import day_of

_HERE: Final = "larabill_billing.invoicing.staff_endpoints"

ENDPOINTS: Final = (
    Endpoint(
        id="get_invoice_left",
        method="GET",
        path="/invoices/{invoice}/left",
        summary="What credit notes can still give back of an invoice",
        ability="invoices.write",
        answer=staff_wire.InvoiceLeft,
        handler=f"{_HERE}:get_left",
    ),
    Endpoint(
        id="write_off_invoice",
        method="POST",
        path="/invoices/{invoice}/write-off",
        summary="What is left of an invoice will not come",
        ability="invoices.write",
        body=staff_wire.TakeBack,
        answer=wire.InvoiceOut,
        versioned=True,
        errors=(409,),
        handler=f"{_HERE}:write_off_invoice",
    ),
    Endpoint(
        id="get_payment_plan",
        method="GET",
        path="/invoices/{invoice}/plan",
        summary="The instalments in which an invoice is paid",
        ability="invoices.read",
        scope="own",
        answer=staff_wire.PaymentPlanOut,
        handler=f"{_HERE}:get_plan",
    ),
    Endpoint(
        id="agree_payment_plan",
        method="PUT",
        path="/invoices/{invoice}/plan",
        summary="Pay the balance of an invoice in instalments",
        ability="invoices.write",
        body=staff_wire.AgreePlan,
        answer=staff_wire.PaymentPlanOut,
        versioned=True,
        errors=(409,),
        handler=f"{_HERE}:agree_plan",
    ),
    Endpoint(
        id="break_payment_plan",
        method="POST",
        path="/invoices/{invoice}/plan/break",
        summary="The rest of an invoice falls due at once",
        ability="invoices.write",
        body=staff_wire.TakeBack,
        answer=wire.InvoiceOut,
        versioned=True,
        errors=(409,),
        handler=f"{_HERE}:break_plan",
    ),
    Endpoint(
        id="get_statement",
        method="GET",
        path="/customers/{customer}/statement",
        summary="A customer's account: what happened in some days, and what is owed",
        ability="invoices.read",
        scope="own",
        query=staff_wire.StatementQuery,
        answer=staff_wire.StatementOut,
        handler=f"{_HERE}:get_statement",
    ),
    Endpoint(
        id="download_statement",
        method="GET",
        path="/customers/{customer}/statement/document",
        summary="The statement as a file for people",
        ability="invoices.read",
        scope="own",
        query=staff_wire.StatementQuery,
        answer=Document,
        handler=f"{_HERE}:download_statement",
    ),
)


def get_left(tx: InvoicingTx, call: Call[Any, None]) -> staff_wire.InvoiceLeft:
    return staff_wire.left_out(what_is_left(tx, tx.billing.invoices.get(call.path["invoice"])))


def write_off_invoice(tx: InvoicingTx, call: Call[Any, staff_wire.TakeBack]) -> wire.InvoiceOut:
    invoice = locked(tx, call).invoice_id
    write_off(tx, invoice, call.body.reason)
    return shown(tx, invoice)


def get_plan(tx: InvoicingTx, call: Call[Any, None]) -> staff_wire.PaymentPlanOut:
    invoice = call.path["invoice"]
    own(call.actor, "invoice", invoice, tx.billing.invoices.state(invoice).customer_id)
    plan = plans.current_plan(tx, invoice)
    if plan is None:
        raise NotFound("payment plan of invoice", invoice)
    return staff_wire.plan_out(plan)


def agree_plan(tx: InvoicingTx, call: Call[Any, staff_wire.AgreePlan]) -> staff_wire.PaymentPlanOut:
    state = locked(tx, call)
    instalments = staff_wire.instalments_of(call.body.instalments, state.currency)
    return staff_wire.plan_out(plans.agree(tx, state.invoice_id, instalments, call.body.reason))


def break_plan(tx: InvoicingTx, call: Call[Any, staff_wire.TakeBack]) -> wire.InvoiceOut:
    invoice = locked(tx, call).invoice_id
    plans.break_plan(tx, invoice, call.body.reason)
    return shown(tx, invoice)


def get_statement(tx: InvoicingTx, call: Call[staff_wire.StatementQuery, None]) -> staff_wire.StatementOut:
    customer, query = call.path["customer"], call.query
    own(call.actor, "customer", customer, customer)
    first, last = day_of(query.first, "first"), day_of(query.last, "last")
    return staff_wire.statement_out(statement(tx, customer, query.currency, first, last))


def download_statement(tx: InvoicingTx, call: Call[staff_wire.StatementQuery, None]) -> Document:
    customer, query = call.path["customer"], call.query
    own(call.actor, "customer", customer, customer)
    first, last = day_of(query.first, "first"), day_of(query.last, "last")
    data = statement_data(tx, customer, query.currency, first, last)
    html = tx.engine.documents.render("statement.html", data, language=data["language"])
    name = f"statement-{query.first}-{query.last}.html"
    return Document(content=html.encode(), media_type="text/html; charset=utf-8", filename=name)


def locked(tx: InvoicingTx, call: Call[Any, Any]) -> InvoiceState:
    """The state of the invoice in the path, locked. Raises `StaleVersion`, `NotFound`."""
    state = tx.billing.invoices.state(call.path["invoice"], lock=True)
    call.at_version("invoice", state.invoice_id, state.version)
    return state


def shown(tx: InvoicingTx, invoice_id: UUID) -> wire.InvoiceOut:
    """The document as it stands now."""
    return wire.invoice_out(tx.billing.invoices.get(invoice_id), tx.billing.invoices.state(invoice_id))
