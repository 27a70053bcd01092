"""What the endpoints of resources do: each asks the use case of its name."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from larabill_core.access import own
from larabill_core.calls.guard import guarded
from larabill_core.contracts.outcome import Done
from larabill_core.contracts.power import POWER
from larabill_core.engine import Engine
from larabill_core.errors import Conflict, RetryLater, StaleVersion
from larabill_core.http.endpoint import Call
from larabill_core.http.wire import Listing, id_of, newest_first, next_of
from larabill_core.ids import public_id
from larabill_provisioning.credentials import access
from larabill_provisioning.orchestrator import power
from larabill_provisioning.ports import ProvisioningTx
from larabill_provisioning.resources import commands, wire
from larabill_provisioning.resources.model import Resource
from larabill_provisioning.resources.states import SETTLED


def list_resources(tx: ProvisioningTx, call: Call[wire.ResourcesQuery, None]) -> wire.ResourcePage:
    query = call.query
    found = tx.provisioning.resources.list(
        status=query.status,
        customer_id=call.customer(id_of(query.customer, "cus", "customer")),
        held=query.held,
        after=id_of(query.after, "res", "after"),
        newest_first=newest_first(query),
        limit=query.limit,
    )
    return wire.page_out(found, query, call.actor)


def get_resource(tx: ProvisioningTx, call: Call[Any, None]) -> wire.ResourceOut:
    resource = tx.provisioning.resources.get(call.path["resource"])
    own(call.actor, "resource", resource.id, resource.customer_id)
    return wire.resource_out(resource, call.actor)


def list_tasks(tx: ProvisioningTx, call: Call[Any, None]) -> wire.TaskList:
    resource = tx.provisioning.resources.get(call.path["resource"])
    return wire.TaskList(items=[wire.task_out(task) for task in tx.provisioning.tasks.for_resource(resource.id)])


def list_audits(tx: ProvisioningTx, call: Call[Listing, None]) -> wire.ResourceAuditList:
    query = call.query
    resource = tx.provisioning.resources.get(call.path["resource"])
    trail = tx.provisioning.audits.page(
        resource.id, after=id_of(query.after, "adt", "after"), newest_first=newest_first(query), limit=query.limit
    )
    items = [wire.audit_out(audit) for audit in trail]
    return wire.ResourceAuditList(items=items, next=next_of(items, query))


def kick_order(tx: ProvisioningTx, call: Call[Any, None]) -> wire.KickedOrder:
    found = commands.kick(tx, call.path["order"])
    shown = [wire.resource_out(resource, call.actor) for resource in found]
    return wire.KickedOrder(order=public_id("ord", call.path["order"]), resources=shown)


def suspend_resource(tx: ProvisioningTx, call: Call[Any, None]) -> wire.ResourceOut:
    return wire.resource_out(commands.suspend(tx, call.path["resource"]), call.actor)


def resume_resource(tx: ProvisioningTx, call: Call[Any, None]) -> wire.ResourceOut:
    return wire.resource_out(commands.resume(tx, call.path["resource"]), call.actor)


def retry_resource(tx: ProvisioningTx, call: Call[Any, None]) -> wire.ResourceOut:
    return wire.resource_out(commands.retry(tx, call.path["resource"]), call.actor)


def end_resource(tx: ProvisioningTx, call: Call[wire.EndQuery, None]) -> wire.ResourceOut:
    resource = _as_seen(tx, call)
    return wire.resource_out(commands.end(tx, resource.id, call.query.destroy_at), call.actor)


def resize_resource(tx: ProvisioningTx, call: Call[Any, wire.ResizeIn]) -> wire.ResourceOut:
    spec = wire.spec_in(call.body)
    resource = _as_seen(tx, call)
    changed = commands.change_plan(tx, resource.id, billing_plan=call.body.plan, spec=spec)
    return wire.resource_out(changed, call.actor)


def abandon_resource(tx: ProvisioningTx, call: Call[Any, wire.AbandonIn]) -> wire.ResourceOut:
    resource = _as_seen(tx, call)
    given_up = commands.abandon(tx, resource.id, call.body.remedy, nothing_there=call.body.nothing_there)
    return wire.resource_out(given_up, call.actor)


def _as_seen(tx: ProvisioningTx, call: Call[Any, Any]) -> Resource:
    """The locked resource. Raises `StaleVersion` when it is not the one that was decided about."""
    resource = tx.provisioning.resources.get(call.path["resource"], lock=True)
    if resource.version != call.version:
        raise StaleVersion("resource", resource.id)
    return resource


def adopt_resource(engine: Engine, call: Call[Any, wire.AdoptIn]) -> wire.ResourceOut:
    seller: UUID | None = call.seller_id
    adopted = engine.provisioning.resources.adopt(seller, call.path["resource"], call.body.driver_ref, actor=call.actor)
    return wire.resource_out(adopted, call.actor)


def ask_power(tx: ProvisioningTx, call: Call[Any, wire.PowerIn]) -> wire.PowerTask:
    resource = tx.provisioning.resources.get(call.path["resource"])
    own(call.actor, "resource", resource.id, resource.customer_id)
    task = power.ask_power(tx, resource.id, call.body.action)
    return wire.PowerTask(id=public_id("tsk", task.id), action=call.body.action, status=task.status)


def get_power(engine: Engine, call: Call[Any, None]) -> wire.PowerOut:
    """Asks the provider, outside any transaction. Raises `RetryLater` when it cannot tell now."""

    def read(tx: ProvisioningTx) -> tuple[Resource, bool]:
        resource = tx.provisioning.resources.get(call.path["resource"])
        own(call.actor, "resource", resource.id, resource.customer_id)
        if resource.status not in SETTLED:
            raise Conflict(f"resource {resource.id}", f"it is {resource.status}", "nothing stands there to be asked")
        power.require_power(tx, resource)
        return resource, bool(tx.operations.open_for([resource.id]))

    resource, busy = engine.run(read, seller=call.seller_id, actor=call.actor)
    driver = engine.drivers.get(resource.account)
    outcome = guarded(lambda: driver.power_state(power.request_of(resource, "")))
    state = outcome.facts.get(POWER) if isinstance(outcome, Done) else None
    if state not in ("on", "off"):
        raise RetryLater("the provider does not say whether it is on")
    return wire.PowerOut(power="on" if state == "on" else "off", busy=busy)


def reveal_access(tx: ProvisioningTx, call: Call[Any, None]) -> wire.AccessOut:
    details = access.reveal(tx, call.path["resource"])
    return wire.access_out(details.facts, details.secrets)
