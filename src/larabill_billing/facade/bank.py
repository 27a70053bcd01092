"""The part of `engine.billing` about money that is contested or not yet known: disputes, and the bank's lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from larabill_billing.bank import handlers as bank
from larabill_billing.bank.model import BankLine, Imported, LineStatus, Matched
from larabill_billing.facade.area import Area
from larabill_billing.payments import disputes
from larabill_billing.payments.dispute import Dispute, DisputeStatus
from larabill_core.access import SYSTEM, Actor


class Disputes(Area):
    """`engine.billing.disputes`. Gateways tell of them by webhook; these are for what a person saw there."""

    def open(
        self,
        seller: UUID,
        payment_id: UUID,
        gateway_id: str,
        amount: Decimal,
        *,
        fee: Decimal = Decimal(0),
        reason: str = "",
        respond_by: datetime | None = None,
        actor: Actor = SYSTEM,
    ) -> Dispute:
        """The same `gateway_id` twice is the same dispute. Raises `Conflict`, `InvalidInput`, `NotFound`."""
        return self._run(
            "disputes.write",
            seller,
            actor,
            lambda tx: disputes.open_dispute(
                tx, payment_id, gateway_id, amount, fee=fee, reason=reason, respond_by=respond_by
            ),
        )

    def review(self, seller: UUID, dispute_id: UUID, *, actor: Actor = SYSTEM) -> Dispute:
        """Evidence was handed in. Raises `IllegalTransition`, `NotFound`."""
        return self._run("disputes.write", seller, actor, lambda tx: disputes.decide(tx, dispute_id, "review"))

    def win(self, seller: UUID, dispute_id: UUID, *, actor: Actor = SYSTEM) -> Dispute:
        """The money is ours again. Raises `IllegalTransition`, `NotFound`."""
        return self._run("disputes.write", seller, actor, lambda tx: disputes.decide(tx, dispute_id, "win"))

    def lose(self, seller: UUID, dispute_id: UUID, *, actor: Actor = SYSTEM) -> Dispute:
        """Its invoices are owed again, or written off. Raises `IllegalTransition`, `NotFound`."""
        return self._run("disputes.write", seller, actor, lambda tx: disputes.decide(tx, dispute_id, "lose"))

    def get(self, seller: UUID, dispute_id: UUID, *, actor: Actor = SYSTEM) -> Dispute:
        """Raises `NotFound`."""
        return self._run("disputes.read", seller, actor, lambda tx: tx.billing.disputes.get(dispute_id))

    def list(
        self,
        seller: UUID,
        *,
        customer_id: UUID | None = None,
        status: DisputeStatus | None = None,
        after: UUID | None = None,
        limit: int = 100,
        actor: Actor = SYSTEM,
    ) -> Sequence[Dispute]:
        """By id."""
        return self._run(
            "disputes.read",
            seller,
            actor,
            lambda tx: tx.billing.disputes.page(customer_id=customer_id, status=status, after=after, limit=limit),
        )


class Bank(Area):
    """`engine.billing.bank`."""

    def import_file(self, seller: UUID, account: str, content: bytes, *, actor: Actor = SYSTEM) -> Imported:
        """Store the new lines of a statement (camt.053, or CSV by the account's columns).

        Twice adds nothing. Raises `InvalidInput` with every fault; then nothing is stored. `NotFound` for the account.
        """
        return self._run("bank.write", seller, actor, lambda tx: bank.import_lines(tx, account, content))

    def match_open(self, seller: UUID, *, actor: Actor = SYSTEM) -> Matched:
        """Book every open line that names what it pays, each by itself; note on the others why not. Safe to repeat."""
        return bank.match_open(lambda fn: self._run("bank.write", seller, actor, fn))

    def match(
        self, seller: UUID, line_id: UUID, invoice_ids: Sequence[UUID], reason: str = "", *, actor: Actor = SYSTEM
    ) -> BankLine:
        """A person says which invoices an open line pays. Raises `Conflict`, `InvalidInput`, `NotFound`."""
        return self._run("bank.write", seller, actor, lambda tx: bank.match(tx, line_id, invoice_ids, reason))

    def unmatch(self, seller: UUID, line_id: UUID, reason: str, *, actor: Actor = SYSTEM) -> BankLine:
        """It was not for these invoices. Raises `Conflict` when its money is spent, `NotFound`."""
        return self._run("bank.write", seller, actor, lambda tx: bank.unmatch(tx, line_id, reason))

    def ignore(self, seller: UUID, line_id: UUID, reason: str, *, actor: Actor = SYSTEM) -> BankLine:
        """It is none of ours. Raises `IllegalTransition`, `NotFound`."""
        return self._run("bank.write", seller, actor, lambda tx: bank.ignore(tx, line_id, reason))

    def list(
        self,
        seller: UUID,
        *,
        status: LineStatus | None = None,
        after: UUID | None = None,
        limit: int = 100,
        actor: Actor = SYSTEM,
    ) -> Sequence[BankLine]:
        """By id, that is, in the order of their import."""
        return self._run(
            "bank.read",
            seller,
            actor,
            lambda tx: tx.billing.bank_lines.page(status=status, after=after, limit=limit),
        )
