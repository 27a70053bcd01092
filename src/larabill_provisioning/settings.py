"""The `[provisioning]` table of the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import attrs

from larabill_core.errors import Faults
from larabill_provisioning.plans.model import ANY_REGION


@attrs.frozen(kw_only=True)
class PlanSettings:
    """One `[[provisioning.plans]]` entry: billing's `plan` is `provider_plan` at `account`, in `region` or any."""

    plan: str
    account: str
    provider_plan: str
    region: str = ANY_REGION
    config: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class ProvisioningSettings:
    """`deadline`: after this long without an end a person has to look. `max_attempts`: so often a definite failure that
    may pass (a full provider, 429, nobody to ask) is tried anew: 30 outlast an outage of some ten hours."""

    plans: tuple[PlanSettings, ...] = ()
    deadline: timedelta = timedelta(days=1)
    max_attempts: int = 30

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if self.max_attempts < 1:
            faults.add("max_attempts", "must be at least 1", value=self.max_attempts)
        if self.deadline <= timedelta(0):
            faults.add("deadline", "must be longer than nothing", remedy='such as "1d"')
        seen: set[tuple[str, str]] = set()
        for index, entry in enumerate(self.plans):
            with faults.at("plans", index):
                for field in ("plan", "account", "provider_plan", "region"):
                    if not getattr(entry, field):
                        faults.add(field, "is empty")
                if (entry.plan, entry.region) in seen:
                    faults.add("plan", f"has two entries for region {entry.region}", value=entry.plan)
                seen.add((entry.plan, entry.region))
        faults.raise_if_any()
