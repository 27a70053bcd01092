"""What is changed about a subscription: the panel accepts it (204), and we wait until it shows it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from larabill_core.contracts.outcome import Done, Manual, Outcome, Pending, Unknown
from larabill_core.contracts.provisioner import ResourceRequest
from larabill_drivers.asking import Api, follow, outcome, wanted
from larabill_drivers.panels.enhance.answers import is_absent
from larabill_drivers.panels.enhance.panel import Panel, Place, check_ours
from larabill_drivers.panels.enhance.settings import EnhanceConfig, EnhanceSettings, EnhanceSpec

SETTLING = timedelta(seconds=5)
"""How long to wait for what the panel has accepted (204) to be seen."""
SUSPENDED, ACTIVE, GONE, PLAN = "suspended", "active", "gone", "plan-"


class Changes:
    """Part of the driver."""

    _api: Api
    _panel: Panel
    _settings: EnhanceSettings

    @follow
    def poll(self, handle: str, ref: str) -> Outcome:
        """The handle is what we wait for, and of which subscription."""
        goal, _, place = handle.partition(":")
        return self._settled(Place.parse(place), ref, goal)

    @outcome
    def suspend(self, request: ResourceRequest) -> Outcome:
        place, there = self._panel.standing(request)
        if there.suspended_by is not None:
            return Done(ref=request.driver_ref)
        return self._changed(place, request.ref, SUSPENDED, {"isSuspended": True})

    @outcome
    def resume(self, request: ResourceRequest) -> Outcome:
        place, there = self._panel.standing(request)
        org = self._panel.org(place.org)
        if org is None:
            return Unknown(reason="the panel shows the subscription, and not its organisation")
        if org.suspended_by is not None and not self._settings.lift_organisation:
            return Manual(
                reason=f"the whole organisation {org.id} is suspended at the panel: see why, and lift it there"
            )
        if org.suspended_by is not None:
            self._api.accepted(self._api.request("PATCH", f"/orgs/{org.id}", json={"isSuspended": False}))
        if there.suspended_by is None:
            return self._settled(place, request.ref, ACTIVE)
        return self._changed(place, request.ref, ACTIVE, {"isSuspended": False})

    @outcome
    def resize(self, request: ResourceRequest) -> Outcome:
        """To another plan; a website's domain and PHP version stay as they are."""
        config, _ = wanted(request, EnhanceConfig, EnhanceSpec)
        place, there = self._panel.standing(request)
        if there.plan_id == config.plan_id:
            return Done(ref=request.driver_ref)
        return self._changed(place, request.ref, f"{PLAN}{config.plan_id}", {"planId": config.plan_id})

    @outcome
    def deprovision(self, request: ResourceRequest) -> Outcome:
        place = Place.parse(request.driver_ref)
        return self._gone(place, request.ref, force=self._settings.force_deletion)

    def _gone(self, place: Place, ref: str, *, force: bool) -> Outcome:
        there = self._panel.subscription(place)
        if there is None:
            return Done(ref=str(place))
        check_ours(there, ref)
        answer = self._api.request("DELETE", place.path, query={"force": "true" if force else "false"})
        if answer.status != 404 or not self._api.says(answer, is_absent):
            self._api.accepted(answer)
        return self._settled(place, ref, GONE)

    def _changed(self, place: Place, ref: str, goal: str, body: dict[str, Any]) -> Outcome:
        self._api.accepted(self._api.request("PATCH", place.path, json=body))
        return self._settled(place, ref, goal)

    def _settled(self, place: Place, ref: str, goal: str) -> Outcome:
        """Done when the panel shows what it has accepted."""
        there = self._panel.subscription(place)
        if there is None:
            return Done(ref=str(place)) if goal == GONE else Manual(reason="the panel has the subscription no more")
        check_ours(there, ref)
        reached = {
            SUSPENDED: there.suspended_by is not None,
            ACTIVE: there.suspended_by is None and self._runs(place.org, goal),
            f"{PLAN}{there.plan_id}": True,
        }
        if reached.get(goal, False):
            return Done(ref=str(place))
        return Pending(handle=f"{goal}:{place}", poll_after=SETTLING)

    def _runs(self, org: str, goal: str) -> bool:
        found = self._panel.org(org) if goal == ACTIVE else None
        return found is not None and found.suspended_by is None
