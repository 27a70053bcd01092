"""How a plan of billing is built: at which account, and under which plan of the provider."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import attrs

ANY_REGION = "*"


@attrs.frozen(kw_only=True)
class PlanMap:
    """`billing_plan` in `region` ("*": any other) is `provider_plan_code` at `account`; `config` goes to the driver."""

    id: UUID
    seller_id: UUID
    billing_plan: str
    account: str
    provider_plan_code: str
    region: str = ANY_REGION
    config: Mapping[str, Any] = attrs.field(factory=dict)


def choose(maps: Iterable[PlanMap], billing_plan: str, region: str) -> PlanMap | None:
    """The map for exactly this region, else the one for any region, else None."""
    fitting = {known.region: known for known in maps if known.billing_plan == billing_plan}
    return fitting.get(region) or fitting.get(ANY_REGION)


def elsewhere(chosen: PlanMap, account: str) -> str:
    """What is wrong when the plan lies at another account than the resource, and how to mend it."""
    return (
        f"plan {chosen.billing_plan!r} lies at account {chosen.account}, the resource at {account}: map the plan to "
        f"{account}, run `larabill migrate`, then retry the resource"
    )


def no_map(billing_plan: str, region: str) -> str:
    """What is wrong when `choose` finds nothing, and how to mend it."""
    return (
        f"no plan map for plan {billing_plan!r} in region {region!r}: add a [[provisioning.plans]] entry, "
        "run `larabill migrate`, then retry the resource"
    )
