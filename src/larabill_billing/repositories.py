"""All of billing's storage as one type: what stands as `tx.billing`.

Each feature's own `ports` declares its part and what it needs of the features below it; handlers use those.
"""

from __future__ import annotations

from typing import Protocol

from larabill_billing.bank.ports import BankRepositories
from larabill_billing.dunning.ports import DunningRepositories
from larabill_core.ports.unit_of_work import Tx


class BillingRepositories(DunningRepositories, BankRepositories, Protocol):
    """Dunning stands on top of all other features but the bank's, and so knows their repositories."""


class BillingTx(Tx, Protocol):
    """A transaction of an engine on which billing is on."""

    @property
    def billing(self) -> BillingRepositories: ...
