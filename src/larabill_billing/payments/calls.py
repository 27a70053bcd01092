"""What the operations on payments and refunds mean: how to look, send, poll, and what to record (I1, I10)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import attrs

from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.payments.model import TOOK_MONEY, Payment, PaymentMethod, PaymentStatus, Refund, RefundStatus
from larabill_billing.payments.operations import DEADLINE, WAKES, tags
from larabill_billing.payments.ports import PaymentsTx
from larabill_billing.payments.refunds import advance_refund, fail, finish, lock_both
from larabill_billing.payments.settle import advance, authorise, decline, review, settle
from larabill_billing.payments.states import REFUND_TRANSITIONS, can
from larabill_core.calls.model import Operation, Retried, Withdrawn
from larabill_core.contracts.gateway import (
    CanFindTransaction,
    ChargeRequest,
    GatewayTransaction,
    RefundRequest,
    Settlement,
    settlement_of,
)
from larabill_core.contracts.outcome import Done, Failed, Manual, Outcome, Pending, Unknown
from larabill_core.money import quantize

if TYPE_CHECKING:
    from larabill_core.engine import Engine

LONGEST_POLL = timedelta(hours=1)
"""A bank debit is pending for days; its webhook brings the news sooner."""

LOOKS_BEFORE_LOST = 3
"""A pending payment that the gateway no longer lists was declined; but a list may lag, so look this often."""


@attrs.define(kw_only=True)
class _GatewayCall(ABC):
    """What both kinds have in common. Every action takes effect at the gateway, so each looks before it sends."""

    driver: Any
    operation: Operation
    creates: bool = True
    max_attempts: int = 5
    longest_poll: timedelta = LONGEST_POLL
    deadline: timedelta = DEADLINE

    @property
    def can_find(self) -> bool:
        return isinstance(self.driver, CanFindTransaction)

    @property
    def dedupes(self) -> bool:
        return bool(self.driver.dedupes)

    @property
    def poll_handler(self) -> str:
        return WAKES[self.operation.action]

    @property
    def tags(self) -> tuple[str, ...]:
        return tags(self.operation.subject_kind, self.operation.subject_id)

    def poll(self, operation: Operation) -> Outcome:
        """Our own record first (a webhook may have brought the end), then the gateway's."""
        known = self.known()
        if known is not None:
            return known
        if not self.can_find:
            return Unknown(reason="the gateway cannot be asked; its webhook will tell")
        found = self.find(operation)
        if found is not None:
            return found
        if operation.polls < LOOKS_BEFORE_LOST:
            return Unknown(reason="the gateway does not list it at the moment")
        return Failed(reason="the gateway knows it no more: it was declined", code="declined")

    @abstractmethod
    def known(self) -> Outcome | None:
        """The end, if our own record has it already."""

    @abstractmethod
    def find(self, operation: Operation) -> Outcome | None:
        """What the gateway knows under our reference."""


