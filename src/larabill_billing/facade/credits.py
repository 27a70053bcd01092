"""`engine.billing.credits`: what customers hold with us, in lots; how it came, how it went, and how more is bought."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from larabill_billing.credits import goodwill, handlers
from larabill_billing.credits.model import Credit, Lot
from larabill_billing.facade.area import Area
from larabill_billing.payments import top_up, top_up_automatic
from larabill_billing.payments.model import Payment
from larabill_billing.payments.top_up_rules import TopUpRule
from larabill_billing.repositories import BillingTx
from larabill_core.access import SYSTEM, Actor, own
from larabill_core.money import parse_currency, quantize

T = TypeVar("T")


class Credits(Area):
    """`engine.billing.credits`. A customer who acts sees and uses their own only. Amounts are Decimals."""

    def _for(self, ability: str, seller: UUID, customer_id: UUID, actor: Actor, fn: Callable[[BillingTx], T]) -> T:
        def within(tx: BillingTx) -> T:
            own(tx.actor, "customer", customer_id, customer_id)
            return fn(tx)

        return self._run(ability, seller, actor, within)

    def balance(self, seller: UUID, customer_id: UUID, currency: str, *, actor: Actor = SYSTEM) -> Decimal:
        """What the customer can use today. Raises `NotFound`, `InvalidInput` for what is no currency."""
        parse_currency(currency, "currency")
        held = self._for(
            "credits.read", seller, customer_id, actor, lambda tx: handlers.available(tx, customer_id, currency)
        )
        return quantize(held, currency)

    def lots(
        self, seller: UUID, customer_id: UUID, *, after: UUID | None = None, limit: int = 100, actor: Actor = SYSTEM
    ) -> Sequence[Lot]:
        """What was given, with what remains of it, oldest first."""
        return self._for(
            "credits.read",
            seller,
            customer_id,
            actor,
            lambda tx: tx.billing.credits.lot_page(customer_id=customer_id, after=after, limit=limit),
        )

    def history(
        self, seller: UUID, customer_id: UUID, *, after: UUID | None = None, limit: int = 100, actor: Actor = SYSTEM
    ) -> Sequence[Credit]:
        """Every movement, oldest first."""
        return self._for(
            "credits.read",
            seller,
            customer_id,
            actor,
            lambda tx: tx.billing.credits.page(customer_id=customer_id, after=after, limit=limit),
        )

    def grant(
        self,
        seller: UUID,
        customer_id: UUID,
        amount: Decimal,
        currency: str,
        reason: str,
        *,
        grant_uuid: UUID,
        expires_on: date | None = None,
        actor: Actor = SYSTEM,
    ) -> Lot:
        """Give credit. The same `grant_uuid` twice is one grant. Raises `InvalidInput`, `NotFound`, `Conflict`."""
        return self._run(
            "credits.write",
            seller,
            actor,
            lambda tx: goodwill.give(tx, grant_uuid, customer_id, amount, currency, reason, expires_on),
        )

    def revoke(
        self, seller: UUID, lot_id: UUID, reason: str, *, amount: Decimal | None = None, actor: Actor = SYSTEM
    ) -> Decimal:
        """Take back what is left of a lot that was given, or `amount` of it; how much that was.

        Raises `InvalidInput`, `NotFound`, `Conflict` when less is left, or the lot is the customer's own money.
        """
        return self._run("credits.write", seller, actor, lambda tx: goodwill.revoke(tx, lot_id, reason, amount))

    def pay(self, seller: UUID, invoice_id: UUID, *, amount: Decimal | None = None, actor: Actor = SYSTEM) -> Decimal:
        """Pay an invoice from its customer's credit: as much as there is, or `amount` of it; how much that was.

        Raises `InvalidInput`; `NotFound`; `Conflict` when nothing is owed, or less is owed or held than `amount`.
        """

        def pay(tx: BillingTx) -> Decimal:
            own(tx.actor, "invoice", invoice_id, tx.billing.invoices.state(invoice_id).customer_id)
            return handlers.pay(tx, invoice_id, amount)

        return self._run("credits.use", seller, actor, pay)

    def top_up(
        self, seller: UUID, customer_id: UUID, amount: Decimal, method_id: UUID, *, actor: Actor = SYSTEM
    ) -> Payment:
        """Charge a stored method for credit. Raises `InvalidInput`, `NotFound`, `Conflict`."""
        return self._for(
            "payments.pay",
            seller,
            customer_id,
            actor,
            lambda tx: top_up.charge_top_up(tx, customer_id, amount, method_id),
        )

    def open_top_up(
        self, seller: UUID, customer_id: UUID, amount: Decimal, account: str, *, actor: Actor = SYSTEM
    ) -> Payment:
        """Begin a payment for credit that the customer makes at the gateway. Raises `InvalidInput`, `NotFound`."""
        return self._for(
            "payments.pay",
            seller,
            customer_id,
            actor,
            lambda tx: top_up.open_top_up(tx, customer_id, amount, account),
        )

    def record_top_up(
        self, seller: UUID, customer_id: UUID, amount: Decimal, reference: str, *, actor: Actor = SYSTEM
    ) -> Payment:
        """Money for credit that came by hand. Raises `AlreadyExists`, `InvalidInput`, `NotFound`."""
        return self._run(
            "payments.record", seller, actor, lambda tx: top_up.record_top_up(tx, customer_id, amount, reference)
        )

    def top_up_rule(self, seller: UUID, customer_id: UUID, *, actor: Actor = SYSTEM) -> TopUpRule | None:
        """By which rule the customer buys credit automatically, if by any."""
        return self._for(
            "credits.read", seller, customer_id, actor, lambda tx: tx.billing.top_up_rules.get(customer_id)
        )

    def set_top_up(
        self, seller: UUID, customer_id: UUID, threshold: Decimal, amount: Decimal, *, actor: Actor = SYSTEM
    ) -> TopUpRule:
        """Buy `amount` from the default method whenever less than `threshold` is left. Raises `InvalidInput`."""
        return self._for(
            "payments.pay",
            seller,
            customer_id,
            actor,
            lambda tx: top_up_automatic.set_rule(tx, customer_id, threshold, amount),
        )

    def remove_top_up(self, seller: UUID, customer_id: UUID, *, actor: Actor = SYSTEM) -> None:
        """Buy no more automatically."""
        self._for("payments.pay", seller, customer_id, actor, lambda tx: top_up_automatic.remove_rule(tx, customer_id))
