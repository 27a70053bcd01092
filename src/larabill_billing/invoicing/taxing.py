"""Which taxes the charges of a document bear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from larabill_billing.customers.model import Customer
from larabill_billing.invoicing.model import Charge
from larabill_billing.settings import settings_of
from larabill_billing.tax.determine import Treatment, treatment
from larabill_billing.tax.model import Taxes
from larabill_core.ports.unit_of_work import Tx


def treatments(tx: Tx, customers: Mapping[UUID, Customer]) -> dict[UUID, Treatment]:
    """The treatment of each customer, in a constant number of queries."""
    rules = settings_of(tx).taxes
    return {id: treatment(rules, customer.country) for id, customer in customers.items()}


def rates_of(charges: Sequence[Charge], treated: Treatment) -> list[Taxes]:
    """The taxes of each charge: those that an earlier document settled, else what holds for the customer now."""
    return [treated.taxes(charge.tax_class) if charge.taxes is None else charge.taxes for charge in charges]
