"""`engine.provisioning`: what hosts and the command line call. Each method is one unit of work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from larabill_core.access import SYSTEM, Actor
from larabill_core.calls.guard import checked_found, checked_listing
from larabill_core.contracts.provider import capabilities
from larabill_core.contracts.provisioner import Found
from larabill_core.engine import Engine
from larabill_core.errors import InvalidInput
from larabill_core.privacy import Secret
from larabill_provisioning import webhooks
from larabill_provisioning.audit.model import Audit
from larabill_provisioning.credentials import access, handlers
from larabill_provisioning.credentials.model import Credential, Scope
from larabill_provisioning.orchestrator.power import PowerAction, ask_power
from larabill_provisioning.plans.model import PlanMap
from larabill_provisioning.plans.sync import sync_plan_maps
from larabill_provisioning.reconcile.model import Stray
from larabill_provisioning.resources import commands
from larabill_provisioning.resources.model import Resource, Task
from larabill_provisioning.resources.states import ResourceStatus

LONGEST_REF = 200


class Provisioning:
    """Everything takes the seller first; what staff or customers do takes the actor, and is audited as theirs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.resources = Resources(engine)
        self.plans = Plans(engine)
        self.credentials = Credentials(engine)
        self.webhooks = Webhooks(engine)

    def reveal(self, seller: UUID, resource_id: UUID, *, actor: Actor) -> access.AccessDetails:
        """The access details, once, to the customer. Raises `Forbidden`, `NotFound`, `Conflict`."""
        found: access.AccessDetails = self._engine.run(
            lambda tx: access.reveal(tx, resource_id), seller=seller, actor=actor
        )
        return found


class Resources:
    """`engine.provisioning.resources`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, seller: UUID, resource_id: UUID) -> Resource:
        """Raises `NotFound`."""
        found: Resource = self._engine.run(lambda tx: tx.provisioning.resources.get(resource_id), seller=seller)
        return found

    def tasks(self, seller: UUID, resource_id: UUID) -> tuple[Task, ...]:
        """The resource's operations, oldest first."""
        return tuple(self._engine.run(lambda tx: tx.provisioning.tasks.for_resource(resource_id), seller=seller))

    def audits(self, seller: UUID, resource_id: UUID) -> tuple[Audit, ...]:
        """The resource's audit trail, oldest first."""
        return tuple(self._engine.run(lambda tx: tx.provisioning.audits.for_resource(resource_id), seller=seller))

    def strays(self, account: str | None = None) -> tuple[Stray, ...]:
        """What the last reconciliation saw at the providers and does not know."""
        return tuple(self._engine.run(lambda tx: tx.provisioning.strays.list(account)))

    def retry(self, seller: UUID, resource_id: UUID, *, actor: Actor) -> Resource:
        """See `commands.retry`."""
        found: Resource = self._engine.run(lambda tx: commands.retry(tx, resource_id), seller=seller, actor=actor)
        return found

    def adopt(self, seller: UUID, resource_id: UUID, driver_ref: str, *, actor: Actor) -> Resource:
        """See `commands.adopt`. Where the driver can look, `driver_ref` must stand there.

        Raises also `Conflict` when it does not, `RetryLater` when the provider cannot be asked, `InvalidInput`.
        """
        engine = self._engine.outside("provisioning.resources.adopt")
        if not 0 < len(driver_ref) <= LONGEST_REF or not driver_ref.isprintable():
            raise InvalidInput.one("driver_ref", f"must be 1 to {LONGEST_REF} printable characters", driver_ref)
        resource = self.get(seller, resource_id)
        seen = _seen(engine, resource, driver_ref) if resource.account else None
        found: Resource = engine.run(
            lambda tx: commands.adopt(tx, resource_id, driver_ref, seen), seller=seller, actor=actor
        )
        return found

    def suspend(self, seller: UUID, resource_id: UUID, *, actor: Actor) -> Resource:
        """See `commands.suspend`."""
        found: Resource = self._engine.run(lambda tx: commands.suspend(tx, resource_id), seller=seller, actor=actor)
        return found

    def resume(self, seller: UUID, resource_id: UUID, *, actor: Actor) -> Resource:
        """See `commands.resume`."""
        found: Resource = self._engine.run(lambda tx: commands.resume(tx, resource_id), seller=seller, actor=actor)
        return found

    def end(self, seller: UUID, resource_id: UUID, destroy_at: datetime, *, actor: Actor) -> Resource:
        """See `commands.end`."""
        found: Resource = self._engine.run(
            lambda tx: commands.end(tx, resource_id, destroy_at), seller=seller, actor=actor
        )
        return found

    def switch(self, seller: UUID, resource_id: UUID, action: PowerAction, *, actor: Actor) -> Task:
        """See `power.ask_power`."""
        found: Task = self._engine.run(lambda tx: ask_power(tx, resource_id, action), seller=seller, actor=actor)
        return found

    def kick(self, seller: UUID, order_id: UUID, *, actor: Actor) -> tuple[Resource, ...]:
        """See `commands.kick`."""
        return tuple(self._engine.run(lambda tx: commands.kick(tx, order_id), seller=seller, actor=actor))

    def abandon(
        self, seller: UUID, resource_id: UUID, remedy: commands.Remedy, *, actor: Actor, nothing_there: bool = False
    ) -> Resource:
        """See `commands.abandon`."""
        found: Resource = self._engine.run(
            lambda tx: commands.abandon(tx, resource_id, remedy, nothing_there=nothing_there),
            seller=seller,
            actor=actor,
        )
        return found

    def change_plan(
        self, seller: UUID, resource_id: UUID, *, billing_plan: str, spec: Mapping[str, Any], actor: Actor
    ) -> Resource:
        """See `commands.change_plan`."""
        found: Resource = self._engine.run(
            lambda tx: commands.change_plan(tx, resource_id, billing_plan=billing_plan, spec=spec),
            seller=seller,
            actor=actor,
        )
        return found

    def list(
        self,
        seller: UUID,
        *,
        status: ResourceStatus | None = None,
        customer_id: UUID | None = None,
        held: bool = False,
        after: UUID | None = None,
        limit: int = 100,
    ) -> list[Resource]:
        """Oldest first, paged by the last id seen. `held`: only those with a change that is held back."""

        def read(tx: Any) -> Any:
            return tx.provisioning.resources.list(
                status=status, customer_id=customer_id, held=held, after=after, limit=limit
            )

        found: list[Resource] = self._engine.run(read, seller=seller)
        return found