@attrs.define(kw_only=True)
class PaymentCall(_GatewayCall):
    """Charge, capture or release one payment."""

    payment: Payment
    method: PaymentMethod | None

    def admit(self, tx: PaymentsTx, operation: Operation) -> Withdrawn | None:
        """Nothing is charged that is not owed any more. The payment is locked before the invoice."""
        payment = tx.billing.payments.get(self.payment.id, lock=True)
        if operation.action != "charge":
            expected = payment.status is PaymentStatus.AUTHORISED
            return None if expected else Withdrawn(reason=f"the payment is {payment.status}")
        if payment.status is not PaymentStatus.CREATED:
            return Withdrawn(reason=f"the payment is {payment.status}")
        states = tx.billing.invoices.states(payment.invoice_ids, lock=True)
        for part in payment.for_invoices:
            state = states[part.invoice_id]
            if state.status is not InvoiceStatus.ISSUED:
                return Withdrawn(reason=f"the invoice is {state.status}")
            if state.balance < part.amount:
                return Withdrawn(reason="less is owed by now")
        return None

    def known(self) -> Outcome | None:
        if self.payment.status in TOOK_MONEY:
            return self._done("captured", self.payment.transaction_id)
        if self.payment.status is PaymentStatus.DECLINED:
            return Failed(reason="the gateway's webhook said that it was declined", code=self.payment.code)
        return None

    def find(self, operation: Operation) -> Outcome | None:
        found: GatewayTransaction | None = self.driver.find_transaction(operation.ref)
        if found is None:
            return None
        if (found.kind, found.amount, found.currency) != ("payment", self.payment.amount, self.payment.currency):
            return Manual(
                reason=f"the gateway has a {found.kind} of {found.amount} {found.currency} under our reference"
            )
        if found.state == "captured" or (found.state, operation.action) == ("authorised", "charge"):
            return self._done(found.state, found.transaction, found.settlement)
        if found.state == "authorised":
            return None
        if found.state == "pending":
            return Pending(handle=found.transaction)
        if found.state == "released":
            return self._done("released", found.transaction)
        return Manual(reason=f"the gateway says {found.state!r} of it")

    def _done(self, state: str, transaction_id: str | None, settlement: Settlement | None = None) -> Done:
        facts = {"state": state, "amount": str(self.payment.amount), "currency": self.payment.currency}
        return Done(ref=transaction_id, facts=facts if settlement is None else facts | settlement.facts())

    def send(self, operation: Operation, save_progress: Callable[[Mapping[str, Any]], None]) -> Outcome:
        request = ChargeRequest(
            ref=operation.ref,
            key=operation.key,
            amount=quantize(self.payment.amount, self.payment.currency),
            currency=self.payment.currency,
            method="" if self.method is None else self.method.reference,
            invoice=self.payment.document,
            capture=self.payment.capture,
        )
        outcome: Outcome
        if operation.action == "charge":
            outcome = self.driver.charge(request)
        elif operation.action == "capture":
            outcome = self.driver.capture(request, self.payment.transaction_id)
        else:
            outcome = self.driver.release(request, self.payment.transaction_id)
        return outcome

    def record(self, tx: PaymentsTx, operation: Operation, outcome: Outcome | Withdrawn | Retried) -> None:
        payment = tx.billing.payments.get(self.payment.id, lock=True)
        match outcome:
            case Done():
                self._record_done(tx, payment, outcome)
            case Pending():
                if can(payment.status, "wait"):
                    advance(tx, payment, "wait")
            case Failed() if operation.action == "release":
                review(tx, payment, f"it could not be released: {outcome.reason}")
            case Failed():
                decline(tx, payment, outcome.code or "declined", outcome.reason)
            case Manual():
                review(tx, payment, outcome.reason)
            case Withdrawn() if operation.action == "charge" and can(payment.status, "release"):
                advance(tx, payment, "release", reason=outcome.reason)
            case _:
                return
        if isinstance(outcome, Done | Pending | Failed):
            tx.billing.gateway_accounts.heard(payment.account, tx.now)

    def _record_done(self, tx: PaymentsTx, payment: Payment, done: Done) -> None:
        state = done.facts.get("state")
        if not _is_amount(done.facts, payment.amount, payment.currency):
            review(tx, payment, "the gateway confirmed another amount or currency")
        elif state == "captured":
            settle(tx, payment, done.ref, settlement_of(done.facts))
        elif state == "authorised":
            authorise(tx, payment, done.ref)
        elif state == "released" and can(payment.status, "release"):
            advance(tx, payment, "release")
        elif state != "released":
            review(tx, payment, "the gateway confirmed a state that we do not know")


def _is_amount(facts: Mapping[str, str], amount: Decimal, currency: str) -> bool:
    try:
        return facts.get("currency") == currency and Decimal(facts.get("amount", "")) == amount
    except InvalidOperation:
        return False


