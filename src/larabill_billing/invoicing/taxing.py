"""Which taxes the charges of a document bear."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from larabill_billing.customers.model import Customer
from larabill_billing.invoicing.model import Charge
from larabill_billing.settings import settings_of
from larabill_billing.tax.determine import Treatment, buyer, treatment
from larabill_billing.tax.facts import NOTHING_KNOWN, TaxFacts, taxed_before
from larabill_billing.tax.model import Taxes
from larabill_billing.tax.ports import TaxTx
from larabill_billing.tax.provider import counts, is_fresh, provided
from larabill_core.clock import local_date
from larabill_core.errors import Conflict

NOTHING_EARLIER: Final[Mapping[UUID, Taxes]] = {}


def treatments(tx: TaxTx, customers: Mapping[UUID, Customer]) -> dict[UUID, Treatment]:
    """The treatment of each customer today, where they are. The number of statements does not depend on how many."""
    settings = settings_of(tx)
    facts = _facts(tx, customers)
    answers = tx.billing.tax.answers(customers) if settings.tax.provider else {}
    country = "" if settings.tax.place == "rules" else tx.billing.sellers.get(tx.seller_id).country
    found = {}
    for id, customer in customers.items():
        on = local_date(tx.now, customer.time_zone)
        to = buyer(customer, facts.get(id, NOTHING_KNOWN), settings.tax, on)
        if not settings.tax.provider or to.exempt is not None:
            found[id] = treatment(settings.taxes, settings.tax, country, to, on)
            continue
        answer = answers.get(id)
        if answer is not None and counts(answer, customer):
            found[id] = provided(answer.taxes, inclusive=settings.tax.inclusive)
        else:
            found[id] = UNANSWERED
    return found


def unanswered(tx: TaxTx, customers: Mapping[UUID, Customer]) -> set[UUID]:
    """The customers about whom the provider, if there is one, has yet to be asked before they get a document."""
    if not settings_of(tx).tax.provider:
        return set()
    answers, facts = tx.billing.tax.answers(customers), tx.billing.tax.exemptions(customers)
    return {
        id
        for id, customer in customers.items()
        if not is_fresh(answers.get(id), customer, tx.now)
        and facts.get(id, NOTHING_KNOWN).exempt(local_date(tx.now, customer.time_zone)) is None
    }


class _Unanswered(Treatment):
    """Stands for what the provider has not said: nothing can be taxed by it, and nothing is guessed."""

    def taxes(self, tax_class: str) -> Taxes:
        why = "the provider has not said which taxes hold"
        raise Conflict("the taxes of this customer", why, "ask it first: engine.billing.taxes.ask")


UNANSWERED: Final = _Unanswered(default=(), because="provider")


def _facts(tx: TaxTx, customer_ids: Collection[UUID]) -> Mapping[UUID, TaxFacts]:
    """Where no place is looked for, neither ids nor evidence are."""
    if settings_of(tx).tax.place == "rules":
        return tx.billing.tax.exemptions(customer_ids)
    return tx.billing.tax.for_customers(customer_ids)


def earlier_taxes(tx: TaxTx, charges: Iterable[Charge]) -> dict[UUID, Taxes]:
    """By charge, what is given back was taxed at when it was billed. Asks only where something is given back."""
    back = [each for each in charges if each.amount < 0 and each.taxes is None]
    items = {each.subscription_item_id for each in back if each.subscription_item_id is not None}
    if not items:
        return {}
    billed = tx.billing.tax.billed(items)
    found = {
        each.id: taxed_before(billed.get(each.subscription_item_id, ()), each.period_start)
        for each in back
        if each.subscription_item_id is not None and each.period_start is not None
    }
    return {id: taxes for id, taxes in found.items() if taxes}


def rates_of(
    charges: Sequence[Charge], treated: Treatment, earlier: Mapping[UUID, Taxes] = NOTHING_EARLIER
) -> list[Taxes]:
    """The taxes of each charge: those that an earlier document settled, else what holds for the customer now.

    `earlier` is for what is given back. It is left out where prices were with tax then and are not now, or the other
    way round: a document cannot have both.
    """
    rates = [treated.taxes(charge.tax_class) if charge.taxes is None else charge.taxes for charge in charges]
    for index, charge in enumerate(charges):
        then = earlier.get(charge.id)
        if then is not None and then[0].inclusive is rates[index][0].inclusive:
            rates[index] = then
    return rates