class Plans:
    """`engine.provisioning.plans`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sync(self, seller: UUID) -> int:
        """Bring the manifest's plan maps into the seller's table; how many differed. Raises `ConfigurationError`."""
        entries = self._engine.manifest.settings["provisioning"].plans
        return self._engine.run(lambda tx: sync_plan_maps(tx, entries), seller=seller)

    def list(self, seller: UUID) -> list[PlanMap]:
        found: list[PlanMap] = self._engine.run(lambda tx: tx.provisioning.plan_maps.list(), seller=seller)
        return found


class Credentials:
    """`engine.provisioning.credentials`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def set(
        self,
        seller: UUID,
        name: str,
        *,
        driver: str,
        secrets: Mapping[str, Secret],
        scope: Scope = Scope.SYSTEM,
        actor: Actor = SYSTEM,
    ) -> Credential:
        """See `handlers.set_credential`."""
        return self._engine.run(
            lambda tx: handlers.set_credential(tx, name, driver, secrets, scope), seller=seller, actor=actor
        )

    def rotate(self, seller: UUID, name: str, *, secrets: Mapping[str, Secret], actor: Actor = SYSTEM) -> Credential:
        """See `handlers.rotate_credential`."""
        return self._engine.run(lambda tx: handlers.rotate_credential(tx, name, secrets), seller=seller, actor=actor)

    def delete(self, seller: UUID, name: str, *, actor: Actor = SYSTEM) -> None:
        """See `handlers.delete_credential`."""
        self._engine.run(lambda tx: handlers.delete_credential(tx, name), seller=seller, actor=actor)

    def list(self, seller: UUID, *, actor: Actor = SYSTEM) -> list[Credential]:
        """See `handlers.list_credentials`."""
        return self._engine.run(handlers.list_credentials, seller=seller, actor=actor)


class Webhooks:
    """`engine.provisioning.webhooks`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def receive(self, account: str, headers: Mapping[str, str], body: bytes) -> webhooks.Result:
        """See `webhooks.receive`."""
        return webhooks.receive(self._engine.outside("provisioning.webhooks.receive"), account, headers, body)


def _seen(engine: Engine, resource: Resource, driver_ref: str) -> Found | None:
    driver = engine.drivers.get(resource.account)
    can = capabilities(driver)
    if can.isdisjoint({"find", "list"}):
        return None
    seen = checked_found(driver.find(resource.ref), resource.ref) if "find" in can else None
    if seen is not None and seen.driver_ref == driver_ref:
        return seen
    if "list" in can:
        for found in checked_listing(driver.list_resources()):
            if found.driver_ref == driver_ref:
                return found
    raise commands.not_there(resource, driver_ref)
