"""What of a payment can still be given back, and the credit notes that it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from larabill_billing.credits.credit_notes import credit
from larabill_billing.payments.disputes import disputed_amount
from larabill_billing.payments.model import Payment, Refund, RefundStatus, RefundTo, Returned
from larabill_billing.payments.ports import PaymentsTx
from larabill_billing.payments.standing import kept_credit, lots_of, on_invoices
from larabill_core.errors import Conflict
from larabill_core.money import quantize


def gone(refunds: Sequence[Refund], *, done: bool = False) -> Decimal:
    """What went back, or may be on its way (unless only what is `done` counts), the way the money came."""
    counted = [
        each
        for each in refunds
        if each.destination is RefundTo.METHOD
        and (each.status is RefundStatus.DONE if done else each.status is not RefundStatus.FAILED)
    ]
    return sum((each.amount for each in counted), Decimal(0))


class Purse:
    """The money of one locked payment. Raises `Conflict` while a dispute about it stands."""

    def __init__(self, tx: PaymentsTx, payment: Payment, refunds: Sequence[Refund]) -> None:
        self._tx = tx
        self._payment = payment
        self._earlier = [each for refund in refunds for each in refund.returned]
        self._kept = kept_credit(tx, payment, refunds)
        self._standing = on_invoices(tx, payment, refunds)
        self.left = payment.amount - gone(refunds) - disputed_amount(tx, payment)
        """What was taken, less what went back and what disputes took."""

    def demand(self, amount: Decimal) -> None:
        """Raises `Conflict` unless so much is left, and more than nothing."""
        if not 0 < amount <= self.left:
            left = quantize(self.left, self._payment.currency)
            raise self._refused(f"only {left} {self._payment.currency} of it can still be given back")

    def credit_notes(
        self, amount: Decimal | None, lines: Mapping[UUID, Decimal] | None, reason: str, to: RefundTo
    ) -> tuple[Returned, ...]:
        """Those that make the amount the customer's credit, as far as it is not: the last invoice first.

        To credit, what is credit already needs none. Raises `Conflict`.
        """
        if lines is not None:
            return self._of_lines(lines, reason)
        needed = (amount or Decimal(0)) - (self._kept if to is RefundTo.METHOD else Decimal(0))
        found = []
        for part in reversed(self._standing):
            take = min(part.amount, needed)
            if take > 0:
                found.append(self._note(part.invoice_id, take, None, reason))
                needed -= take
        if needed > 0:
            short = quantize(needed, self._payment.currency)
            raise self._refused(
                f"{short} {self._payment.currency} of it stand on no invoice and are credit no more: they paid others"
            )
        return tuple(found)

    def lots(self, returned: Sequence[Returned]) -> list[UUID]:
        """The lots of the customer's credit that hold money of this payment."""
        return lots_of(self._tx, self._payment, [*self._earlier, *returned])

    def _of_lines(self, lines: Mapping[UUID, Decimal], reason: str) -> tuple[Returned, ...]:
        """Lines are of one invoice, which the payment has paid alone."""
        if len(self._standing) != 1:
            raise self._refused("it does not stand on one invoice", "name an amount")
        (part,) = self._standing
        note = self._note(part.invoice_id, None, lines, reason)
        if note.amount > part.amount:
            raise self._refused(f"only {part.amount} of it paid for this invoice")
        return (note,)

    def _note(
        self, invoice_id: UUID, amount: Decimal | None, lines: Mapping[UUID, Decimal] | None, reason: str
    ) -> Returned:
        note = credit(self._tx, invoice_id, amount=amount, lines=lines, reason=reason, to_credit=True)
        if note is None:
            raise self._refused(
                "its credit note cannot be issued in a host's transaction", "refund it after the commit"
            )
        return Returned(invoice_id=invoice_id, credit_note_id=note.id, amount=note.total)

    def _refused(self, why: str, remedy: str = "") -> Conflict:
        return Conflict(f"payment {self._payment.id}", why, remedy)
