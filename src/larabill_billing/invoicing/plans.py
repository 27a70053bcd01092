"""Agree on instalments for an invoice, change them, and see to it that one who misses them owes the rest at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import check_reason, record, record_many
from larabill_billing.invoicing.instalments import (
    TRANSITIONS,
    Instalment,
    PaymentPlan,
    asked_on,
    check,
    next_due,
    unpaid,
)
from larabill_billing.invoicing.model import DocumentType, InvoiceState, InvoiceStatus
from larabill_billing.invoicing.ports import InvoicingTx
from larabill_billing.invoicing.write import change
from larabill_core.clock import local_date
from larabill_core.errors import Conflict, Faults, IllegalTransition
from larabill_core.ids import new_id
from larabill_core.money import exponent, parse_decimal


def agree(tx: InvoicingTx, invoice_id: UUID, instalments: Sequence[Instalment], reason: str = "") -> PaymentPlan:
    """The balance of an issued invoice is paid in these instalments from now on; a plan that it had is replaced.

    Each is due by itself: the invoice's due day is that of the earliest one that is not paid. Raises `InvalidInput`
    with every fault (they must add up to the balance exactly), `Conflict` unless it is issued, `NotFound`.
    """
    state = tx.billing.invoices.state(invoice_id, lock=True)
    if state.status is not InvoiceStatus.ISSUED or state.type is not DocumentType.INVOICE:
        raise Conflict(
            f"invoice {invoice_id}",
            f"it is a {state.type}, {state.status}",
            "only what is owed can be paid in instalments",
        )
    faults = Faults()
    check_reason(reason)
    exact = tuple(attrs.evolve(each, amount=_exact(each, state.currency)) for each in instalments)
    check(exact, state.balance, _today(tx, state.customer_id), faults)
    faults.raise_if_any()
    before = finish_plan(tx, state, "replace")
    plan = PaymentPlan(
        id=new_id(),
        seller_id=tx.seller_id,
        invoice_id=invoice_id,
        amount=state.balance,
        currency=state.currency,
        due_on=state.due_on if before is None else before.due_on,
        instalments=exact,
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.billing.payment_plans.add(plan)
    moved = attrs.evolve(state, plan_id=plan.id, due_on=next_due(plan, state.balance))
    tx.billing.invoices.save_state(moved)
    record(tx, "payment_plan", plan.id, "agree", after=plan.status, reason=reason)
    record_many(tx, [change(invoice_id, "agree_plan", state.status, state.status, reason)])
    return plan


def _exact(each: Instalment, currency: str) -> Decimal:
    return parse_decimal(each.amount, places=exponent(currency), path="instalments.amount")


def break_plan(tx: InvoicingTx, invoice_id: UUID, reason: str) -> None:
    """The rest falls due at once: the invoice keeps the due day of the instalment that was missed.

    Raises `Conflict` when it has no plan, `InvalidInput`, `NotFound`.
    """
    check_reason(reason)
    state = tx.billing.invoices.state(invoice_id, lock=True)
    if state.plan_id is None:
        raise Conflict(f"invoice {invoice_id}", "it is not paid in instalments")
    finish_plan(tx, state, "break", reason)
    due_on = min(state.due_on, _today(tx, state.customer_id))
    tx.billing.invoices.save_state(attrs.evolve(state, plan_id=None, due_on=due_on))
    record_many(tx, [change(invoice_id, "break_plan", state.status, state.status, reason)])


def finish_plan(tx: InvoicingTx, state: InvoiceState, event: str = "finish", reason: str = "") -> PaymentPlan | None:
    """The plan of the locked state is over; None when it has none. The caller takes it off the state."""
    if state.plan_id is None:
        return None
    plan = tx.billing.payment_plans.get(state.plan_id)
    status = TRANSITIONS.get((plan.status, event))
    if status is None:
        raise IllegalTransition("payment plan", plan.id, plan.status, event, ())
    tx.billing.payment_plans.save(attrs.evolve(plan, status=status, updated_at=tx.now))
    record(tx, "payment_plan", plan.id, event, before=plan.status, after=status, reason=reason)
    return plan


def followed(tx: InvoicingTx, state: InvoiceState) -> date:
    """The day on which the state is due, once its balance has changed."""
    if state.plan_id is None:
        return state.due_on
    return next_due(tx.billing.payment_plans.get(state.plan_id), state.balance)


def due_now(tx: InvoicingTx, state: InvoiceState) -> Decimal:
    """How much of an open invoice is to be collected: its balance, or the instalments that are due by today."""
    if state.plan_id is None:
        return state.balance
    plan = tx.billing.payment_plans.get(state.plan_id)
    return asked_on(plan, state.balance, _today(tx, state.customer_id))


def asked(tx: InvoicingTx, state: InvoiceState) -> Decimal:
    """How much a customer is asked for who wants to pay: as `due_now`, but the next instalment while none is due."""
    due = due_now(tx, state)
    if due or state.plan_id is None:
        return due
    return unpaid(tx.billing.payment_plans.get(state.plan_id), state.balance)[0].amount


def current_plan(tx: InvoicingTx, invoice_id: UUID) -> PaymentPlan | None:
    """The plan that the invoice follows. Raises `NotFound` for the invoice."""
    plan_id = tx.billing.invoices.state(invoice_id).plan_id
    return None if plan_id is None else tx.billing.payment_plans.get(plan_id)


def _today(tx: InvoicingTx, customer_id: UUID) -> date:
    return local_date(tx.now, tx.billing.customers.get(customer_id).time_zone)
