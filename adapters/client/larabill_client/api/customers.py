"""Operations of the API: customers. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from larabill_client.models.customers import (
    AddExemption,
    ChangeCustomerIn,
    CreditBalances,
    CreditMovement,
    CreditMovementPage,
    CustomerDunning,
    CustomerOut,
    CustomerPage,
    ExemptionList,
    GrantCredit,
    LotPage,
    NewCustomerIn,
    OpenTopUp,
    PaymentMethodPage,
    ReceivePayment,
    SetGroup,
    SetTopUpRule,
    StatementOut,
    StoreMethod,
    TopUp,
    TopUpRuleOut,
    VatIdCheck,
    VatIdChecks,
)
from larabill_client.models.shared import ExemptionOut, LotOut, PaymentMethodOut, PaymentOut, RecordPayment
from larabill_client.transport import File, Transport, _part


class CustomersApi(Transport):
    """Operations under /customers."""

    def list_customers(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
        search: str | None = None,
    ) -> CustomerPage:
        """Customers, all or those that a search finds.

        Needs `customers.read`.
        """
        return self._ask(
            CustomerPage, "GET", "/customers", query={"after": after, "limit": limit, "sort": sort, "search": search}
        )

    def all_customers(
        self, *, sort: Literal["-created", "created"] | None = None, search: str | None = None
    ) -> Iterator[CustomerOut]:
        """Every item of `list_customers`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_customers(after=after, limit=100, sort=sort, search=search)
            yield from page.items
            after = page.next
            if after is None:
                return

    def create_customer(self, body: NewCustomerIn, *, idempotency_key: str | None = None) -> CustomerOut:
        """Create a customer.

        Needs `customers.write`.
        """
        return self._ask(CustomerOut, "POST", "/customers", body=body, keyed=True, key=idempotency_key)

    def get_customer(self, customer: str) -> CustomerOut:
        """A customer.

        Needs `customers.read`.
        """
        return self._ask(CustomerOut, "GET", f"/customers/{_part(customer)}")

    def change_customer(self, customer: str, body: ChangeCustomerIn) -> CustomerOut:
        """Change name, address, tax id and the like; issued documents keep theirs.

        Needs `customers.change`.
        """
        return self._ask(CustomerOut, "PATCH", f"/customers/{_part(customer)}", body=body)

    def get_credit(self, customer: str) -> CreditBalances:
        """What a customer can use today, by currency.

        Needs `credits.read`.
        """
        return self._ask(CreditBalances, "GET", f"/customers/{_part(customer)}/credit")

    def list_credit_lots(
        self,
        customer: str,
        *,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
    ) -> LotPage:
        """What credit was given, and what remains of it.

        Needs `credits.read`.
        """
        return self._ask(
            LotPage,
            "GET",
            f"/customers/{_part(customer)}/credit/lots",
            query={"after": after, "limit": limit, "sort": sort},
        )

    def all_credit_lots(self, customer: str, *, sort: Literal["-created", "created"] | None = None) -> Iterator[LotOut]:
        """Every item of `list_credit_lots`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_credit_lots(customer, after=after, limit=100, sort=sort)
            yield from page.items
            after = page.next
            if after is None:
                return

    def grant_credit(self, customer: str, body: GrantCredit, *, idempotency_key: str | None = None) -> LotOut:
        """Give a customer credit.

        Needs `credits.write`.
        """
        return self._ask(
            LotOut, "POST", f"/customers/{_part(customer)}/credit/lots", body=body, keyed=True, key=idempotency_key
        )

    def list_credit_movements(
        self,
        customer: str,
        *,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
    ) -> CreditMovementPage:
        """How a customer's credit came and went.

        Needs `credits.read`.
        """
        return self._ask(
            CreditMovementPage,
            "GET",
            f"/customers/{_part(customer)}/credit/movements",
            query={"after": after, "limit": limit, "sort": sort},
        )

    def all_credit_movements(
        self, customer: str, *, sort: Literal["-created", "created"] | None = None
    ) -> Iterator[CreditMovement]:
        """Every item of `list_credit_movements`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_credit_movements(customer, after=after, limit=100, sort=sort)
            yield from page.items
            after = page.next
            if after is None:
                return

    def get_customer_dunning(self, customer: str) -> CustomerDunning:
        """What stands behind a customer's unpaid invoices.

        Needs `dunning.read`.
        """
        return self._ask(CustomerDunning, "GET", f"/customers/{_part(customer)}/dunning")

    def set_customer_group(self, customer: str, body: SetGroup) -> CustomerOut:
        """Put a customer into a group.

        Needs `customers.write`.
        """
        return self._ask(CustomerOut, "PUT", f"/customers/{_part(customer)}/group", body=body)

    def list_payment_methods(
        self,
        customer: str,
        *,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
    ) -> PaymentMethodPage:
        """The methods that a customer stored.

        Needs `payment_methods.read`.
        """
        return self._ask(
            PaymentMethodPage,
            "GET",
            f"/customers/{_part(customer)}/payment-methods",
            query={"after": after, "limit": limit, "sort": sort},
        )

    def all_payment_methods(
        self, customer: str, *, sort: Literal["-created", "created"] | None = None
    ) -> Iterator[PaymentMethodOut]:
        """Every item of `list_payment_methods`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_payment_methods(customer, after=after, limit=100, sort=sort)
            yield from page.items
            after = page.next
            if after is None:
                return

    def store_payment_method(
        self, customer: str, body: StoreMethod, *, idempotency_key: str | None = None
    ) -> PaymentMethodOut:
        """Keep a method that the customer stored at the gateway.

        Needs `payment_methods.write`.
        """
        return self._ask(
            PaymentMethodOut,
            "POST",
            f"/customers/{_part(customer)}/payment-methods",
            body=body,
            keyed=True,
            key=idempotency_key,
        )

    def receive_payment(self, customer: str, body: ReceivePayment, *, idempotency_key: str | None = None) -> PaymentOut:
        """Record money of a customer that came by hand, for several invoices or what is open.

        Needs `payments.record`.
        """
        return self._ask(
            PaymentOut, "POST", f"/customers/{_part(customer)}/payments", body=body, keyed=True, key=idempotency_key
        )

    def get_statement(self, customer: str, *, currency: str, first: date, last: date) -> StatementOut:
        """A customer's account: what happened in some days, and what is owed.

        Needs `invoices.read`.
        """
        return self._ask(
            StatementOut,
            "GET",
            f"/customers/{_part(customer)}/statement",
            query={"currency": currency, "first": first, "last": last},
        )

    def download_statement(self, customer: str, *, currency: str, first: date, last: date) -> File:
        """The statement as a file for people.

        Needs `invoices.read`.
        """
        return self._fetch(
            "GET",
            f"/customers/{_part(customer)}/statement/document",
            query={"currency": currency, "first": first, "last": last},
        )

    def list_tax_exemptions(self, customer: str) -> ExemptionList:
        """Why nothing is or was taxed at a customer.

        Needs `taxes.read`.
        """
        return self._ask(ExemptionList, "GET", f"/customers/{_part(customer)}/tax-exemptions")

    def add_tax_exemption(
        self, customer: str, body: AddExemption, *, idempotency_key: str | None = None
    ) -> ExemptionOut:
        """Charge a customer no tax while it holds.

        Needs `taxes.write`.
        """
        return self._ask(
            ExemptionOut,
            "POST",
            f"/customers/{_part(customer)}/tax-exemptions",
            body=body,
            keyed=True,
            key=idempotency_key,
        )

    def remove_top_up_rule(self, customer: str) -> None:
        """Buy no more credit automatically.

        Needs `payments.pay`.
        """
        self._send("DELETE", f"/customers/{_part(customer)}/top-up-rule")

    def get_top_up_rule(self, customer: str) -> TopUpRuleOut:
        """The rule by which credit is bought automatically.

        Needs `credits.read`.
        """
        return self._ask(TopUpRuleOut, "GET", f"/customers/{_part(customer)}/top-up-rule")

    def set_top_up_rule(self, customer: str, body: SetTopUpRule) -> TopUpRuleOut:
        """Buy credit whenever less than a threshold is left.

        Needs `payments.pay`.
        """
        return self._ask(TopUpRuleOut, "PUT", f"/customers/{_part(customer)}/top-up-rule", body=body)

    def top_up_credit(self, customer: str, body: TopUp, *, idempotency_key: str | None = None) -> PaymentOut:
        """Buy credit with a stored method.

        Needs `payments.pay`.
        """
        return self._ask(
            PaymentOut, "POST", f"/customers/{_part(customer)}/top-ups", body=body, keyed=True, key=idempotency_key
        )

    def open_top_up(self, customer: str, body: OpenTopUp, *, idempotency_key: str | None = None) -> PaymentOut:
        """Begin a payment for credit that the customer makes at the gateway.

        Needs `payments.pay`.
        """
        return self._ask(
            PaymentOut,
            "POST",
            f"/customers/{_part(customer)}/top-ups/checkout",
            body=body,
            keyed=True,
            key=idempotency_key,
        )

    def record_top_up(self, customer: str, body: RecordPayment, *, idempotency_key: str | None = None) -> PaymentOut:
        """Record money for credit that came by hand.

        Needs `payments.record`.
        """
        return self._ask(
            PaymentOut,
            "POST",
            f"/customers/{_part(customer)}/top-ups/record",
            body=body,
            keyed=True,
            key=idempotency_key,
        )

    def list_vat_id_checks(self, customer: str) -> VatIdChecks:
        """What the register answered about a customer's VAT ids.

        Needs `taxes.read`.
        """
        return self._ask(VatIdChecks, "GET", f"/customers/{_part(customer)}/vat-id-checks")

    def check_vat_id(self, customer: str, *, idempotency_key: str | None = None) -> VatIdCheck:
        """Ask the register about a customer's VAT id, and keep its answer.

        Needs `taxes.write`.
        """
        return self._ask(
            VatIdCheck, "POST", f"/customers/{_part(customer)}/vat-id-checks", keyed=True, key=idempotency_key
        )
