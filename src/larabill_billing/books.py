"""The part of `engine.billing` that is about money: payments, webhooks of gateways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from larabill_billing.area import Area
from larabill_billing.payments import handlers as payments
from larabill_billing.payments import webhooks
from larabill_billing.payments.model import Payment, PaymentMethod, Refund, WebhookResult
from larabill_billing.payments.refunds import refund
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
            "payments.write",
            seller,
            actor,
            lambda tx: payments.add_method(tx, customer_id, account, token, label, default=default),
        )

    def charge_invoice(self, seller: UUID, invoice_id: UUID, method_id: UUID, *, actor: Actor = SYSTEM) -> Payment:
        """Charge a stored method. Raises `Conflict`, `NotFound`."""
        return self._run("payments.write", seller, actor, lambda tx: payments.charge_invoice(tx, invoice_id, method_id))

    def open_checkout(
        self, seller: UUID, invoice_id: UUID, account: str, *, capture: bool = True, actor: Actor = SYSTEM
    ) -> Payment:
        """Begin a payment that the customer makes at the gateway. Raises `Conflict`, `NotFound`."""
        return self._run(
            "payments.write",
            seller,
            actor,
            lambda tx: payments.open_checkout(tx, invoice_id, account, capture=capture),
        )

    def record_manual(
        self, seller: UUID, invoice_id: UUID, amount: Decimal, reference: str, *, actor: Actor = SYSTEM
    ) -> Payment:
        """Money that came by hand. Raises `AlreadyExists`, `InvalidInput`, `NotFound`."""
        return self._run(
            "payments.write", seller, actor, lambda tx: payments.record_manual(tx, invoice_id, amount, reference)
        )

    def refund(self, seller: UUID, payment_id: UUID, amount: Decimal, reason: str, *, actor: Actor = SYSTEM) -> Refund:
        """Give money back. Raises `Conflict`, `InvalidInput`, `NotFound`."""
        return self._run("payments.write", seller, actor, lambda tx: refund(tx, payment_id, amount, reason))

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
        )


class Webhooks(Area):
    """`engine.billing.webhooks`."""

    def receive(self, account: str, headers: Mapping[str, str], body: bytes) -> WebhookResult:
        """Take one webhook of a gateway. Raises `Unverified` when it is not believed, `NotFound`."""
        return webhooks.receive(self._engine, account, headers, body)
