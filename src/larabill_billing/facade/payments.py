"""The part of `engine.billing` that is about money: payments, webhooks of gateways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from larabill_billing.facade.area import Area, of_customer
from larabill_billing.payments import by_hand, methods, webhooks
from larabill_billing.payments import handlers as payments
from larabill_billing.payments.model import Part, Payment, PaymentMethod, Refund, RefundTo, WebhookResult
from larabill_billing.payments.refunds import refund
from larabill_billing.payments.rematch import rematch
from larabill_billing.repositories import BillingTx
from larabill_core.access import SYSTEM, Actor


class Payments(Area):
    """`engine.billing.payments`."""

    def add_method(
        self,
        seller: UUID,
        customer_id: UUID,
        account: str,
        token: str,
        label: str,
        *,
        default: bool = True,
        actor: Actor = SYSTEM,
    ) -> PaymentMethod:
        """Keep a method that the customer stored at the gateway, by the gateway's name for it: never card data."""
        return self._run(
            "payment_methods.write",
            seller,
            actor,
            lambda tx: methods.add_method(tx, customer_id, account, token, label, default=default),
        )

    def methods(
        self,
        seller: UUID,
        customer_id: UUID,
        *,
        after: UUID | None = None,
        limit: int = 100,
        actor: Actor = SYSTEM,
    ) -> Sequence[PaymentMethod]:
        """The methods that a customer stored, oldest first."""
        return self._run(
            "payment_methods.read",
            seller,
            actor,
            lambda tx: tx.billing.payment_methods.page(customer_id, after=after, limit=limit),
        )

    def make_default(self, seller: UUID, method_id: UUID, *, actor: Actor = SYSTEM) -> PaymentMethod:
        """Charge this method from now on. Raises `NotFound`."""
        return self._run("payment_methods.write", seller, actor, lambda tx: methods.make_default(tx, method_id))

    def remove_method(self, seller: UUID, method_id: UUID, *, actor: Actor = SYSTEM) -> None:
        """Forget a stored method. Raises `Conflict` while a payment with it is under way, `NotFound`."""
        self._run("payment_methods.write", seller, actor, lambda tx: methods.remove_method(tx, method_id))

    def charge_invoice(
        self,
        seller: UUID,
        invoice_id: UUID,
        method_id: UUID,
        *,
        amount: Decimal | None = None,
        actor: Actor = SYSTEM,
    ) -> Payment:
        """Charge a stored method: what is to be collected, or an `amount` of it.

        Raises `Conflict`, `InvalidInput`, `NotFound`.
        """
        return self._run(
            "payments.pay",
            seller,
            actor,
            lambda tx: payments.charge_invoice(tx, invoice_id, method_id, amount=amount),
        )

    def charge_invoices(
        self, seller: UUID, parts: Sequence[Part], method_id: UUID, *, actor: Actor = SYSTEM
    ) -> Payment:
        """One charge for several invoices of a customer and currency. Raises `Conflict`, `InvalidInput`, `NotFound`."""
        return self._run("payments.pay", seller, actor, lambda tx: payments.charge_invoices(tx, parts, method_id))

    def open_checkout(
        self,
        seller: UUID,
        invoice_id: UUID,
        account: str,
        *,
        amount: Decimal | None = None,
        capture: bool = True,
        actor: Actor = SYSTEM,
    ) -> Payment:
        """Begin a payment that the customer makes at the gateway. Raises `Conflict`, `InvalidInput`, `NotFound`."""
        return self._run(
            "payments.pay",
            seller,
            actor,
            lambda tx: payments.open_checkout(tx, invoice_id, account, amount=amount, capture=capture),
        )

    def open_checkout_for(
        self, seller: UUID, parts: Sequence[Part], account: str, *, capture: bool = True, actor: Actor = SYSTEM
    ) -> Payment:
        """One checkout for several invoices. Raises `Conflict`, `InvalidInput`, `NotFound`."""
        return self._run(
            "payments.pay",
            seller,
            actor,
            lambda tx: payments.open_checkout_for(tx, parts, account, capture=capture),
        )

    def record_manual(
        self, seller: UUID, invoice_id: UUID, amount: Decimal, reference: str, *, actor: Actor = SYSTEM
    ) -> Payment:
        """Money that came by hand. Raises `AlreadyExists`, `InvalidInput`, `NotFound`."""
        return self._run(
            "payments.record", seller, actor, lambda tx: payments.record_manual(tx, invoice_id, amount, reference)
        )

    def receive(
        self,
        seller: UUID,
        customer_id: UUID,
        amount: Decimal,
        currency: str,
        reference: str,
        *,
        parts: Sequence[Part] | None = None,
        actor: Actor = SYSTEM,
    ) -> Payment:
        """Money of a customer that came by hand, for these `parts` of invoices; without them, oldest due first.

        What is too much becomes credit. Raises `AlreadyExists` for a known reference, `InvalidInput`, `NotFound`.
        """

        def take(tx: BillingTx) -> Payment:
            if parts is None:
                return by_hand.receive(tx, customer_id, amount, currency, reference)
            return by_hand.record_for_customer(tx, parts, amount, currency, reference, customer_id=customer_id)

        return self._run("payments.record", seller, actor, take)

    def rematch(
        self, seller: UUID, payment_id: UUID, parts: Sequence[Part], reason: str, *, actor: Actor = SYSTEM
    ) -> Payment:
        """The money was for these parts of invoices instead; what is left over becomes credit.

        Raises `Conflict`, `InvalidInput`, `NotFound`.
        """
        return self._run("payments.write", seller, actor, lambda tx: rematch(tx, payment_id, parts, reason))

    def reverse(self, seller: UUID, payment_id: UUID, reason: str, *, actor: Actor = SYSTEM) -> Payment:
        """What was recorded by hand was not so. Raises `Conflict` when its credit is spent, `NotFound`."""
        return self._run("payments.write", seller, actor, lambda tx: by_hand.reverse(tx, payment_id, reason))

    def refund(
        self,
        seller: UUID,
        payment_id: UUID,
        amount: Decimal | None,
        reason: str,
        *,
        to: RefundTo = RefundTo.METHOD,
        lines: Mapping[UUID, Decimal] | None = None,
        of_lot: UUID | None = None,
        currency: str | None = None,
        key: str | None = None,
        actor: Actor = SYSTEM,
    ) -> Refund:
        """Give back an amount, so much of these lines without tax, or (None) all that is left; to the method or credit.

        What was paid for an invoice comes with a credit note; `of_lot`: it is credit already, in that lot. Once
        for each `key`. Raises `Conflict`, `InvalidInput` with every fault, `NotFound`.
        """
        return self._run(
            "payments.refund",
            seller,
            actor,
            lambda tx: refund(
                tx, payment_id, amount, reason, to=to, lines=lines, of_lot=of_lot, currency=currency, key=key
            ),
        )

    def resolve_review(
        self, seller: UUID, payment_id: UUID, transaction_id: str | None, reason: str, *, actor: Actor = SYSTEM
    ) -> Payment:
        """What a person found at the gateway about a payment in review. Raises `Conflict`, `NotFound`."""
        return self._run(
            "payments.write",
            seller,
            actor,
            lambda tx: payments.resolve_review(tx, payment_id, transaction_id, reason),
        )

    def list(
        self,
        seller: UUID,
        *,
        customer_id: UUID | None = None,
        after: UUID | None = None,
        limit: int = 100,
        actor: Actor = SYSTEM,
    ) -> Sequence[Payment]:
        """By id, that is, oldest first."""
        return self._run(
            "payments.read",
            seller,
            actor,
            lambda tx: tx.billing.payments.page(customer_id=customer_id, after=after, limit=limit),
            owned=of_customer(customer_id),
        )


class Webhooks(Area):
    """`engine.billing.webhooks`."""

    def receive(self, account: str, headers: Mapping[str, str], body: bytes) -> WebhookResult:
        """Take one webhook of a gateway. Raises `Unverified` when it is not believed, `NotFound`."""
        return webhooks.receive(self._engine.outside("billing.webhooks.receive"), account, headers, body)
