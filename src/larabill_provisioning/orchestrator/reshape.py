"""What a resource shall be at its provider: the plan there, and the specification; asked for, held back, let go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from larabill_core.errors import ConfigurationError, NotFound
from larabill_provisioning.orchestrator.change import Change
from larabill_provisioning.orchestrator.converge import can_do
from larabill_provisioning.orchestrator.rules import is_untouched
from larabill_provisioning.orchestrator.tell import tell_held
from larabill_provisioning.plans.model import PlanMap, choose, elsewhere, no_map
from larabill_provisioning.ports import ProvisioningTx
from larabill_provisioning.resources.model import HeldChange, Resource


def place(tx: ProvisioningTx, change: Change, chosen: PlanMap) -> str:
    """Give a resource that has none its account and plan there; "", or why the account cannot be used."""
    try:
        driver = tx.engine.drivers.get(chosen.account)
        change.set(
            account=chosen.account,
            driver=tx.engine.drivers.info(chosen.account).name,
            ref=driver.ref_for(change.resource.service_id),
            plan_code=chosen.provider_plan_code,
            config=dict(chosen.config),
        )
    except (NotFound, ConfigurationError) as unusable:
        return f"account {chosen.account} cannot be used: {unusable}; mend [drivers], then retry the resource"
    return ""


def reshape(
    tx: ProvisioningTx,
    change: Change,
    billing_plan: str,
    spec: Mapping[str, Any],
    *,
    by_hand: bool = False,
    maps: Sequence[PlanMap] | None = None,
) -> str:
    """Let the resource be of another plan or specification; "", or why that cannot be had, and nothing is changed.

    What was never handed to a provider is built so; what stands, or may stand, is resized. The account stays.
    `by_hand` is an operator's word that it was done at the provider; `maps` those of the plan, where they were read
    before. The caller converges.
    """
    resource = change.resource
    known = tx.provisioning.plan_maps.for_plans({billing_plan}) if maps is None else maps
    chosen = choose(known, billing_plan, resource.region)
    if chosen is None:
        return no_map(billing_plan, resource.region)
    if not resource.account:
        problem = place(tx, change, chosen)
        if problem:
            return problem
    elif chosen.account != resource.account:
        return elsewhere(chosen, resource.account)
    wanted = {"plan_code": chosen.provider_plan_code, "config": dict(chosen.config), "spec": dict(spec)}
    differs = any(getattr(resource, name) != value for name, value in wanted.items())
    if differs and not by_hand and not _can_follow(tx, resource):
        return f"driver {resource.driver} cannot resize: do it at the provider, then adopt the resource"
    version = resource.spec_version + 1 if differs else resource.spec_version
    change.set(billing_plan=billing_plan, spec_version=version, held=None, **wanted)
    return ""


def _can_follow(tx: ProvisioningTx, resource: Resource) -> bool:
    """An account that is not configured now can do nothing, and its work waits for it."""
    can = can_do(tx, resource.account)
    return is_untouched(resource) or not can or "resize" in can


def hold(tx: ProvisioningTx, change: Change, billing_plan: str, spec: Mapping[str, Any], reason: str) -> None:
    """Keep what was asked for until an operator has mended what `reason` says; the service goes on as it is."""
    change.set(held=HeldChange(billing_plan=billing_plan, spec=dict(spec), reason=reason))
    change.note("hold_change", plan=billing_plan, reason=reason)
    tell_held(tx, change.resource, reason)
