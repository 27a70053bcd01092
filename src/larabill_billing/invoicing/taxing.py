"""Which taxes the charges of a document bear."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from larabill_billing.customers.model import Customer
from larabill_billing.invoicing.model import Charge
from larabill_billing.settings import settings_of
from larabill_billing.tax.determine import Treatment, buyer, treatment
from larabill_billing.tax.facts import NOTHING_KNOWN, TaxFacts
from larabill_billing.tax.model import Taxes
from larabill_billing.tax.ports import TaxTx
from larabill_core.clock import local_date


def treatments(tx: TaxTx, customers: Mapping[UUID, Customer]) -> dict[UUID, Treatment]:
    """The treatment of each customer today, where they are. The number of statements does not depend on how many."""
    settings = settings_of(tx)
    facts = _facts(tx, customers)
    country = "" if settings.tax.place == "rules" else tx.billing.sellers.get(tx.seller_id).country
    found = {}
    for id, customer in customers.items():
        on = local_date(tx.now, customer.time_zone)
        to = buyer(customer, facts.get(id, NOTHING_KNOWN), settings.tax, on)
        found[id] = treatment(settings.taxes, settings.tax, country, to, on)
    return found


def _facts(tx: TaxTx, customer_ids: Collection[UUID]) -> Mapping[UUID, TaxFacts]:
    """Where no place is looked for, neither ids nor evidence are."""
    if settings_of(tx).tax.place == "rules":
        return tx.billing.tax.exemptions(customer_ids)
    return tx.billing.tax.for_customers(customer_ids)


def rates_of(charges: Sequence[Charge], treated: Treatment) -> list[Taxes]:
    """The taxes of each charge: those that an earlier document settled, else what holds for the customer now."""
    return [treated.taxes(charge.tax_class) if charge.taxes is None else charge.taxes for charge in charges]
