"""Brings the plan maps of the manifest into the table."""

from __future__ import annotations

from collections.abc import Sequence

from larabill_core.contracts.provider import DriverType
from larabill_core.errors import ConfigurationError, Faults
from larabill_core.ids import new_id
from larabill_core.ports.drivers import Drivers
from larabill_core.structure import structure
from larabill_provisioning.plans.model import PlanMap
from larabill_provisioning.ports import ProvisioningTx
from larabill_provisioning.settings import PlanSettings


def check_accounts(plans: Sequence[PlanSettings], drivers: Drivers) -> None:
    """Raise `ConfigurationError` with every entry whose account is not configured or cannot hold a resource, and with
    every fault of what the entry's driver is told of the plan."""
    accounts = drivers.accounts()
    faults = Faults()
    for index, entry in enumerate(plans):
        with faults.at("provisioning", "plans", index):
            if entry.account not in accounts:
                known = ", ".join(sorted(accounts)) or "none"
                remedy = f"configured are: {known}"
                faults.add("account", "is no configured account", value=entry.account, remedy=remedy)
            elif accounts[entry.account].type in (DriverType.GATEWAY, DriverType.SERVICE):
                kind = accounts[entry.account].type.value.lower()
                faults.add("account", f"is a {kind}, which cannot build anything", value=entry.account)
            elif (config_class := accounts[entry.account].config_class) is not None:
                structure(config_class, entry.config, faults, "config")
    faults.raise_if_any(ConfigurationError)


def sync_plan_maps(tx: ProvisioningTx, plans: Sequence[PlanSettings]) -> int:
    """Make the seller's plan maps those of `plans`; how many were added, changed or removed.

    Resources that exist keep the account and plan with which they were built.
    """
    check_accounts(plans, tx.engine.drivers)
    wanted = {(entry.plan, entry.region): entry for entry in plans}
    stale = []
    for stored in tx.provisioning.plan_maps.list():
        entry = wanted.get((stored.billing_plan, stored.region))
        if entry is not None and _same(stored, entry):
            del wanted[stored.billing_plan, stored.region]
        else:
            stale.append(stored)
    added = [
        PlanMap(
            id=new_id(),
            seller_id=tx.seller_id,
            billing_plan=entry.plan,
            account=entry.account,
            provider_plan_code=entry.provider_plan,
            region=entry.region,
            config=dict(entry.config),
        )
        for entry in wanted.values()
    ]
    if stale:
        tx.provisioning.plan_maps.delete_many([gone.id for gone in stale])
    if added:
        tx.provisioning.plan_maps.add_many(added)
    replaced = {(gone.billing_plan, gone.region) for gone in stale}
    return len(replaced | set(wanted))


def _same(stored: PlanMap, entry: PlanSettings) -> bool:
    return (stored.account, stored.provider_plan_code, dict(stored.config)) == (
        entry.account,
        entry.provider_plan,
        dict(entry.config),
    )
