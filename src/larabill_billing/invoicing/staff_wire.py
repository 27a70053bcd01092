"""What staff do with issued invoices, payment plans and statements of account, on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from larabill_billing.invoicing.crediting import Left
from larabill_billing.invoicing.instalments import Instalment, PaymentPlan, PlanStatus
from larabill_billing.invoicing.statements import Happened, Statement, StatementLine
from larabill_billing.invoicing.wire import LineAmounts, TaxOut, tax_out
from larabill_core.errors import Faults, InvalidInput
from larabill_core.http.wire import Currency, Cursor, Money, Reason, Text, amount_of, day_of, money
from larabill_core.ids import public_id

_PREFIXES = {Happened.INVOICE: "inv", Happened.CREDIT_NOTE: "inv", Happened.PAYMENT: "pay", Happened.REFUND: "ref"}


class CreditInvoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So much of these lines without tax, or an amount with tax, or neither for all that is left."""

    reason: Reason
    lines: LineAmounts | None = None
    amount: Money | None = None


class MergeInvoices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Open invoices of one customer that become one."""

    invoices: Annotated[list[Cursor], Meta(min_length=2, max_length=100)]
    reason: Reason


class TakeBack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an invoice is taken back, written off, or its plan broken."""

    reason: Reason


class InvoiceLeft(msgspec.Struct, frozen=True, kw_only=True):
    """What credit notes can still give back: of each line without tax, of each tax, and of the whole."""

    lines: dict[str, Money]
    taxes: list[TaxOut]
    net: Money
    tax: Money
    total: Money


class InstalmentWire(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An amount with a due day of its own."""

    due_on: date
    amount: Money


class AgreePlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the balance is paid from now on: instalments in the order of their days that add up to it exactly."""

    instalments: Annotated[list[InstalmentWire], Meta(min_length=2, max_length=60)]
    reason: Text = ""


class PaymentPlanOut(msgspec.Struct, frozen=True, kw_only=True):
    """How the balance that an invoice had is paid; `due_on` is the day on which it was due before."""

    invoice: str
    status: PlanStatus
    amount: Money
    due_on: date
    instalments: list[InstalmentWire]


class StatementQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The days of a statement, the first and the last one included."""

    currency: Currency
    first: date
    last: date


class StatementLineOut(msgspec.Struct, frozen=True, kw_only=True):
    """`amount` is positive when the customer owes more by it; `balance` is what they owe after it."""

    on: date
    what: Happened
    number: str
    document: str | None
    amount: Money
    balance: Money


class StatementOut(msgspec.Struct, frozen=True, kw_only=True):
    """`opening` + `documents` + `payments` + `credits` = `closing`; below zero is what the seller holds for them."""

    customer: str
    first: date
    last: date
    opening: Money
    lines: list[StatementLineOut]
    documents: Money
    payments: Money
    credits: Money
    closing: Money


def left_out(left: Left) -> InvoiceLeft:
    """What is left of an invoice."""
    return InvoiceLeft(
        lines={public_id("lin", id): money(amount, left.currency) for id, amount in left.lines.items()},
        taxes=[tax_out(each, left.currency) for each in left.taxes],
        net=money(left.net, left.currency),
        tax=money(left.tax, left.currency),
        total=money(left.total, left.currency),
    )


def instalments_of(given: Sequence[InstalmentWire], currency: str) -> list[Instalment]:
    """Instalments of a body. Raises `InvalidInput` with every fault."""
    faults = Faults()
    instalments = []
    for index, each in enumerate(given):
        try:
            due_on = day_of(each.due_on, f"instalments[{index}].due_on")
            amount = amount_of(each.amount, f"instalments[{index}].amount", currency)
        except InvalidInput as problem:
            faults.include(problem)
            continue
        instalments.append(Instalment(due_on=due_on, amount=amount))
    faults.raise_if_any()
    return instalments


def plan_out(plan: PaymentPlan) -> PaymentPlanOut:
    """A payment plan."""
    return PaymentPlanOut(
        invoice=public_id("inv", plan.invoice_id),
        status=plan.status,
        amount=money(plan.amount, plan.currency),
        due_on=plan.due_on,
        instalments=[
            InstalmentWire(due_on=each.due_on, amount=money(each.amount, plan.currency)) for each in plan.instalments
        ],
    )


def statement_out(found: Statement) -> StatementOut:
    """A statement of account."""
    return StatementOut(
        customer=public_id("cus", found.customer_id),
        first=found.first,
        last=found.last,
        opening=money(found.opening, found.currency),
        lines=[_line(line, found.currency) for line in found.lines],
        documents=money(found.documents, found.currency),
        payments=money(found.payments, found.currency),
        credits=money(found.credits, found.currency),
        closing=money(found.closing, found.currency),
    )


def _line(line: StatementLine, currency: str) -> StatementLineOut:
    prefix = _PREFIXES.get(line.what)
    return StatementLineOut(
        on=line.on,
        what=line.what,
        number=line.number,
        document=None if prefix is None else public_id(prefix, line.document_id),
        amount=money(line.amount, currency),
        balance=money(line.balance, currency),
    )
