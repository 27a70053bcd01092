"""Documents as people read them: what stands on each type, in English and German."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.billing.market import Market
from tests.billing.market import open_market as open_market
from tests.billing.shop import fails

from larabill_billing.customers.model import NewCustomer
from larabill_billing.invoicing.model import Invoice
from larabill_core.errors import NotFound
from larabill_core.ids import new_id

D = Decimal
CONTENT: dict[str, Any] = {
    "lines": [
        {
            "description": "Umzug",
            "quantity": "1.5",
            "unit_price": "80.1250",
            "discount": {"reason": "Treue", "percent": "10"},
        },
        {"description": "Kabel", "unit_price": "9.90"},
    ],
    "discount": {"reason": "Kulanz", "amount": "5.00"},
    "note": "Danke <b>sehr</b>",
    "purchase_order": "PO 4711",
}


@pytest.fixture
def market(open_market: Any) -> Market:
    made: Market = open_market(taxes=[{"country": "DE", "rate": "19", "name": "USt"}], terms="Zahlbar sofort")
    return made


def issued(market: Market, language: str) -> tuple[Any, Invoice]:
    billing = market.engine.billing
    new = NewCustomer(name="Ada", email="ada@example.com", country="DE", language=language)
    customer = billing.customers.create(market.seller, new)
    draft = billing.drafts.create(market.seller, customer.id, CONTENT)
    return customer.id, billing.drafts.issue(market.seller, draft.id)


def rendered(market: Market, invoice: Invoice, template: str) -> str:
    context = market.engine.billing.invoices.context(market.seller, invoice.id)
    text: str = market.engine.documents.render(template, context, language=invoice.language)
    return text


@pytest.mark.parametrize("template", ["invoice", "invoice.txt"])
def test_an_invoice_shows_allowances_taxes_references_and_terms(market: Market, template: str) -> None:
    _, invoice = issued(market, "de")
    market.engine.billing.payments.record_manual(market.seller, invoice.id, D("40.00"), "transfer")
    shown = rendered(market, invoice, template)
    for said in (
        "Rechnung",
        invoice.number,
        "80,125",
        "Treue (10 %)",
        "-12,02",
        "108,17",
        "Kulanz",
        "-5,00",
        "113,07",
        "USt 19 % auf 113,07",
        "21,48",
        "134,55",
        "Bezahlt",
        "94,55",
        "PO 4711",
        "Zahlbar sofort",
    ):
        assert said in shown.replace("\N{NO-BREAK SPACE}", " "), said
    assert ("<b>sehr</b>" in shown) is (template == "invoice.txt")


@pytest.mark.parametrize("template", ["invoice", "invoice.txt"])
def test_a_credit_note_names_its_invoice_and_asks_for_nothing(market: Market, template: str) -> None:
    _, invoice = issued(market, "en")
    lines = {invoice.lines[1].id: D("2.00")}
    note = market.engine.billing.invoices.credit(market.seller, invoice.id, "too long", lines=lines)
    shown = rendered(market, note, template)
    for said in ("Credit note", note.number, "Corrects invoice", invoice.number, "€2.00", "€0.38", "€2.38", "too long"):
        assert said in shown, said
    for said in ("Amount due", "Due date", "Zahlbar sofort", "-€", "×  -"):
        assert said not in shown, said


def test_a_proforma_says_that_the_invoice_follows(open_market: Any) -> None:
    market: Market = open_market(proforma=True)
    _, proforma = issued(market, "en")
    shown = rendered(market, proforma, "invoice")
    assert "Proforma invoice" in shown
    assert "The invoice follows your payment." in shown
    market.engine.billing.payments.record_manual(market.seller, proforma.id, proforma.total, "transfer")
    invoice = next(each for each, _ in market.invoices() if each.preceding_id == proforma.id)
    shown = rendered(market, invoice, "invoice")
    assert "Follows proforma" in shown
    assert proforma.number in shown


def test_a_statement_is_shown(market: Market, tmp_path: Path) -> None:
    customer, invoice = issued(market, "de")
    day = invoice.issued_on
    context = market.engine.billing.invoices.statement_context(
        market.seller, customer, "EUR", day.replace(day=1), date(day.year, day.month, 28)
    )
    shown = market.engine.documents.render("statement.html", context, language="de")
    for said in ("Kontoauszug", invoice.number, "134,55", "Saldo danach"):
        assert said in shown or day.day > 28
    fails(NotFound, lambda: market.engine.billing.invoices.context(market.seller, new_id()))
