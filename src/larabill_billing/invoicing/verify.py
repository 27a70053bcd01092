"""What `larabill verify` asks about charges and invoices."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from larabill_billing.invoicing.adding_up import faults_of
from larabill_billing.invoicing.ports import InvoicingTx
from larabill_core.ids import public_id
from larabill_core.verify import Violation

AT_ONCE: Final = 500


def verify_charges(tx: InvoicingTx) -> list[Violation]:
    """I3: the recurring periods of an item that are in force do not overlap."""
    return [
        Violation(
            invariant="I3",
            kind="periods-overlap",
            subject=public_id("itm", item),
            message=f"the item is charged for a period from {first} and for one from {second}, which overlap",
        )
        for item, first, second in tx.billing.charges.overlapping()
    ]


def verify_receivables(tx: InvoicingTx) -> list[Violation]:
    """I4: the ledger knows every document, and receivables are the open balances."""
    invoices = tx.billing.invoices
    return [
        *(
            _about(invoice, "I4", "invoice-without-entry", f"the ledger does not know invoice {number}")
            for invoice, number in invoices.without_entry()
        ),
        *(
            Violation(
                invariant="I4",
                kind="receivable-differs",
                subject=public_id("cus", customer) if customer else currency,
                message=f"receivables in {currency} are {difference} more than the open balances",
            )
            for customer, currency, difference in invoices.receivable_differences()
        ),
        *(
            Violation(
                invariant="I4",
                kind="prepayment-differs",
                subject=public_id("cus", customer) if customer else currency,
                message=f"prepayments in {currency} differ by {difference} from what was paid on open proformas",
            )
            for customer, currency, difference in invoices.prepayment_differences()
        ),
    ]


def verify_tax(tx: InvoicingTx) -> list[Violation]:
    """I4: what documents post as tax payable is the tax that stands on them."""
    return [
        Violation(
            invariant="I4",
            kind="tax-differs",
            subject=currency,
            message=f"tax payable in {currency} is {-difference} more than the tax on documents that stand",
        )
        for currency, difference in tx.billing.invoices.tax_differences()
    ]


def verify_numbers(tx: InvoicingTx) -> list[Violation]:
    """I5: each document has a number; those of each series run from its first without a gap, each used once."""
    series = tx.billing.series
    return [
        *(
            Violation(
                invariant="I5",
                kind="number-gap",
                subject=code,
                message=f"{given} numbers were given out, on {documents} documents there are {distinct} different",
            )
            for code, given, distinct, documents in series.gaps()
        ),
        *(
            Violation(
                invariant="I5",
                kind="series-missing",
                subject=code,
                message=f"documents carry numbers of series {code}, which does not exist",
            )
            for code in series.unknown()
        ),
        *(
            _about(invoice, "I5", "number-missing", "it has no number")
            for invoice in tx.billing.invoices.without_number()
        ),
    ]


def verify_totals(tx: InvoicingTx) -> list[Violation]:
    """I11: lines add up to totals, and balances are what is left of them."""
    invoices = tx.billing.invoices
    return [
        *(
            _about(invoice, "I11", "total-differs", f"{number} has a total of {total}, its lines add up to {lines}")
            for invoice, number, total, lines in invoices.wrong_totals()
        ),
        *(
            _about(
                invoice,
                "I11",
                "balance-differs",
                f"it is {status} with a balance of {balance}; total less allocations is {due}",
            )
            for invoice, status, balance, due in invoices.wrong_balances()
        ),
    ]


def verify_documents(tx: InvoicingTx) -> list[Violation]:
    """I11: on each document allowances, taxes and totals are those of its lines (EN 16931's BR-CO rules)."""
    found: list[Violation] = []
    after: UUID | None = None
    while documents := tx.billing.invoices.whole(after=after, limit=AT_ONCE):
        after = documents[-1].id
        found += [
            _about(document.id, "I11", "sums-differ", f"{document.number}: {'; '.join(faults)}")
            for document in documents
            if (faults := faults_of(document))
        ]
    return found


def verify_credit_notes(tx: InvoicingTx) -> list[Violation]:
    """I11: credit notes give back no more than was invoiced, line by line."""
    return [
        _about(invoice, "I11", "credited-too-much", f"of {net} on a line {given} were given back")
        for invoice, net, given in tx.billing.invoices.overcredited()
    ]


def verify_states(tx: InvoicingTx) -> list[Violation]:
    """I6: each invoice has a state, and its audits lead there."""
    invoices = tx.billing.invoices
    return [
        *(
            _about(invoice, "I6", "invoice-without-state", f"nothing says in which state invoice {number} is")
            for invoice, number in invoices.without_state()
        ),
        *(
            _about(invoice, "I6", "invoice-unaudited", f"it is {status}, but its audits do not lead there")
            for invoice, status in invoices.state_without_audit()
        ),
    ]


def verify_plans(tx: InvoicingTx) -> list[Violation]:
    """I11: instalments add up to what they pay. I6: invoices follow agreed plans, whose audits lead to their states."""
    plans = tx.billing.payment_plans
    return [
        *(
            _plan(plan, "I11", "instalments-differ", f"its instalments come to {found}, it pays {amount}")
            for plan, amount, found in plans.wrong_sums()
        ),
        *(
            _plan(plan, "I6", "plan-stray", f"it is {status}, and its invoice does not follow it so")
            for plan, status in plans.strays()
        ),
        *(
            _plan(plan, "I6", "plan-unaudited", f"it is {status}, but its audits do not lead there")
            for plan, status in plans.state_without_audit()
        ),
    ]


def _plan(plan_id: UUID, invariant: str, kind: str, message: str) -> Violation:
    return Violation(invariant=invariant, kind=kind, subject=f"payment plan {plan_id}", message=message)


def _about(invoice_id: UUID, invariant: str, kind: str, message: str) -> Violation:
    return Violation(invariant=invariant, kind=kind, subject=public_id("inv", invoice_id), message=message)


VERIFY: Final = tuple(
    f"larabill_billing.invoicing.verify:{function.__name__}"
    for function in (
        verify_charges,
        verify_receivables,
        verify_tax,
        verify_numbers,
        verify_totals,
        verify_documents,
        verify_credit_notes,
        verify_states,
        verify_plans,
    )
)
