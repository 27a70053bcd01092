"""The driver `fake`: a pretended provider with a memory, whose faults are scripted. For tests and demonstrations.

What it keeps stands in a `FakeWorld`. It checks what it is given as a real provider would, and can be told to ignore
idempotency keys (`dedupes = false`), not to find (`finds = false`), not to list (`lists = false`), and to need a
number of polls until work is done (`async_polls`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs

from larabill_core.clock import Clock
from larabill_core.contracts.inventory import Offer
from larabill_core.contracts.metrics import Reading
from larabill_core.contracts.outcome import Done, Failed, Outcome, Pending
from larabill_core.contracts.power import POWER
from larabill_core.contracts.provisioner import Found, ProvisionRequest, RemoteStatus, ResourceRequest
from larabill_core.contracts.webhooks import Hint, VerifiedWebhook
from larabill_core.errors import InvalidInput
from larabill_core.privacy import Secret
from larabill_drivers.signed_events import verified_event
from larabill_drivers.world import SIGNATURE_HEADER, FakeWorld, Fault, LoggedCall, Thing, WorldTx

_REF = re.compile(r"[a-z][a-z0-9-]{0,39}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@attrs.frozen(kw_only=True)
class FakeSettings:
    """`world`: see `FakeWorld.open`. No `plans` or `regions`: any well-formed code."""

    world: str = ":memory:"
    dedupes: bool = True
    finds: bool = True
    lists: bool = True
    plans: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    latency_ms: int = 0
    async_polls: int = 0
    webhook_secret: Secret | None = None
    faults: tuple[Fault, ...] = ()

    def __attrs_post_init__(self) -> None:
        for name in ("latency_ms", "async_polls"):
            if getattr(self, name) < 0:
                raise InvalidInput.one(name, "must be 0 or more", getattr(self, name))


def make(settings: FakeSettings, *, account: str, clock: Clock) -> FakeProvider:
    """The fake that can do what the settings allow: what it cannot, its class does not have."""
    kinds: Mapping[tuple[bool, bool], type[FakeProvider]] = {
        (True, True): FindingAndListingFake,
        (True, False): FindingFake,
        (False, True): ListingFake,
        (False, False): FakeProvider,
    }
    return kinds[settings.finds, settings.lists](settings, account=account, clock=clock)


class FakeProvider:
    """The provider without look-ups. `world` is what tests look at and script."""

    name = "fake"

    def __init__(self, settings: FakeSettings, *, account: str, clock: Clock) -> None:
        self.account = account
        self.dedupes = settings.dedupes
        self.settings = settings
        self.world = FakeWorld.open(settings.world)
        self.world.script(*settings.faults, name=f"settings of {account}")
        self._latency = timedelta(milliseconds=settings.latency_ms)

    def ref_for(self, subject_id: UUID) -> str:
        """`lb-` and the id's 32 hexadecimal digits."""
        return f"lb-{subject_id.hex}"

    def provision(self, request: ProvisionRequest) -> Outcome:
        def effect(tx: WorldTx) -> Outcome:
            there = tx.by_key(self.account, request.key) if self.dedupes else None
            if there is not None:
                return self._answer(tx, there)
            refusal = self._refusal(request.ref, request.plan_code, request.region)
            if refusal is not None:
                return refusal
            status = RemoteStatus.BUILDING if self.settings.async_polls else RemoteStatus.ACTIVE
            body = {
                "status": status.value,
                "plan": request.plan_code,
                "region": request.region,
                "spec": {name: str(value) for name, value in request.spec.items()},
            }
            made = tx.make("resource", account=self.account, ref=request.ref, key=request.key, body=body)
            if status is RemoteStatus.ACTIVE:
                _announce(tx, made)
            return self._answer(tx, made)

        return self._act("provision", request.ref, request.key, effect)

    def poll(self, handle: str, ref: str) -> Outcome:
        """The handle names a task: work that needs some polls to be done."""

        def effect(tx: WorldTx) -> Outcome:
            task = tx.get(self.account, handle)
            if task is None or task.kind != "task":
                return Failed(reason="there is no such task", code="not_found")
            if task.body["polls_left"] > 0:
                tx.change(task, polls_left=task.body["polls_left"] - 1)
                return Pending(handle=handle)
            resource = tx.get(self.account, task.body["resource"])
            if resource is None:
                return Done() if task.status == "gone" else Failed(reason="the resource is gone", code="not_found")
            if resource.status != task.status:
                resource = tx.change(resource, status=task.status)
                _announce(tx, resource)
            return _done(resource)

        return self._act("poll", ref, handle, effect)

    def suspend(self, request: ResourceRequest) -> Outcome:
        return self._set("suspend", request, RemoteStatus.SUSPENDED)

    def resume(self, request: ResourceRequest) -> Outcome:
        return self._set("resume", request, RemoteStatus.ACTIVE)

    def resize(self, request: ResourceRequest) -> Outcome:
        def effect(tx: WorldTx) -> Outcome:
            resource = tx.get(self.account, request.driver_ref)
            refusal = self._refusal(request.ref, request.plan_code, "")
            if resource is None or refusal is not None:
                return refusal or Failed(reason="there is no such resource", code="not_found")
            spec = {name: str(value) for name, value in request.spec.items()}
            return self._finish(tx, tx.change(resource, plan=request.plan_code, spec=spec), resource.status)

        return self._act("resize", request.ref, request.key, effect)

    def start(self, request: ResourceRequest) -> Outcome:
        return self._switch("start", request, "on")

    def stop(self, request: ResourceRequest) -> Outcome:
        return self._switch("stop", request, "off")

    def restart(self, request: ResourceRequest) -> Outcome:
        """One restart for each key, counted in the thing's `restarts`."""
        return self._switch("restart", request, "on")

    def power_state(self, request: ResourceRequest) -> Outcome:
        def look(tx: WorldTx) -> Outcome:
            resource = tx.get(self.account, request.driver_ref)
            if resource is None:
                return Failed(reason="there is no such resource", code="not_found")
            return Done(ref=resource.id, facts={POWER: resource.body.get("power", "on")})

        outcome: Outcome = self._ask("power_state", request.ref, look)
        return outcome

    def _switch(self, method: str, request: ResourceRequest, power: str) -> Outcome:
        def effect(tx: WorldTx) -> Outcome:
            resource = tx.get(self.account, request.driver_ref)
            if resource is None:
                return Failed(reason="there is no such resource", code="not_found")
            if resource.status != RemoteStatus.ACTIVE:
                return Failed(reason=f"it is {resource.status}", code="not_active")
            known = resource.body.get("restarts", [])
            restarts = [*known, request.key] if method == "restart" and request.key not in known else known
            return self._finish(tx, tx.change(resource, power=power, restarts=restarts), resource.status)

        return self._act(method, request.ref, request.key, effect)

    def deprovision(self, request: ResourceRequest) -> Outcome:
        def effect(tx: WorldTx) -> Outcome:
            resource = tx.get(self.account, request.driver_ref)
            if resource is None:
                return Done(ref=request.driver_ref)
            tx.remove(resource)
            tx.announce(resource, "resource.gone", {"id": resource.id, "state": "gone"})
            return self._finish(tx, resource, "gone")

        return self._act("deprovision", request.ref, request.key, effect)

    def usage(self, driver_ref: str) -> list[Reading]:
        def look(tx: WorldTx) -> list[Reading]:
            resource = tx.get(self.account, driver_ref)
            value = Decimal(len(resource.body["spec"]) + 1) if resource is not None else Decimal(0)
            return [Reading(metric="disk", value=value, unit="GB", kind="gauge")]

        readings: list[Reading] = self._ask("usage", driver_ref, look)
        return readings

    def plans(self) -> list[Offer]:
        return [Offer(code=code, name=code) for code in self.settings.plans]

    def regions(self) -> list[Offer]:
        return [Offer(code=code, name=code) for code in self.settings.regions]

    def verify_signature(self, headers: Mapping[str, str], body: bytes, now: datetime) -> VerifiedWebhook:
        secret = self.settings.webhook_secret
        return verified_event(SIGNATURE_HEADER, headers, body, [secret] if secret else [], now, self.account)

    def handle_webhook(self, webhook: VerifiedWebhook) -> Hint:
        data = webhook.body["data"]
        if not webhook.event_type.startswith("resource."):
            return Hint(kind="other", ref=None, state="")
        return Hint(kind="resource", ref=data.get("ref"), state=str(data.get("state", "")))

    def _set(self, method: str, request: ResourceRequest, status: RemoteStatus) -> Outcome:
        def effect(tx: WorldTx) -> Outcome:
            resource = tx.get(self.account, request.driver_ref)
            if resource is None:
                return Failed(reason="there is no such resource", code="not_found")
            if resource.status == status.value:
                return _done(resource)
            if not self.settings.async_polls:
                resource = tx.change(resource, status=status.value)
                _announce(tx, resource)
            return self._finish(tx, resource, status.value)

        return self._act(method, request.ref, request.key, effect)

    def _answer(self, tx: WorldTx, resource: Thing) -> Outcome:
        """To a create, also when it is repeated."""
        if resource.status != RemoteStatus.BUILDING:
            return _done(resource)
        return self._finish(tx, resource, RemoteStatus.ACTIVE.value)

    def _finish(self, tx: WorldTx, resource: Thing, status: str) -> Outcome:
        """Done, or a task that will have brought the resource to `status` after some polls."""
        if not self.settings.async_polls:
            return _done(resource)
        for task in tx.things("task", account=self.account, ref=resource.ref):
            if task.status == status and task.body["polls_left"] > 0 and task.body["resource"] == resource.id:
                return Pending(handle=task.id)
        body = {"status": status, "resource": resource.id, "polls_left": self.settings.async_polls - 1}
        return Pending(handle=tx.make("task", account=self.account, ref=resource.ref, key="", body=body).id)

    def _refusal(self, ref: str, plan: str, region: str) -> Failed | None:
        if not _REF.fullmatch(ref):
            return Failed(reason="a ref is 1 to 40 of a-z, 0-9 and -, a letter first", code="bad_ref")
        if plan not in self.settings.plans if self.settings.plans else not _CODE.fullmatch(plan):
            return Failed(reason=f"there is no plan {plan!r}", code="unknown_plan")
        known = self.settings.regions
        if region and (region not in known if known else not _CODE.fullmatch(region)):
            return Failed(reason=f"there is no region {region!r}", code="unknown_region")
        return None

    def _act(self, method: str, ref: str, key: str, effect: Any) -> Outcome:
        call = LoggedCall(account=self.account, method=method, ref=ref, key=key, phase="asked")
        return self.world.act(call, effect, latency=self._latency)

    def _ask(self, method: str, ref: str, look: Any) -> Any:
        call = LoggedCall(account=self.account, method=method, ref=ref, key="", phase="asked")
        return self.world.ask(call, look, latency=self._latency)