@attrs.define(kw_only=True)
class RefundCall(_GatewayCall):
    """Give back (part of) a payment."""

    refund: Refund
    transaction_id: str

    def admit(self, tx: PaymentsTx, operation: Operation) -> Withdrawn | None:
        refund = tx.billing.refunds.get(self.refund.id, lock=True)
        expected = refund.status is RefundStatus.CREATED
        return None if expected else Withdrawn(reason=f"the refund is {refund.status}")

    def known(self) -> Outcome | None:
        if self.refund.status is RefundStatus.DONE:
            return self._done(self.refund.transaction_id)
        if self.refund.status is RefundStatus.FAILED:
            return Failed(reason="the gateway's webhook said that it failed")
        return None

    def find(self, operation: Operation) -> Outcome | None:
        found: GatewayTransaction | None = self.driver.find_transaction(operation.ref)
        if found is None:
            return None
        if (found.kind, found.amount, found.currency) != ("refund", self.refund.amount, self.refund.currency):
            return Manual(
                reason=f"the gateway has a {found.kind} of {found.amount} {found.currency} under our reference"
            )
        if found.state == "succeeded":
            return self._done(found.transaction, found.settlement)
        if found.state == "pending":
            return Pending(handle=found.transaction)
        if found.state == "failed":
            return Failed(reason="the gateway says that it failed")
        return Manual(reason=f"the gateway says {found.state!r} of it")

    def _done(self, transaction_id: str | None, settlement: Settlement | None = None) -> Done:
        facts = {"state": "succeeded", "amount": str(self.refund.amount), "currency": self.refund.currency}
        return Done(ref=transaction_id, facts=facts if settlement is None else facts | settlement.facts())

    def send(self, operation: Operation, save_progress: Callable[[Mapping[str, Any]], None]) -> Outcome:
        outcome: Outcome = self.driver.refund(
            RefundRequest(
                ref=operation.ref,
                key=operation.key,
                transaction=self.transaction_id,
                amount=quantize(self.refund.amount, self.refund.currency),
                currency=self.refund.currency,
            )
        )
        return outcome

    def record(self, tx: PaymentsTx, operation: Operation, outcome: Outcome | Withdrawn | Retried) -> None:
        payment, refund = lock_both(tx, self.refund.id)
        match outcome:
            case Done() if _is_amount(outcome.facts, refund.amount, refund.currency):
                finish(tx, payment, refund, outcome.ref, settlement_of(outcome.facts))
            case Done():
                self._advance(tx, refund, "review", reason="the gateway confirmed another amount or currency")
            case Pending():
                self._advance(tx, refund, "wait")
            case Failed():
                fail(tx, refund, outcome.reason)
            case Manual():
                self._advance(tx, refund, "review", reason=outcome.reason)
            case _:
                return
        if isinstance(outcome, Done | Pending | Failed):
            tx.billing.gateway_accounts.heard(payment.account, tx.now)

    def _advance(self, tx: PaymentsTx, refund: Refund, event: str, **changes: Any) -> None:
        if (refund.status, event) in REFUND_TRANSITIONS:
            advance_refund(tx, refund, event, **changes)


def payment_call(engine: Engine, operation: Operation) -> PaymentCall:
    """The call of an operation whose subject is a payment."""

    def read(tx: PaymentsTx) -> tuple[Payment, PaymentMethod | None]:
        payment = tx.billing.payments.get(operation.subject_id)
        if payment.method_id is None or not payment.is_in_flight:
            return payment, None  # the method of what is over may be forgotten
        return payment, tx.billing.payment_methods.get(payment.method_id)

    payment, method = engine.run(read, seller=operation.seller_id)
    driver = engine.drivers.get(operation.account)
    return PaymentCall(driver=driver, operation=operation, payment=payment, method=method)


def refund_call(engine: Engine, operation: Operation) -> RefundCall:
    """The call of an operation whose subject is a refund."""

    def read(tx: PaymentsTx) -> tuple[Refund, str]:
        refund = tx.billing.refunds.get(operation.subject_id)
        return refund, tx.billing.payments.get(refund.payment_id).transaction_id or ""

    refund, transaction_id = engine.run(read, seller=operation.seller_id)
    driver = engine.drivers.get(operation.account)
    return RefundCall(driver=driver, operation=operation, refund=refund, transaction_id=transaction_id)
