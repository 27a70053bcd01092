"""The driver for a token that may ask how many accounts the whole server has and may have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from larabill_core.clock import Clock
from larabill_core.contracts.inventory import Quota
from larabill_drivers.asking import look
from larabill_drivers.panels.whm.answers import UserCountAnswer
from larabill_drivers.panels.whm.driver import Whm
from larabill_drivers.panels.whm.settings import WhmSettings


class CountingWhm(Whm):
    """`Whm`, and what of the server's licence is left. A reseller's own limits are not in it."""

    @look
    def quotas(self) -> list[Quota]:
        return [self._quota()]

    @look
    def capacity(self, plan_code: str, region: str, config: Mapping[str, Any]) -> int | None:
        """How many more accounts, of whatever plan; None without a limit."""
        quota = self._quota()
        return None if quota.total is None else max(quota.total - quota.used, 0)

    def _quota(self) -> Quota:
        used = self._whm.seen("get_current_users_count", {}, UserCountAnswer).data.users
        most = self._whm.seen("get_maximum_users", {}, UserCountAnswer).data.users
        return Quota(name="accounts", used=used, total=most or None)


def make(settings: WhmSettings, *, account: str, clock: Clock, transport: httpx.BaseTransport | None = None) -> Whm:
    """The driver, with these counts where the settings say that its token may ask for them."""
    kind = CountingWhm if settings.counts_accounts else Whm
    return kind(settings, account=account, clock=clock, transport=transport)
