"""Subscriptions on an Enhance panel: our ref is a subscription's friendly name, which only the seller can change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx

from larabill_core.clock import Clock
from larabill_core.contracts.outcome import Done, Facts, Failed, Manual, Outcome, Unknown
from larabill_core.contracts.provisioner import Found, ProvisionRequest, RemoteStatus
from larabill_drivers.asking import Api, Ended, look, outcome, wanted
from larabill_drivers.http import HttpClient
from larabill_drivers.panels.enhance import settings as of
from larabill_drivers.panels.enhance.access import Access
from larabill_drivers.panels.enhance.answers import (
    Made,
    MadeNumber,
    Org,
    Subscription,
    explain,
    explain_briefly,
    stands,
)
from larabill_drivers.panels.enhance.changes import Changes
from larabill_drivers.panels.enhance.customers import Customers, Steps
from larabill_drivers.panels.enhance.offers import Offers
from larabill_drivers.panels.enhance.panel import UNFINISHED, Panel, Place, check_ours
from larabill_drivers.panels.enhance.settings import EnhanceConfig, EnhanceSettings, EnhanceSpec


def make(
    settings: EnhanceSettings, *, account: str, clock: Clock, transport: httpx.BaseTransport | None = None
) -> Enhance:
    """The driver that looks through all customers only where the settings allow it."""
    kind = FindingEnhance if settings.finds else Enhance
    return kind(settings, account=account, clock=clock, transport=transport)


class Enhance(Changes, Access, Offers):
    """One panel and seller. A create looks for its subscription among its customer's, and so makes no second one."""

    name = "enhance"
    dedupes = True

    def __init__(
        self,
        settings: EnhanceSettings,
        *,
        account: str,
        clock: Clock,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.account = account
        self._settings = settings
        self._address = settings.base_url.rstrip("/")
        client = HttpClient(
            f"{self._address}/api",
            headers={"Authorization": f"Bearer {settings.access_token.reveal()}"},
            secrets=[settings.access_token],
            transport=transport,
        )
        self._api = Api(client, clock, explain)
        self._panel = Panel(self._api, settings.organisation)
        self._customers = Customers(Api(client, clock, explain_briefly), self._panel)

    def ref_for(self, subject_id: UUID) -> str:
        """`lb-` and the id's 32 hexadecimal digits."""
        return f"lb-{subject_id.hex}"

    @outcome
    def provision(self, request: ProvisionRequest) -> Outcome:
        """Customer, login, member, subscription, website; at last the subscription gets its name, and can be found."""
        config, spec = wanted(request, EnhanceConfig, EnhanceSpec)
        group = self._group(request.region)
        if request.contact is None:
            return Failed(reason="a panel login needs the customer's name and e-mail address", code="no_contact")
        steps = Steps(request)
        org = self._customers.ready(request.contact, request.password.reveal(), steps)
        there = self._subscription(org, request.ref, config, steps)
        if there.suspended_by is not None:
            return Manual(reason=f"the panel's subscription {there.id} of this ref is suspended")
        place = Place(org.id, there.id)
        if there.friendly_name == request.ref:
            return self._done(place)
        if "refused" not in steps.made:
            try:
                self._website(place, _website_body(config, spec, group))
                return self._named(place, request.ref)
            except Ended as end:
                if not isinstance(end.outcome, Failed):
                    raise
                if end.outcome.retryable:
                    return _begun(end.outcome)
                steps.save(refused=end.outcome.reason)
        return self._taken_back(place, request.ref, str(steps.made["refused"]))

    def _subscription(self, org: Org, ref: str, config: EnhanceConfig, steps: Steps) -> Subscription:
        """The one of our ref, made when there is none; named as unfinished until all is there."""
        saved = steps.made.get("subscription")
        there = self._panel.subscription(Place(org.id, saved)) if isinstance(saved, int) else None
        there = there or self._panel.subscription_named(org.id, ref)
        if there is None and "refused" in steps.made:  # taken back, as far as can be seen
            raise Ended(Failed(reason=str(steps.made["refused"]), code="refused"))
        if there is None:
            path = f"/orgs/{self._panel.seller}/customers/{org.id}/subscriptions"
            body = {"planId": config.plan_id, "friendlyName": ref + UNFINISHED}
            saved = self._api.read(self._api.request("POST", path, json=body), MadeNumber).id
            steps.save(subscription=saved)
            there = self._panel.subscription(Place(org.id, saved))
        if there is None:
            raise Ended(Unknown(reason="the panel does not show the subscription that it has made"))
        check_ours(there, ref)
        if saved != there.id:
            steps.save(subscription=there.id)
        return there

    def _website(self, place: Place, body: dict[str, Any]) -> None:
        """The website of `body`, made when there is none; nothing without a domain. Raises `Ended`."""
        if "domain" not in body:
            return
        there = self._panel.website(place.org, body["domain"])
        if there is not None and there.subscription_id != place.id:
            reason = "the customer has a website of this domain in another subscription"
            raise Ended(Failed(reason=reason, code="domain_taken"))
        if there is None:
            body = {**body, "subscriptionId": place.id}
            path = f"/orgs/{place.org}/websites"
            self._api.read(self._api.request("POST", path, query={"kind": "normal"}, json=body), Made)

    def _named(self, place: Place, ref: str) -> Outcome:
        """All is there: from now on the subscription can be found."""
        self._api.accepted(self._api.request("PATCH", place.path, json={"friendlyName": ref}))
        there = self._panel.subscription(place)
        if there is None or there.friendly_name != ref:
            return Unknown(reason=f"the panel's subscription {place.id} does not show its name yet")
        return self._done(place)

    def _taken_back(self, place: Place, ref: str, reason: str) -> Outcome:
        """Failed, when the subscription that could not be finished is gone again: it is empty, and ours."""
        try:
            gone = self._gone(place, ref, force=False)
        except Ended as end:
            gone = end.outcome
        match gone:
            case Done():
                return Failed(reason=reason, code="refused")
            case Unknown() | Manual():
                return gone
            case Failed(retryable=True):
                return _begun(gone)
            case Failed():
                return Manual(reason=f"{reason}; and the unfinished subscription {place.id} cannot be removed")
            case _:
                return Unknown(reason=f"{reason}; and the unfinished subscription {place.id} is not gone yet")

    def _group(self, region: str) -> str:
        """The server group of a region; "" where the panel shall choose. Raises `Ended`."""
        if not region:
            return ""
        if region in self._settings.regions:
            return self._settings.regions[region]
        if self._settings.regions or not of.UUID.fullmatch(region):
            raise Ended(Failed(reason=f"no region {region!r} in the settings' regions", code="unknown_region"))
        return region

    def _done(self, place: Place) -> Done:
        return Done(ref=str(place), facts=self._facts(place))

    def _facts(self, place: Place) -> Facts:
        return {"login_url": self._address, "organisation": place.org}


class FindingEnhance(Enhance):
    """The driver that looks for a ref among all customers, before a create and after one that was lost."""

    dedupes = False

    @look
    def find(self, ref: str) -> Found | None:
        """Finished ones only: a create that is half done must go on. A customer's are looked through to their end."""
        for org in self._sold():
            there = self._panel.subscription_named(org.id, ref)
            if there is not None:
                return self._found(org, there, ref) if there.friendly_name == ref else None
        return None

    @look
    def list_resources(self) -> list[Found]:
        """The unfinished ones too, as being built."""
        return [
            self._found(org, each, each.friendly_name.removesuffix(UNFINISHED))
            for org in self._sold()
            for each in self._panel.subscriptions(org.id)
            if _is_ours(each.friendly_name) and stands(each)
        ]

    def _sold(self) -> Iterator[Org]:
        """Every customer with subscriptions. By their names they are not chosen: customers can change those."""
        return (org for org in self._panel.customers() if org.subscriptions_count > 0 and org.status != "deleted")

    def _found(self, org: Org, there: Subscription, ref: str) -> Found:
        stands(org)  # else its status is unknown, and so is what that means for this one
        place, finished = Place(org.id, there.id), there.friendly_name == ref
        status = there.remote_status(org) if finished else RemoteStatus.BUILDING
        return Found(ref=ref, driver_ref=str(place), status=status, facts=self._facts(place))


def _begun(failure: Failed) -> Outcome:
    """Some of the create stands, so it must not fail for good after many tries: it goes on, or a person looks."""
    return failure if failure.retry_after is not None else Unknown(reason=failure.reason)


def _website_body(config: EnhanceConfig, spec: EnhanceSpec, group: str) -> dict[str, Any]:
    body = {"domain": spec.domain, "serverGroupId": group, "phpVersion": config.php}
    return {name: value for name, value in body.items() if value}


def _is_ours(name: str) -> bool:
    ref = name.removesuffix(UNFINISHED)
    return len(ref) == 35 and ref.startswith("lb-") and all(digit in "0123456789abcdef" for digit in ref[3:])
