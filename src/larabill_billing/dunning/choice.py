"""Which policy an invoice has: that of the customer's group, of a plan on it, or the default."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from larabill_billing.catalog.model import PlanDefinition
from larabill_billing.dunning.ports import DunningTx
from larabill_billing.policies import DunningPolicy, choose
from larabill_billing.settings import settings_of
from larabill_core.errors import Faults


def check_named(tx: DunningTx, plans: Sequence[PlanDefinition]) -> None:
    """Raises `InvalidInput` for each plan whose dunning policy the manifest does not name."""
    known = settings_of(tx).policies
    faults = Faults()
    for index, plan in enumerate(plans):
        if plan.dunning and plan.dunning not in known:
            remedy = f"the manifest names: {', '.join(sorted(known))}"
            faults.add(f"plans[{index}].dunning", "is no policy", value=plan.dunning, remedy=remedy)
    faults.raise_if_any()


def policies_for(tx: DunningTx, invoice_ids: Collection[UUID]) -> dict[UUID, tuple[str, DunningPolicy]]:
    """Name and policy of each invoice: two statements for all of them."""
    policies = settings_of(tx).policies
    found = tx.billing.dunning.about(invoice_ids)
    plans = tx.billing.plans.get_many({plan_id for about in found.values() for plan_id in about.plan_ids})
    names = {
        invoice_id: choose(policies, about.group, [plans[plan_id].dunning for plan_id in about.plan_ids])
        for invoice_id, about in found.items()
    }
    return {invoice_id: (name, policies[name]) for invoice_id, name in names.items()}


def policy_for(tx: DunningTx, invoice_id: UUID) -> DunningPolicy:
    """The policy of one invoice."""
    return policies_for(tx, [invoice_id])[invoice_id][1]
