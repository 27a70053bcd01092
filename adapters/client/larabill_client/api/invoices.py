"""Operations of the API: invoices. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from larabill_client.models.invoices import (
    AgreePlan,
    CreditInvoice,
    InvoiceLeft,
    InvoicePage,
    InvoiceSummary,
    MergeInvoices,
    OpenCheckout,
    PaidFromCredit,
    PauseDunning,
    PayFromCredit,
    PayInvoice,
    PaymentPlanOut,
    PromiseToPay,
    ResumeDunning,
    TakeBack,
)
from larabill_client.models.shared import InvoiceOut, InvoiceStatus, PauseOut, PaymentOut, RecordPayment
from larabill_client.transport import File, Transport, _part


class InvoicesApi(Transport):
    """Operations under /invoices."""

    def list_invoices(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
        customer: str | None = None,
        status: InvoiceStatus | None = None,
    ) -> InvoicePage:
        """Invoices, credit notes and proformas.

        Needs `invoices.read`.
        """
        return self._ask(
            InvoicePage,
            "GET",
            "/invoices",
            query={"after": after, "limit": limit, "sort": sort, "customer": customer, "status": status},
        )

    def all_invoices(
        self,
        *,
        sort: Literal["-created", "created"] | None = None,
        customer: str | None = None,
        status: InvoiceStatus | None = None,
    ) -> Iterator[InvoiceSummary]:
        """Every item of `list_invoices`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_invoices(after=after, limit=100, sort=sort, customer=customer, status=status)
            yield from page.items
            after = page.next
            if after is None:
                return

    def merge_invoices(self, body: MergeInvoices, *, idempotency_key: str | None = None) -> InvoiceOut:
        """One invoice of several open ones, which are taken back.

        Needs `invoices.write`.
        """
        return self._ask(InvoiceOut, "POST", "/invoices/merge", body=body, keyed=True, key=idempotency_key)

    def get_invoice(self, invoice: str) -> InvoiceOut:
        """A document with its lines and their explanation.

        Needs `invoices.read`.
        """
        return self._ask(InvoiceOut, "GET", f"/invoices/{_part(invoice)}")

    def open_checkout(self, invoice: str, body: OpenCheckout, *, idempotency_key: str | None = None) -> PaymentOut:
        """Begin a payment of an invoice that the customer makes at the gateway.

        Needs `payments.pay`.
        """
        return self._ask(
            PaymentOut, "POST", f"/invoices/{_part(invoice)}/checkout", body=body, keyed=True, key=idempotency_key
        )

    def credit_invoice(self, invoice: str, body: CreditInvoice, *, idempotency_key: str | None = None) -> InvoiceOut:
        """Issue a credit note of an invoice: of lines, of an amount, or of all that is left.

        Needs `invoices.write`.
        """
        return self._ask(
            InvoiceOut, "POST", f"/invoices/{_part(invoice)}/credit-notes", body=body, keyed=True, key=idempotency_key
        )

    def download_invoice(self, invoice: str) -> File:
        """The document as a file for people.

        Needs `invoices.read`.
        """
        return self._fetch("GET", f"/invoices/{_part(invoice)}/document")

    def pause_dunning(self, invoice: str, body: PauseDunning, *, idempotency_key: str | None = None) -> PauseOut:
        """Nothing is done until it goes on by hand.

        Needs `dunning.write`.
        """
        return self._ask(
            PauseOut, "POST", f"/invoices/{_part(invoice)}/dunning/pause", body=body, keyed=True, key=idempotency_key
        )

    def promise_to_pay(self, invoice: str, body: PromiseToPay, *, idempotency_key: str | None = None) -> PauseOut:
        """The customer promised to pay; until then nothing is done.

        Needs `dunning.write`.
        """
        return self._ask(
            PauseOut, "POST", f"/invoices/{_part(invoice)}/dunning/promise", body=body, keyed=True, key=idempotency_key
        )

    def resume_dunning(self, invoice: str, body: ResumeDunning, *, idempotency_key: str | None = None) -> PauseOut:
        """What is done goes on where it stood.

        Needs `dunning.write`.
        """
        return self._ask(
            PauseOut, "POST", f"/invoices/{_part(invoice)}/dunning/resume", body=body, keyed=True, key=idempotency_key
        )

    def withdraw_promise(self, invoice: str, *, idempotency_key: str | None = None) -> PauseOut:
        """The promise stands no more.

        Needs `dunning.write`.
        """
        return self._ask(
            PauseOut, "POST", f"/invoices/{_part(invoice)}/dunning/withdraw-promise", keyed=True, key=idempotency_key
        )

    def get_invoice_left(self, invoice: str) -> InvoiceLeft:
        """What credit notes can still give back of an invoice.

        Needs `invoices.write`.
        """
        return self._ask(InvoiceLeft, "GET", f"/invoices/{_part(invoice)}/left")

    def pay_invoice(self, invoice: str, body: PayInvoice, *, idempotency_key: str | None = None) -> PaymentOut:
        """Pay an invoice with a stored method.

        Needs `payments.pay`.
        """
        return self._ask(
            PaymentOut, "POST", f"/invoices/{_part(invoice)}/pay", body=body, keyed=True, key=idempotency_key
        )

    def pay_from_credit(
        self, invoice: str, body: PayFromCredit, *, idempotency_key: str | None = None
    ) -> PaidFromCredit:
        """Pay an invoice from credit.

        Needs `credits.use`.
        """
        return self._ask(
            PaidFromCredit,
            "POST",
            f"/invoices/{_part(invoice)}/pay-from-credit",
            body=body,
            keyed=True,
            key=idempotency_key,
        )

    def record_payment(self, invoice: str, body: RecordPayment, *, idempotency_key: str | None = None) -> PaymentOut:
        """Record money for an invoice that came by hand.

        Needs `payments.record`.
        """
        return self._ask(
            PaymentOut, "POST", f"/invoices/{_part(invoice)}/payments", body=body, keyed=True, key=idempotency_key
        )

    def get_payment_plan(self, invoice: str) -> PaymentPlanOut:
        """The instalments in which an invoice is paid.

        Needs `invoices.read`.
        """
        return self._ask(PaymentPlanOut, "GET", f"/invoices/{_part(invoice)}/plan")

    def agree_payment_plan(self, invoice: str, body: AgreePlan, *, version: int) -> PaymentPlanOut:
        """Pay the balance of an invoice in instalments.

        Needs `invoices.write`.
        """
        return self._ask(PaymentPlanOut, "PUT", f"/invoices/{_part(invoice)}/plan", body=body, version=version)

    def break_payment_plan(
        self, invoice: str, body: TakeBack, *, version: int, idempotency_key: str | None = None
    ) -> InvoiceOut:
        """The rest of an invoice falls due at once.

        Needs `invoices.write`.
        """
        return self._ask(
            InvoiceOut,
            "POST",
            f"/invoices/{_part(invoice)}/plan/break",
            body=body,
            keyed=True,
            key=idempotency_key,
            version=version,
        )

    def void_invoice(
        self, invoice: str, body: TakeBack, *, version: int, idempotency_key: str | None = None
    ) -> InvoiceOut:
        """Take back an invoice on which nothing was paid, or a proforma.

        Needs `invoices.write`.
        """
        return self._ask(
            InvoiceOut,
            "POST",
            f"/invoices/{_part(invoice)}/void",
            body=body,
            keyed=True,
            key=idempotency_key,
            version=version,
        )

    def write_off_invoice(
        self, invoice: str, body: TakeBack, *, version: int, idempotency_key: str | None = None
    ) -> InvoiceOut:
        """What is left of an invoice will not come.

        Needs `invoices.write`.
        """
        return self._ask(
            InvoiceOut,
            "POST",
            f"/invoices/{_part(invoice)}/write-off",
            body=body,
            keyed=True,
            key=idempotency_key,
            version=version,
        )
