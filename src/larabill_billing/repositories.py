"""All of billing's storage as one type: what stands as `tx.billing`.

Each feature's own `ports` declares its part and what it needs of the features below it; handlers use those.
"""

from __future__ import annotations

from typing import Protocol

from larabill_billing.bank.ports import BankRepositories
from larabill_billing.dunning.ports import DunningRepositories
from larabill_billing.referrals.ports import ReferralsRepositories
from larabill_billing.reports.ports import ReportsRepositories
from larabill_billing.vouchers.ports import VouchersRepositories
from larabill_core.ports.unit_of_work import Tx


class BillingRepositories(
    DunningRepositories,
    BankRepositories,
    ReferralsRepositories,
    ReportsRepositories,
    VouchersRepositories,
    Protocol,
):
    """Dunning stands on top of the features that it knows; the others stand beside."""


class BillingTx(Tx, Protocol):
    """A transaction of an engine on which billing is on."""

    @property
    def billing(self) -> BillingRepositories: ...
