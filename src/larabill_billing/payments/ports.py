"""Storage of payments, refunds, methods, gateway accounts and webhooks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from larabill_billing.credits.ports import CreditsRepositories
from larabill_billing.payments.dispute import Dispute, DisputeStatus
from larabill_billing.payments.model import (
    GatewayAccount,
    Payers,
    Payment,
    PaymentMethod,
    PaymentStatus,
    Refund,
    WebhookEvent,
    WebhookReject,
    WebhookStatus,
)
from larabill_billing.payments.top_up_rules import TopUpRule
from larabill_core.ports.unit_of_work import Tx


class PaymentRepository(Protocol):
    def add(self, payment: Payment) -> None:
        """Raises `AlreadyExists` for a (account, transaction id) or a reference that is taken."""
        ...

    def get(self, payment_id: UUID, *, lock: bool = False) -> Payment:
        """Raises `NotFound`. With `lock` the row stays locked until the transaction ends."""
        ...

    def save(self, payment: Payment) -> None:
        """Write the mutable fields, version + 1. Raises `StaleVersion`, `AlreadyExists` (account, transaction id)."""
        ...

    def by_ref(self, ref: str) -> Payment | None:
        """The payment that carries this reference of ours, whatever the account."""
        ...

    def by_transaction(self, account: str, transaction_id: str) -> Payment | None: ...

    def for_invoices(self, invoice_ids: Collection[UUID]) -> list[Payment]:
        """All payments of these invoices, also those of several, oldest first."""
        ...

    def get_many(self, payment_ids: Collection[UUID]) -> dict[UUID, Payment]: ...
    def unfinished_with(self, method_id: UUID) -> list[Payment]:
        """Payments of this stored method that may still take money, oldest first."""
        ...

    def charged_top_ups(self, customer_id: UUID, since: datetime) -> list[Payment]:
        """Charges of the customer's stored methods for credit, begun since then, oldest first."""
        ...

    def page(
        self,
        *,
        customer_id: UUID | None = None,
        status: PaymentStatus | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[Payment]:
        """By id, keyset paged with `after`."""
        ...

    def captured_without_entry(self) -> list[tuple[UUID, str]]:
        """Payments that took money without a ledger entry: id, status (I1)."""
        ...

    def captured_unallocated(self) -> list[tuple[UUID, Decimal, Decimal]]:
        """Payments that took money which is neither allocated nor credit: id, amount, accounted for (I1)."""
        ...

    def twice_captured(self) -> list[tuple[str, str, int]]:
        """Gateway transactions that more than one payment claims: account, transaction, how many (I1)."""
        ...

    def over_refunded(self) -> list[tuple[UUID, Decimal, Decimal]]:
        """Payments with more refunded than taken: id, amount, refunded (I1)."""
        ...

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        """Payments whose audits do not lead to their status: id, status (I6)."""
        ...


class RefundRepository(Protocol):
    def add(self, refund: Refund) -> None: ...

    def get(self, refund_id: UUID, *, lock: bool = False) -> Refund:
        """Raises `NotFound`."""
        ...

    def save(self, refund: Refund) -> None:
        """Write the mutable fields, version + 1. Raises `StaleVersion`."""
        ...

    def by_ref(self, ref: str) -> Refund | None: ...

    def for_payment(self, payment_id: UUID) -> list[Refund]:
        """Oldest first."""
        ...

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        """Refunds whose audits do not lead to their status: id, status (I6)."""
        ...


class DisputeRepository(Protocol):
    def add(self, dispute: Dispute) -> None:
        """Raises `AlreadyExists` for an (account, gateway id) that is known."""
        ...

    def get(self, dispute_id: UUID, *, lock: bool = False) -> Dispute:
        """Raises `NotFound`. Lock the payment before."""
        ...

    def save(self, dispute: Dispute) -> None:
        """Write status, reopened and closed_at, version + 1. Raises `StaleVersion`."""
        ...

    def by_gateway_id(self, account: str, gateway_id: str, *, lock: bool = False) -> Dispute | None: ...

    def for_payment(self, payment_id: UUID) -> list[Dispute]:
        """Oldest first."""
        ...

    def open_disputes_for(self, customer_ids: Collection[UUID]) -> set[UUID]:
        """Those of these customers about a payment of whom a dispute stands. One statement for a batch."""
        ...

    def page(
        self,
        *,
        customer_id: UUID | None = None,
        status: DisputeStatus | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[Dispute]:
        """By id, keyset paged with `after`."""
        ...

    def ledger_differences(self) -> list[tuple[str, str, Decimal]]:
        """Accounts whose disputes that stand are not what the ledger says: account, currency, difference (I4)."""
        ...

    def reopened_differences(self) -> list[tuple[UUID, Decimal]]:
        """Payments of which not as much is owed again as their lost disputes say: id, difference (I4)."""
        ...

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        """Disputes whose audits do not lead to their status: id, status (I6)."""
        ...


class MethodRepository(Protocol):
    def add(self, method: PaymentMethod) -> None: ...

    def get(self, method_id: UUID, *, lock: bool = False) -> PaymentMethod:
        """Raises `NotFound`. With `lock` the row stays locked until the transaction ends."""
        ...

    def page(
        self, customer_id: UUID, *, after: UUID | None = None, newest_first: bool = False, limit: int = 100
    ) -> list[PaymentMethod]:
        """The customer's, by id, keyset paged with `after`."""
        ...

    def make_default(self, method: PaymentMethod) -> None:
        """This one of its customer's, and no other. The caller has locked the customer."""
        ...

    def remove(self, method_id: UUID) -> None: ...

    def defaults(self, customer_ids: Collection[UUID]) -> dict[UUID, PaymentMethod]:
        """The default method of each customer who has one."""
        ...

    def payers(self, customer_ids: Collection[UUID]) -> Payers:
        """Those of them from whom something can be taken without asking. One statement for a batch."""
        ...

    def clear_default(self, customer_id: UUID) -> None: ...


class TopUpRuleRepository(Protocol):
    def put(self, rule: TopUpRule) -> None:
        """Insert, or write over the customer's."""
        ...

    def remove(self, customer_id: UUID) -> bool:
        """Whether there was one."""
        ...

    def get(self, customer_id: UUID) -> TopUpRule | None: ...

    def low(self, *, after: UUID | None = None, limit: int = 100) -> list[TopUpRule]:
        """Those whose customers hold less than the threshold, by customer, keyset paged with `after`."""
        ...

    def sellers(self) -> list[UUID]:
        """Sellers who have any; of all sellers."""
        ...


class GatewayAccountRepository(Protocol):
    """By account, not scoped by seller: a webhook names no seller."""

    def find(self, account: str) -> GatewayAccount | None: ...

    def claim(self, account: str, seller_id: UUID) -> GatewayAccount:
        """The account's row, made when there is none; whose it is stands in it."""
        ...

    def heard(self, account: str, at: datetime) -> None:
        """`last_heard_at` never goes back, and is exact to a minute."""
        ...


class WebhookRepository(Protocol):
    def add_new(self, event: WebhookEvent) -> WebhookEvent:
        """Insert, unless the (account, event id) is known; the stored row either way."""
        ...

    def get(self, webhook_id: UUID, *, lock: bool = False) -> WebhookEvent:
        """Raises `NotFound`."""
        ...

    def save(self, event: WebhookEvent) -> None:
        """Write status, reason and settled_at."""
        ...

    def page(
        self,
        *,
        status: WebhookStatus | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[WebhookEvent]:
        """By id, keyset paged with `after`."""
        ...

    def newest_applied(self, account: str, ref: str) -> datetime | None:
        """When, by the sender's clock, the newest event about this reference occurred that was applied."""
        ...

    def add_reject(self, reject: WebhookReject, *, keep: int, since: datetime) -> None:
        """Insert; drop what is older than `since`, and all but the newest `keep` of the seller."""
        ...

    def rejected(self, *, limit: int = 100) -> list[WebhookReject]:
        """Newest first."""
        ...


class PaymentsRepositories(CreditsRepositories, Protocol):
    @property
    def payments(self) -> PaymentRepository: ...

    @property
    def refunds(self) -> RefundRepository: ...

    @property
    def disputes(self) -> DisputeRepository: ...

    @property
    def payment_methods(self) -> MethodRepository: ...

    @property
    def top_up_rules(self) -> TopUpRuleRepository: ...

    @property
    def gateway_accounts(self) -> GatewayAccountRepository: ...

    @property
    def webhooks(self) -> WebhookRepository: ...


class PaymentsTx(Tx, Protocol):
    @property
    def billing(self) -> PaymentsRepositories: ...