class FindingFake(FakeProvider):
    """A provider that can be asked for a ref."""

    def find(self, ref: str) -> Found | None:
        """Looking counts as a poll of a create: its caller may have lost the handle of the task."""

        def look(tx: WorldTx) -> list[Thing]:
            found = tx.things("resource", account=self.account, ref=ref)
            if found and found[0].status == RemoteStatus.BUILDING:
                for task in tx.things("task", account=self.account, ref=ref):
                    if task.body["polls_left"] > 0:
                        tx.change(task, polls_left=task.body["polls_left"] - 1)
                        return found
                found[0] = tx.change(found[0], status=RemoteStatus.ACTIVE.value)
                _announce(tx, found[0])
            return found

        found: list[Thing] = self._ask("find", ref, look)
        return _found(found[0]) if found else None


class ListingFake(FakeProvider):
    """A provider that can list what stands."""

    def list_resources(self) -> Iterable[Found]:
        return [
            _found(thing) for thing in self._ask("list", "", lambda tx: tx.things("resource", account=self.account))
        ]


class FindingAndListingFake(FindingFake, ListingFake):
    """A provider that can do both."""


def _announce(tx: WorldTx, resource: Thing) -> None:
    tx.announce(resource, f"resource.{resource.status}", {"id": resource.id, "state": resource.status})


def _facts(resource: Thing) -> dict[str, str]:
    return {
        "host": f"{resource.ref}.fake.invalid",
        "login_url": f"https://{resource.ref}.fake.invalid/",
        "user": resource.ref,
    }


def _done(resource: Thing) -> Done:
    return Done(
        ref=resource.id, facts=_facts(resource), secrets={"console_token": Secret(f"console-{resource.id[-12:]}")}
    )


def _found(resource: Thing) -> Found:
    return Found(
        ref=resource.ref,
        driver_ref=resource.id,
        status=RemoteStatus(resource.status),
        facts=_facts(resource),
    )
