"""All of billing's storage as one type: what stands as `tx.billing`.

Each feature's own `ports` declares its part and what it needs of the features below it; handlers use those.
"""

from __future__ import annotations

from typing import Protocol

from larabill_billing.dunning.ports import DunningRepositories
from larabill_billing.usage.ports import UsageRepositories
from larabill_core.ports.unit_of_work import Tx


class BillingRepositories(DunningRepositories, UsageRepositories, Protocol):
    """Dunning stands on top of the other features, and so knows the repositories of all but usage."""


class BillingTx(Tx, Protocol):
    """A transaction of an engine on which billing is on."""

    @property
    def billing(self) -> BillingRepositories: ...
