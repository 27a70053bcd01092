"""What the panel offers, what of it is used, and by whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from larabill_core.contracts.inventory import Offer, Quota
from larabill_core.contracts.metrics import METRICS, Reading
from larabill_core.contracts.outcome import Failed
from larabill_drivers.asking import Api, Ended, look
from larabill_drivers.panels.enhance.answers import Amount, Groups, Page, Plan, Subscription, Used, stands
from larabill_drivers.panels.enhance.panel import Panel, Place
from larabill_drivers.panels.enhance.settings import EnhanceSettings

GAUGES: Final = {
    "diskspace": "disk",
    "customers": "customers",
    "websites": "websites",
    "stagingWebsites": "staging_websites",
    "addonDomains": "addon_domains",
    "subdomains": "subdomains",
    "domainAliases": "domain_aliases",
    "mailboxes": "mailboxes",
    "forwarders": "forwarders",
    "ftpUsers": "ftp_users",
    "mysqlDbs": "mysql_databases",
    "postgresqlDbs": "postgresql_databases",
}
"""The panel's resources as our metrics. `transfer` is told as `traffic`; the others count in units unknown to us."""


class Offers:
    """Part of the driver."""

    _api: Api
    _panel: Panel
    _settings: EnhanceSettings

    @look
    def usage(self, driver_ref: str) -> list[Reading]:
        """The traffic of this month, which the panel knows as of 12 hours ago at most, and what is used of the plan."""
        place = Place.parse(driver_ref)
        there = self._panel.subscription(place)
        if there is None:
            raise Ended(Failed(reason="there is no such subscription", code="not_found"))
        traffic: int = self._api.seen(self._api.request("GET", f"{place.path}/bandwidth"), Amount)
        return [
            Reading(metric="traffic", value=Decimal(traffic), unit=METRICS["traffic"], kind="counter"),
            *(_gauge(GAUGES[used.name], used.usage) for used in there.resources if used.name in GAUGES),
        ]

    @look
    def regions(self) -> list[Offer]:
        """Ours from the settings; without any, the panel's server groups, which only the master may see."""
        if self._settings.regions:
            return [Offer(code=code, name=code) for code in self._settings.regions]
        groups = self._api.seen(self._api.request("GET", "/servers/groups"), Groups)
        return [Offer(code=group.id, name=group.name) for group in groups.items]

    @look
    def plans(self) -> list[Offer]:
        """The seller's own."""
        plans = self._panel.pages(f"/orgs/{self._panel.seller}/plans", Page[Plan])
        return [Offer(code=str(plan.id), name=plan.name) for plan in plans]

    @look
    def quotas(self) -> list[Quota]:
        """What a reseller has of its parent, all subscriptions together; nothing for the master, who has no limits."""
        used: defaultdict[str, list[Used]] = defaultdict(list)
        for each in self._panel.pages(f"/orgs/{self._panel.seller}/subscriptions", Page[Subscription]):
            for resource in each.resources if stands(each) else ():
                used[resource.name].append(resource)
        return [
            Quota(name=name, used=sum(each.usage for each in uses), total=_total(uses)) for name, uses in used.items()
        ]


def _gauge(metric: str, value: int) -> Reading:
    return Reading(metric=metric, value=Decimal(value), unit=METRICS.get(metric, "count"), kind="gauge")


def _total(uses: Sequence[Used]) -> int | None:
    totals = [each.total for each in uses if each.total is not None]
    return sum(totals) if len(totals) == len(uses) else None
