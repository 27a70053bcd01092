"""What `larabill verify` asks about payments and refunds."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from larabill_billing.payments.ports import PaymentsTx
from larabill_core.ids import public_id
from larabill_core.verify import Violation


def verify_payments(tx: PaymentsTx) -> list[Violation]:
    """I1: money that was taken is in the ledger, went somewhere, was taken once, and was not given back twice."""
    payments = tx.billing.payments
    return [
        *(
            _about(payment, "I1", "payment-without-entry", f"it is {status}, but the ledger does not know it")
            for payment, status in payments.captured_without_entry()
        ),
        *(
            _about(
                payment,
                "I1",
                "payment-unallocated",
                f"{amount} were taken, {known} of it stand on invoices and credits",
            )
            for payment, amount, known in payments.captured_unallocated()
        ),
        *(
            Violation(
                invariant="I1",
                kind="transaction-claimed-twice",
                subject=transaction,
                message=f"{count} payments claim this transaction of account {account}",
            )
            for account, transaction, count in payments.twice_captured()
        ),
        *(
            _about(payment, "I1", "payment-over-refunded", f"{amount} were taken, {refunded} given back")
            for payment, amount, refunded in payments.over_refunded()
        ),
    ]


def verify_disputes(tx: PaymentsTx) -> list[Violation]:
    """I4: what gateways hold back is what the ledger says, and what was lost is owed again."""
    disputes = tx.billing.disputes
    return [
        *(
            Violation(
                invariant="I4",
                kind="disputes-differ",
                subject=account,
                message=f"the ledger and the disputes that stand differ by {difference} {currency}",
            )
            for account, currency, difference in disputes.ledger_differences()
        ),
        *(
            _about(payment, "I4", "dispute-not-reopened", f"what is owed again of it differs by {difference}")
            for payment, difference in disputes.reopened_differences()
        ),
    ]


def verify_states(tx: PaymentsTx) -> list[Violation]:
    """I6: the audits of each payment, refund and dispute lead to its state."""
    return [
        *(
            Violation(
                invariant="I6",
                kind="dispute-unaudited",
                subject=public_id("dsp", dispute),
                message=f"it is {status}, but its audits do not lead there",
            )
            for dispute, status in tx.billing.disputes.state_without_audit()
        ),
        *(
            _about(payment, "I6", "payment-unaudited", f"it is {status}, but its audits do not lead there")
            for payment, status in tx.billing.payments.state_without_audit()
        ),
        *(
            Violation(
                invariant="I6",
                kind="refund-unaudited",
                subject=public_id("ref", refund),
                message=f"it is {status}, but its audits do not lead there",
            )
            for refund, status in tx.billing.refunds.state_without_audit()
        ),
    ]


def _about(payment_id: UUID, invariant: str, kind: str, message: str) -> Violation:
    return Violation(invariant=invariant, kind=kind, subject=public_id("pay", payment_id), message=message)


VERIFY: Final = tuple(
    f"larabill_billing.payments.verify:{function.__name__}"
    for function in (verify_payments, verify_disputes, verify_states)
)
