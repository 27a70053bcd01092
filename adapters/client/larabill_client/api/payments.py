"""Operations of the API: payments. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from larabill_client.models.payments import (
    GatewayInbox,
    GatewayWebhookOut,
    GiveBack,
    OpenDispute,
    PaymentPage,
    RefundList,
    RefundOut,
    RejectedList,
    RematchPayment,
    ResolveReview,
    ReversePayment,
    WebhookReceived,
    WebhookStatus,
)
from larabill_client.models.shared import DisputeOut, PaymentOut, PaymentStatus
from larabill_client.transport import Transport, _part


class PaymentsApi(Transport):
    """Operations under /payments."""

    def list_payments(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
        customer: str | None = None,
        status: PaymentStatus | None = None,
    ) -> PaymentPage:
        """Payments.

        Needs `payments.read`.
        """
        return self._ask(
            PaymentPage,
            "GET",
            "/payments",
            query={"after": after, "limit": limit, "sort": sort, "customer": customer, "status": status},
        )

    def all_payments(
        self,
        *,
        sort: Literal["-created", "created"] | None = None,
        customer: str | None = None,
        status: PaymentStatus | None = None,
    ) -> Iterator[PaymentOut]:
        """Every item of `list_payments`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_payments(after=after, limit=100, sort=sort, customer=customer, status=status)
            yield from page.items
            after = page.next
            if after is None:
                return

    def list_gateway_webhooks(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
        status: WebhookStatus | None = None,
    ) -> GatewayInbox:
        """Verified webhooks of gateways, and what became of each.

        Needs `webhooks.read`.
        """
        return self._ask(
            GatewayInbox,
            "GET",
            "/payments/inbox",
            query={"after": after, "limit": limit, "sort": sort, "status": status},
        )

    def all_gateway_webhooks(
        self, *, sort: Literal["-created", "created"] | None = None, status: WebhookStatus | None = None
    ) -> Iterator[GatewayWebhookOut]:
        """Every item of `list_gateway_webhooks`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_gateway_webhooks(after=after, limit=100, sort=sort, status=status)
            yield from page.items
            after = page.next
            if after is None:
                return

    def list_rejected_webhooks(self, *, limit: int | None = None) -> RejectedList:
        """Webhooks that were not believed, the newest first.

        Needs `webhooks.read`.
        """
        return self._ask(RejectedList, "GET", "/payments/inbox/rejected", query={"limit": limit})

    def get_gateway_webhook(self, webhook: str) -> GatewayWebhookOut:
        """One webhook of a gateway.

        Needs `webhooks.read`.
        """
        return self._ask(GatewayWebhookOut, "GET", f"/payments/inbox/{_part(webhook)}")

    def replay_gateway_webhook(self, webhook: str, *, idempotency_key: str | None = None) -> GatewayWebhookOut:
        """Judge it once more: the gateway is asked, and decides.

        Needs `webhooks.replay`.
        """
        return self._ask(
            GatewayWebhookOut, "POST", f"/payments/inbox/{_part(webhook)}/replay", keyed=True, key=idempotency_key
        )

    def receive_gateway_webhook(
        self, gateway: str, content: bytes, *, headers: Mapping[str, str] | None = None
    ) -> WebhookReceived:
        """What a gateway tells of a payment, refund or dispute."""
        return self._ask(
            WebhookReceived, "POST", f"/payments/webhooks/{_part(gateway)}", content=content, headers=headers
        )

    def get_payment(self, payment: str) -> PaymentOut:
        """A payment, and what became of it.

        Needs `payments.read`.
        """
        return self._ask(PaymentOut, "GET", f"/payments/{_part(payment)}")

    def open_dispute(self, payment: str, body: OpenDispute, *, idempotency_key: str | None = None) -> DisputeOut:
        """Record a dispute that a person saw at the gateway.

        Needs `disputes.write`.
        """
        return self._ask(
            DisputeOut, "POST", f"/payments/{_part(payment)}/disputes", body=body, keyed=True, key=idempotency_key
        )

    def list_refunds(self, payment: str) -> RefundList:
        """What was given back of a payment.

        Needs `payments.read`.
        """
        return self._ask(RefundList, "GET", f"/payments/{_part(payment)}/refunds")

    def refund_payment(self, payment: str, body: GiveBack, *, idempotency_key: str | None = None) -> RefundOut:
        """Give back an amount, lines, or all that is left of a payment.

        Needs `payments.refund`.
        """
        return self._ask(
            RefundOut, "POST", f"/payments/{_part(payment)}/refunds", body=body, keyed=True, key=idempotency_key
        )

    def rematch_payment(self, payment: str, body: RematchPayment, *, idempotency_key: str | None = None) -> PaymentOut:
        """The money was for other invoices.

        Needs `payments.write`.
        """
        return self._ask(
            PaymentOut, "POST", f"/payments/{_part(payment)}/rematch", body=body, keyed=True, key=idempotency_key
        )

    def resolve_payment_review(
        self, payment: str, body: ResolveReview, *, version: int, idempotency_key: str | None = None
    ) -> PaymentOut:
        """What a person found at the gateway about a payment in review.

        Needs `payments.write`.
        """
        return self._ask(
            PaymentOut,
            "POST",
            f"/payments/{_part(payment)}/resolve",
            body=body,
            keyed=True,
            key=idempotency_key,
            version=version,
        )

    def reverse_payment(
        self, payment: str, body: ReversePayment, *, version: int, idempotency_key: str | None = None
    ) -> PaymentOut:
        """What was recorded by hand was not so.

        Needs `payments.write`.
        """
        return self._ask(
            PaymentOut,
            "POST",
            f"/payments/{_part(payment)}/reverse",
            body=body,
            keyed=True,
            key=idempotency_key,
            version=version,
        )
