"""Ask the register whether customers' VAT ids exist, outside any transaction, and keep what it says.

A question changes nothing there, so it needs no record of its own before it is sent: asked twice, it is answered twice.
What nobody could say is kept as UNKNOWN and asked again at the next run (I10).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record_many
from larabill_billing.audits.model import Change
from larabill_billing.customers.model import Customer
from larabill_billing.settings import settings_of
from larabill_billing.tax.facts import NOTHING_KNOWN, IdAnswer, IdCheck, TaxFacts
from larabill_billing.tax.ids import VatId, vat_id
from larabill_billing.tax.ports import TaxTx
from larabill_core.contracts.tax import TaxIdQuestion, TaxIdRegister
from larabill_core.errors import ConfigurationError, InvalidInput, RetryLater
from larabill_core.jobs import NewJob
from larabill_core.messages import Nothing

if TYPE_CHECKING:
    from larabill_core.access import Actor
    from larabill_core.engine import Engine
    from larabill_core.jobs import Job

PAGE: Final = 20
"""As many as are asked about within the lease of a job, even if each question runs into its deadline."""


@attrs.frozen(kw_only=True)
class IdsDue:
    """Customers of one seller, by id, after this one."""

    after: UUID | None = None


@attrs.frozen
class _Asked:
    customer: Customer
    id: VatId


def recheck(tx: TaxTx, payload: Nothing) -> None:
    """A run through the customers of each seller, where a register is configured."""
    if settings_of(tx).tax.checker:
        tx.enqueue(
            *[
                NewJob(handler="billing.check_tax_ids", payload=IdsDue(), seller_id=seller.id)
                for seller in tx.billing.sellers.all()
            ]
        )


def check_page(engine: Engine, payload: IdsDue, job: Job) -> None:
    """The next few customers of a seller whose answer is missing or old; a job follows for the rest."""
    seller_id = job.seller_id
    if seller_id is None:
        raise AssertionError("each of these jobs belongs to a seller")
    asked_by, due, last = engine.run(lambda tx: _due(tx, payload.after), seller=seller_id)
    answers = [_ask(engine, asked_by, each, seller_id) for each in due]

    def keep(tx: TaxTx) -> None:
        _keep(tx, answers)
        if last is not None:
            tx.enqueue(NewJob(handler="billing.check_tax_ids", payload=IdsDue(after=last), seller_id=seller_id))

    engine.run(keep, seller=seller_id)


def check_one(engine: Engine, seller_id: UUID, customer_id: UUID, actor: Actor) -> IdCheck:
    """Ask now about one customer's id. Raises `NotFound`, `ConfigurationError`, and `InvalidInput` for what is none."""

    def read(tx: TaxTx) -> tuple[str, _Asked]:
        if not settings_of(tx).tax.checker:
            remedy = "name the account to ask: [billing.tax] checker"
            raise ConfigurationError.one("billing.tax.checker", "is not set", remedy=remedy)
        customer = tx.billing.customers.get(customer_id)
        known = vat_id(customer.tax_id, customer.country)
        if known is None:
            problem = f"is no VAT id of {customer.country}: its form or its check digits are wrong"
            raise InvalidInput.one("customer.tax_id", problem, remedy="ask the customer for it anew")
        return _own_id(tx), _Asked(customer, known)

    asked_by, asked = engine.run(read, seller=seller_id, actor=actor)
    answer = _ask(engine, asked_by, asked, seller_id)
    engine.run(lambda tx: _keep(tx, [answer]), seller=seller_id, actor=actor)
    return answer


def _due(tx: TaxTx, after: UUID | None) -> tuple[str, list[_Asked], UUID | None]:
    """Our own id, whom to ask about, and the last customer of the page when more may follow."""
    customers = tx.billing.tax.with_tax_id(after=after, limit=PAGE)
    facts = tx.billing.tax.for_customers([customer.id for customer in customers])
    before = tx.now - settings_of(tx).tax.recheck
    due = []
    for customer in customers:
        known = vat_id(customer.tax_id, customer.country)
        if known is not None and is_due(facts.get(customer.id, NOTHING_KNOWN), str(known), before):
            due.append(_Asked(customer, known))
    return _own_id(tx), due, customers[-1].id if len(customers) == PAGE else None


def is_due(facts: TaxFacts, tax_id: str, before: datetime) -> bool:
    """Whether no answer about this id that says something is as new as that."""
    return not any(
        check.tax_id == tax_id and check.answer is not IdAnswer.UNKNOWN and check.checked_at > before
        for check in facts.checks
    )


def _own_id(tx: TaxTx) -> str:
    """The seller's VAT id; "" for one without, whose questions are answered, but are no proof."""
    seller = tx.billing.sellers.get(tx.seller_id)
    own = vat_id(seller.tax_id, seller.country)
    return "" if own is None else str(own)


def _ask(engine: Engine, asked_by: str, asked: _Asked, seller_id: UUID) -> IdCheck:
    account = engine.manifest.settings["billing"].tax.checker
    register: TaxIdRegister = engine.drivers.get(account)
    question = TaxIdQuestion(prefix=asked.id.prefix, number=asked.id.number, asked_by=asked_by)
    answer, consultation, reason = IdAnswer.UNKNOWN, "", ""
    try:
        said = register.check_tax_id(question)
    except RetryLater as problem:
        reason = problem.reason
    else:
        answer, consultation = IdAnswer.VALID if said.valid else IdAnswer.INVALID, said.consultation
    return IdCheck(
        seller_id=seller_id,
        customer_id=asked.customer.id,
        tax_id=str(asked.id),
        answer=answer,
        account=account,
        consultation=consultation,
        reason=reason,
        checked_at=engine.clock.now(),
    )


def _keep(tx: TaxTx, answers: Sequence[IdCheck]) -> None:
    tx.billing.tax.add_checks(answers)
    record_many(
        tx,
        [
            Change(subject_kind="customer", subject_id=each.customer_id, action="check_tax_id", after=each.answer.value)
            for each in answers
        ],
    )
