"""`engine.billing.dunning`: what is done about unpaid invoices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from larabill_billing.dunning import pauses
from larabill_billing.dunning.model import DunningCase, InvoiceDunning, Pause
from larabill_billing.dunning.view import of_customer
from larabill_billing.facade.area import Area
from larabill_core.access import SYSTEM, Actor


class Dunning(Area):
    """`engine.billing.dunning`."""

    def list(
        self,
        seller: UUID,
        *,
        open_only: bool = True,
        after: UUID | None = None,
        limit: int = 100,
        actor: Actor = SYSTEM,
    ) -> Sequence[DunningCase]:
        """Cases by id, that is, oldest first."""
        return self._run(
            "dunning.read",
            seller,
            actor,
            lambda tx: tx.billing.dunning.page(open_only=open_only, after=after, limit=limit),
        )

    def of_customer(self, seller: UUID, customer_id: UUID, *, actor: Actor = SYSTEM) -> Sequence[InvoiceDunning]:
        """What stands behind the customer's unpaid invoices: steps taken, what is next, and why it waits.

        Raises `NotFound`.
        """
        return self._run("dunning.read", seller, actor, lambda tx: of_customer(tx, customer_id))

    def promise(
        self,
        seller: UUID,
        invoice_id: UUID,
        until_on: date,
        said_by: str,
        reason: str = "",
        *,
        actor: Actor = SYSTEM,
    ) -> Pause:
        """The customer promised to pay by the end of a day in their own zone; until then nothing is done.

        Raises `Conflict`, `AlreadyExists`, `InvalidInput` with every fault, `NotFound`.
        """
        return self._run(
            "dunning.write", seller, actor, lambda tx: pauses.promise(tx, invoice_id, until_on, said_by, reason)
        )

    def withdraw_promise(self, seller: UUID, invoice_id: UUID, *, actor: Actor = SYSTEM) -> Pause:
        """The promise stands no more; what is done goes on where it stood. Raises `NotFound`."""
        return self._run("dunning.write", seller, actor, lambda tx: pauses.withdraw_promise(tx, invoice_id))

    def pause(self, seller: UUID, invoice_id: UUID, reason: str, *, actor: Actor = SYSTEM) -> Pause:
        """Nothing is done about the invoice until `resume`; the customer sees the reason.

        Raises `Conflict`, `AlreadyExists`, `InvalidInput`, `NotFound`.
        """
        return self._run("dunning.write", seller, actor, lambda tx: pauses.pause(tx, invoice_id, reason))

    def resume(self, seller: UUID, invoice_id: UUID, reason: str = "", *, actor: Actor = SYSTEM) -> Pause:
        """The end of a pause by hand: what is done goes on where it stood. Raises `NotFound`, `InvalidInput`."""
        return self._run("dunning.write", seller, actor, lambda tx: pauses.resume(tx, invoice_id, reason))
