"""Our documents as UBL 2.1, with the fields that the rules of EN 16931 look at.

For the tests alone: what a document says is written as it stands. Reckoned is only what it does not hold itself: the
sums of its lines and of its allowances, the last day of a half-open period, and a price without tax.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from larabill_billing.invoicing.model import DocumentAllowance, DocumentType, Invoice, InvoiceLine, TaxSubtotal

_OASIS = "urn:oasis:names:specification:ubl:schema:xsd"
_PREFIXES = {"cac": f"{_OASIS}:CommonAggregateComponents-2", "cbc": f"{_OASIS}:CommonBasicComponents-2"}
OUTSIDE = "O"


def to_ubl(document: Invoice) -> str:
    """The document as an XML text: `Invoice`, or `CreditNote` for what gives back."""
    note = document.type is DocumentType.CREDIT_NOTE
    kind = "CreditNote" if note else "Invoice"
    root = Element(f"{kind}", {f"xmlns:{prefix}": uri for prefix, uri in _PREFIXES.items()})
    root.set("xmlns", f"{_OASIS}:{kind}-2")
    _text(root, "CustomizationID", "urn:cen.eu:en16931:2017")
    _text(root, "ID", document.number)
    _text(root, "IssueDate", document.issued_on)
    if not note:
        _text(root, "DueDate", document.due_on)
    _text(root, f"{kind}TypeCode", "381" if note else "380")
    _optional(root, "Note", document.note)
    _text(root, "DocumentCurrencyCode", document.currency)
    periods = [line for line in document.lines if line.period_start is not None and line.period_end is not None]
    if periods:
        _period(root, min(_start(line) for line in periods), max(_end(line) for line in periods))
    if document.purchase_order:
        _text(_part(root, "OrderReference"), "ID", document.purchase_order)
    if document.preceding_id is not None:
        _text(_part(root, "BillingReference", "InvoiceDocumentReference"), "ID", document.preceding_id)
    outside = any(subtotal.category == OUTSIDE for subtotal in document.taxes)
    _party(_part(root, "AccountingSupplierParty", "Party"), document.seller, str(document.seller_id), outside)
    _party(_part(root, "AccountingCustomerParty", "Party"), document.buyer, str(document.customer_id), outside)
    delivery = _part(root, "Delivery")
    _text(delivery, "ActualDeliveryDate", document.issued_on)
    country = _part(delivery, "DeliveryLocation", "Address", "Country")
    _text(country, "IdentificationCode", document.buyer["country"])
    _text(_part(root, "PaymentTerms"), "Note", document.terms or f"Due on {document.due_on}")
    for allowance in document.allowances:
        _document_allowance(root, allowance, document.currency)
    _taxes(root, document)
    _sums(root, document)
    for line in document.lines:
        _line(root, line, note)
    return tostring(root, encoding="unicode")


def _party(party: Element, snapshot: Mapping[str, Any], own_id: str, outside: bool) -> None:
    """A party of a document outside the scope of VAT shows no VAT identifier (BR-O-02)."""
    _text(_part(party, "PartyIdentification"), "ID", own_id)
    address = _part(party, "PostalAddress")
    for name, value in zip(("StreetName", "AdditionalStreetName"), snapshot["address"], strict=False):
        _text(address, name, value)
    _text(_part(address, "Country"), "IdentificationCode", snapshot["country"])
    if snapshot["tax_id"] and not outside:
        scheme = _part(party, "PartyTaxScheme")
        _text(scheme, "CompanyID", snapshot["tax_id"])
        _text(_part(scheme, "TaxScheme"), "ID", "VAT")
    _text(_part(party, "PartyLegalEntity"), "RegistrationName", snapshot.get("company") or snapshot["name"])


def _document_allowance(root: Element, allowance: DocumentAllowance, currency: str) -> None:
    part = _allowance(root, allowance.reason, allowance.amount, currency)
    _category(part, "TaxCategory", allowance.tax_category, allowance.tax_rate)


def _allowance(parent: Element, reason: str, amount: Decimal, currency: str) -> Element:
    part = _part(parent, "AllowanceCharge")
    _text(part, "ChargeIndicator", "false")
    _text(part, "AllowanceChargeReason", reason)
    _amount(part, "Amount", amount, currency)
    return part


def _taxes(root: Element, document: Invoice) -> None:
    whole = _part(root, "TaxTotal")
    _amount(whole, "TaxAmount", document.tax, document.currency)
    for subtotal in document.taxes:
        part = _part(whole, "TaxSubtotal")
        _amount(part, "TaxableAmount", subtotal.base, document.currency)
        _amount(part, "TaxAmount", subtotal.tax, document.currency)
        _category(part, "TaxCategory", subtotal.category, subtotal.rate, subtotal)


def _category(parent: Element, name: str, category: str, rate: Decimal, subtotal: TaxSubtotal | None = None) -> None:
    part = _part(parent, name)
    _text(part, "ID", category)
    if category != OUTSIDE or subtotal is not None:  # BR-O-05 and BR-O-06: lines and allowances outside show no rate
        _text(part, "Percent", f"{rate:f}")
    if subtotal is not None:
        _optional(part, "TaxExemptionReasonCode", subtotal.reason_code)
        _optional(part, "TaxExemptionReason", subtotal.reason)
    _text(_part(part, "TaxScheme"), "ID", "VAT")


def _sums(root: Element, document: Invoice) -> None:
    part = _part(root, "LegalMonetaryTotal")
    lines = sum((line.amount for line in document.lines), Decimal(0))
    off = sum((each.amount for each in document.allowances), Decimal(0))
    _amount(part, "LineExtensionAmount", lines, document.currency)
    _amount(part, "TaxExclusiveAmount", document.net, document.currency)
    _amount(part, "TaxInclusiveAmount", document.total, document.currency)
    if document.allowances:
        _amount(part, "AllowanceTotalAmount", off, document.currency)
    _amount(part, "PayableAmount", document.total, document.currency)


def _line(root: Element, line: InvoiceLine, note: bool) -> None:
    part = _part(root, "CreditNoteLine" if note else "InvoiceLine")
    _text(part, "ID", line.position)
    before = line.amount + sum((each.amount for each in line.allowances), Decimal(0))
    quantity = -line.quantity if before < 0 else line.quantity  # BR-27: it is the quantity that is negative
    _text(part, "CreditedQuantity" if note else "InvoicedQuantity", f"{quantity:f}").set("unitCode", "C62")
    _amount(part, "LineExtensionAmount", line.amount, line.currency)
    if line.period_start is not None and line.period_end is not None:
        _period(part, _start(line), _end(line))
    for allowance in line.allowances:
        _allowance(part, allowance.reason, allowance.amount, line.currency)
    item = _part(part, "Item")
    _text(item, "Name", line.description)
    _category(item, "ClassifiedTaxCategory", line.tax_category, line.tax_rate)
    price = abs(before / line.quantity) if line.quantity else Decimal(0)
    _amount(_part(part, "Price"), "PriceAmount", price.quantize(Decimal("0.0001")), line.currency)


def _start(line: InvoiceLine) -> date:
    assert line.period_start is not None
    return line.period_start


def _end(line: InvoiceLine) -> date:
    """The last day that belongs to it."""
    assert line.period_end is not None
    return max(line.period_end - timedelta(days=1), _start(line))


def _period(parent: Element, start: date, end: date) -> None:
    part = _part(parent, "InvoicePeriod")
    _text(part, "StartDate", start)
    _text(part, "EndDate", end)


def _part(parent: Element, *names: str) -> Element:
    for name in names:
        parent = SubElement(parent, f"cac:{name}")
    return parent


def _text(parent: Element, name: str, value: object) -> Element:
    child = SubElement(parent, f"cbc:{name}")
    child.text = str(value)
    return child


def _optional(parent: Element, name: str, value: str) -> None:
    if value:
        _text(parent, name, value)


def _amount(parent: Element, name: str, amount: Decimal, currency: str) -> None:
    _text(parent, name, f"{amount:f}").set("currencyID", currency)
