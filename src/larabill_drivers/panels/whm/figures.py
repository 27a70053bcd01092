"""What an account uses, and what the server offers."""

from __future__ import annotations

from decimal import Decimal

from larabill_core.contracts.inventory import Offer
from larabill_core.contracts.metrics import Reading
from larabill_drivers.asking import look
from larabill_drivers.panels.whm.accounts import OurAccounts
from larabill_drivers.panels.whm.answers import DiskAnswer, Packages, TrafficAnswer
from larabill_drivers.panels.whm.functions import Functions
from larabill_drivers.panels.whm.settings import WhmSettings, is_package

BLOCK = 1024
"""Bytes of a block of `get_disk_usage`."""


class Figures:
    """What `Whm` inherits."""

    _whm: Functions
    _accounts: OurAccounts
    _settings: WhmSettings

    @look
    def usage(self, driver_ref: str) -> list[Reading]:
        """Traffic of this month by the server's calendar, which starts anew with each, and the disk."""
        user = self._accounts.used_by(driver_ref).user
        return [*self._traffic(user), *self._disk(user)]

    def _traffic(self, user: str) -> list[Reading]:
        """The search is a regular expression; accounts of that name that are gone are listed too."""
        fields = {"searchtype": "user", "search": f"^{user}$"}
        rows = self._whm.seen("showbw", fields, TrafficAnswer).data.acct
        return [
            Reading(metric="traffic", value=Decimal(row.totalbytes), unit="byte", kind="counter")
            for row in rows
            if row.user == user and not row.deleted
        ][:1]

    def _disk(self, user: str) -> list[Reading]:
        fields = {
            "api.filter.enable": "1",
            "api.filter.a.field": "user",
            "api.filter.a.arg0": user,
            "api.filter.a.type": "eq",
        }
        rows = self._whm.seen("get_disk_usage", fields, DiskAnswer).data.accounts
        return [
            Reading(metric="disk", value=Decimal(row.blocks_used * BLOCK), unit="byte", kind="gauge")
            for row in rows
            if row.user == user
        ][:1]

    @look
    def regions(self) -> list[Offer]:
        """The one of the settings."""
        region = self._settings.region
        return [Offer(code=region, name=region)] if region else []

    @look
    def plans(self) -> list[Offer]:
        """The packages that our token may use, as a plan's config names them."""
        prefix = self._settings.package_prefix
        names = sorted(name for name in packages(self._whm) if name.startswith(prefix))
        return [
            Offer(code=name.removeprefix(prefix), name=name) for name in names if is_package(name.removeprefix(prefix))
        ]


def packages(whm: Functions) -> set[str]:
    """The names of the packages that accounts can be made of. Raises `Ended`."""
    return {package.name for package in whm.seen("listpkgs", {"want": "creatable"}, Packages).data.pkg}
