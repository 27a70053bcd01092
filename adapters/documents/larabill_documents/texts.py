"""The words of the templates, by language. English is complete and is what others fall back to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

TEXTS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "en": {
            "language": "en",
            "locale": "en_GB",
            "invoice": "Invoice",
            "invoice_number": "Invoice number",
            "issued_on": "Issue date",
            "due_on": "Due date",
            "currency": "Currency",
            "seller": "Seller",
            "buyer": "Bill to",
            "tax_id": "VAT identifier",
            "description": "Description",
            "period": "Period",
            "quantity": "Quantity",
            "unit_price": "Unit price",
            "amount": "Amount",
            "total": "Total",
            "amount_due": "Amount due",
            "status_issued": "Open",
            "status_paid": "Paid",
            "status_void": "Void",
            "lines_caption": "What this invoice is for",
            "totals_caption": "Totals",
            "pay_issued": "Please pay the amount due by the due date, and name the invoice number.",
            "pay_paid": "This invoice is settled. Nothing is left to pay.",
            "pay_void": "This invoice was cancelled. Please do not pay it.",
            "hello": "Hello",
            "regards": "Kind regards",
            "reminder_subject": "Reminder: an invoice is waiting for payment",
            "reminder_text": "our records show that this invoice has not been paid yet.",
            "reminder_last": "Please pay it soon: services that stay unpaid are suspended, and later ended.",
            "reminder_crossed": "If your payment is on its way, please take this mail as settled.",
            "receipt_subject": "Thank you: your payment has arrived",
            "receipt_text": "your payment has arrived, and this invoice is settled. Thank you.",
            "access_subject": "Your service is ready",
            "access_text": "your service is ready to use. This is where you find it:",
            "access_secret": "The first password is shown once, in your customer area. It is never sent by mail.",
            "service": "Service",
            "address": "Address",
            "login_url": "Log in at",
            "user_name": "User name",
        },
        "de": {
            "language": "de",
            "locale": "de_DE",
            "invoice": "Rechnung",
            "invoice_number": "Rechnungsnummer",
            "issued_on": "Rechnungsdatum",
            "due_on": "Fällig am",
            "currency": "Währung",
            "seller": "Verkäufer",
            "buyer": "Rechnung an",
            "tax_id": "USt-IdNr.",
            "description": "Beschreibung",
            "period": "Zeitraum",
            "quantity": "Menge",
            "unit_price": "Einzelpreis",
            "amount": "Betrag",
            "total": "Gesamtbetrag",
            "amount_due": "Zu zahlen",
            "status_issued": "Offen",
            "status_paid": "Bezahlt",
            "status_void": "Storniert",
            "lines_caption": "Wofür diese Rechnung ist",
            "totals_caption": "Summen",
            "pay_issued": "Bitte zahlen Sie den offenen Betrag bis zum Fälligkeitstag unter Angabe der Nummer.",
            "pay_paid": "Diese Rechnung ist beglichen. Es ist nichts mehr zu zahlen.",
            "pay_void": "Diese Rechnung wurde storniert. Bitte zahlen Sie sie nicht.",
            "hello": "Guten Tag",
            "regards": "Freundliche Grüße",
            "reminder_subject": "Erinnerung: eine Rechnung wartet auf Zahlung",
            "reminder_text": "nach unseren Unterlagen ist diese Rechnung noch nicht bezahlt.",
            "reminder_last": "Bitte zahlen Sie bald: Dienste ohne Zahlung werden gesperrt und später beendet.",
            "reminder_crossed": "Ist Ihre Zahlung schon unterwegs, betrachten Sie diese Mail bitte als erledigt.",
            "receipt_subject": "Danke: Ihre Zahlung ist eingegangen",
            "receipt_text": "Ihre Zahlung ist eingegangen, diese Rechnung ist beglichen. Vielen Dank.",
            "access_subject": "Ihr Dienst ist bereit",
            "access_text": "Ihr Dienst ist bereit. Hier finden Sie ihn:",
            "access_secret": "Das erste Passwort wird einmal in Ihrem Kundenbereich gezeigt. Per Mail kommt es nie.",
            "service": "Dienst",
            "address": "Adresse",
            "login_url": "Anmelden unter",
            "user_name": "Benutzername",
        },
    }
)


def for_language(language: str) -> dict[str, str]:
    """The words for a language tag such as `de` or `de-AT`; English for one that we do not speak."""
    primary = language.replace("_", "-").partition("-")[0].lower()
    return dict(TEXTS.get(primary, TEXTS["en"]))
