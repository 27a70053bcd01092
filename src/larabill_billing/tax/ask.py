"""Ask the provider which taxes hold, outside any transaction, and let the documents go that wait for its answer.

While it cannot answer they wait, and the job is tried again; in the end it stands in the operator's list (I8).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from uuid import UUID

import attrs

from larabill_billing.customers.model import Customer, Seller
from larabill_billing.settings import BillingSettings, settings_of
from larabill_billing.tax.ports import TaxTx
from larabill_billing.tax.provider import ProviderAnswer, digest, provided, question
from larabill_core.clock import local_date
from larabill_core.contracts.tax import TaxProvider
from larabill_core.errors import InvalidInput, RetryLater
from larabill_core.jobs import NewJob

if TYPE_CHECKING:
    from larabill_core.access import Actor
    from larabill_core.engine import Engine
    from larabill_core.jobs import Job

PAGE: Final = 20


@attrs.frozen(kw_only=True)
class TaxesWanted:
    """Customers of one seller whose documents wait, by id, after this one."""

    after: UUID | None = None


def ask_job(seller_id: UUID, after: UUID | None = None) -> NewJob:
    """The job that asks about the customers whose documents wait."""
    return NewJob(handler="billing.ask_taxes", payload=TaxesWanted(after=after), seller_id=seller_id)


def ask_page(engine: Engine, payload: TaxesWanted, job: Job) -> None:
    """The next few customers whose documents wait; a job follows for the rest. Raises `RetryLater` if any is left."""
    seller_id = job.seller_id
    if seller_id is None:
        raise AssertionError("each of these jobs belongs to a seller")

    def read(tx: TaxTx) -> tuple[Seller, list[Customer]]:
        return tx.billing.sellers.get(seller_id), tx.billing.tax.waiting(after=payload.after, limit=PAGE)

    seller, customers = engine.run(read, seller=seller_id)
    answers, problems = _ask(engine, seller, customers)

    def keep(tx: TaxTx) -> None:
        _keep(tx, answers)
        if len(customers) == PAGE and not problems:
            tx.enqueue(ask_job(seller_id, customers[-1].id))

    engine.run(keep, seller=seller_id)
    if problems:
        raise RetryLater(f"the taxes of {len(problems)} customers are not known: {problems[0]}")


def ask_about(engine: Engine, seller_id: UUID, customer_id: UUID, actor: Actor) -> None:
    """Ask now about one customer. Raises `NotFound`, and `RetryLater` with the reason."""

    def read(tx: TaxTx) -> tuple[Seller, Customer]:
        return tx.billing.sellers.get(seller_id), tx.billing.customers.get(customer_id)

    seller, customer = engine.run(read, seller=seller_id, actor=actor)
    answers, problems = _ask(engine, seller, [customer])
    engine.run(lambda tx: _keep(tx, answers), seller=seller_id, actor=actor)
    if problems:
        raise RetryLater(problems[0])


def _ask(engine: Engine, seller: Seller, customers: Sequence[Customer]) -> tuple[list[ProviderAnswer], list[str]]:
    """What it said, and why it could not say the rest. An answer that makes no sense is none."""
    settings: BillingSettings = engine.manifest.settings["billing"]
    provider: TaxProvider = engine.drivers.get(settings.tax.provider)
    answers, problems = [], []
    for customer in customers:
        now = engine.clock.now()
        on = local_date(now, customer.time_zone)
        try:
            said = provider.taxes(question(seller, customer, settings, on))
            provided(said, inclusive=settings.tax.inclusive)
        except (RetryLater, InvalidInput) as problem:
            problems.append(str(problem))
            continue
        answers.append(
            ProviderAnswer(
                seller_id=seller.id,
                customer_id=customer.id,
                asked=digest(customer),
                taxes={name: tuple(each) for name, each in said.items()},
                answered_at=now,
            )
        )
    return answers, problems


def _keep(tx: TaxTx, answers: Sequence[ProviderAnswer]) -> None:
    if not answers or not settings_of(tx).tax.provider:
        return
    tx.billing.tax.save_answers(answers)
    if tx.billing.tax.let_go([answer.customer_id for answer in answers]):
        tx.enqueue(NewJob(handler="billing.issue_drafts", seller_id=tx.seller_id))
