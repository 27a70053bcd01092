"""SyncResourceState: finds drift and reports it. It never destroys, builds, suspends or resumes by itself (F32)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import attrs

from larabill_core.calls.guard import checked_listing
from larabill_core.contracts.provider import DriverType, capabilities
from larabill_core.contracts.provisioner import Found
from larabill_core.engine import Engine
from larabill_core.ids import derived_id
from larabill_core.jobs import Job, NewJob
from larabill_core.messages import Nothing
from larabill_provisioning.orchestrator.change import Change, save_changes
from larabill_provisioning.ports import ProvisioningTx
from larabill_provisioning.reconcile.drift import drift_of
from larabill_provisioning.reconcile.look import can_look, look
from larabill_provisioning.reconcile.model import Stray
from larabill_provisioning.resources.model import Resource
from larabill_provisioning.resources.states import SETTLED

BATCH = 500


@attrs.frozen(kw_only=True)
class SyncDue:
    """Compare up to `BATCH` resources of one seller at one account, those behind `after`; or only `resource_id`."""

    account: str
    after: UUID | None = None
    resource_id: UUID | None = None


@attrs.frozen(kw_only=True)
class AccountDue:
    """Compare the list of one account with all that we know."""

    account: str


def start_sync(tx: ProvisioningTx, payload: Nothing) -> None:
    """One job for each seller and account that has something standing, and one for each account's strays."""
    slot = f"{tx.now:%Y%m%d%H}"
    pairs = tx.provisioning.resources.pairs_to_sync()
    jobs = [
        NewJob(
            handler="provisioning.sync_resource_state",
            payload=SyncDue(account=account),
            event_id=derived_id(seller_id, f"sync:{account}:{slot}"),
            seller_id=seller_id,
            tags=(f"driver:{account}",),
        )
        for seller_id, account in pairs
    ]
    jobs += [
        NewJob(
            handler="provisioning.find_strays",
            payload=AccountDue(account=account),
            event_id=derived_id(f"strays:{account}", slot),
            tags=(f"driver:{account}",),
        )
        for account, info in sorted(tx.engine.drivers.accounts().items())
        if info.type is not DriverType.GATEWAY
    ]
    tx.enqueue(*jobs)


def sync_resource_state(engine: Engine, payload: SyncDue, job: Job) -> None:
    """Look at a batch and note what differs. Raises `RetryLater` when the provider cannot be asked."""
    driver = engine.drivers.get(payload.account)
    if not can_look(driver):
        return
    batch: list[Resource] = engine.run(lambda tx: _batch(tx, payload), seller=job.seller_id)
    seen = look(driver, [resource.ref for resource in batch])
    engine.run(lambda tx: _note(tx, batch, seen), seller=job.seller_id)
    if payload.resource_id is None and len(batch) == BATCH:
        engine.run(lambda tx: tx.enqueue(_rest(payload, batch[-1].id, job)), seller=job.seller_id)


def _batch(tx: ProvisioningTx, payload: SyncDue) -> list[Resource]:
    if payload.resource_id is not None:
        found = tx.provisioning.resources.get_many([payload.resource_id])
    else:
        found = tx.provisioning.resources.to_sync(payload.account, after=payload.after, limit=BATCH)
    return [resource for resource in found if resource.status in SETTLED]


def _rest(payload: SyncDue, last: UUID, job: Job) -> NewJob:
    return NewJob(
        handler="provisioning.sync_resource_state",
        payload=attrs.evolve(payload, after=last),
        event_id=derived_id(job.event_id, f"after:{last}"),
        seller_id=job.seller_id,
        tags=(f"driver:{payload.account}",),
    )


def _note(tx: ProvisioningTx, batch: list[Resource], seen: Mapping[str, Found]) -> None:
    """Only on resources that nobody has touched since they were read: what goes out to one changes its version."""
    read = {resource.id: resource.version for resource in batch}
    stored = tx.provisioning.resources.get_many(sorted(read), lock=True)
    changes = []
    for resource in stored:
        if resource.version != read[resource.id]:
            continue
        change = Change(tx, resource)
        drift = drift_of(resource, seen.get(resource.ref))
        if drift != resource.drift:
            change.note("drift" if drift else "drift_over", found=drift, before=resource.drift)
        change.set(drift=drift, last_synced_at=tx.now)
        changes.append(change)
    save_changes(tx, changes)


def find_strays(engine: Engine, payload: AccountDue, job: Job) -> None:
    """Note what carries a ref of ours at the account and belongs to nothing that stands here."""
    strays = strays_at(engine, payload.account)
    if strays is not None:
        engine.run(lambda tx: _keep_strays(tx, payload.account, strays))


def strays_at(engine: Engine, account: str) -> list[Found] | None:
    """None when the driver has no list. Raises `RetryLater`."""
    driver: Any = engine.drivers.get(account)
    can = capabilities(driver)
    if "list" not in can:
        return None
    listed = {found.ref: found for found in checked_listing(driver.list_resources())}
    known = engine.run(lambda tx: tx.provisioning.resources.refs_standing(account, list(listed)))
    return [found for ref, found in listed.items() if ref not in known]


def _keep_strays(tx: ProvisioningTx, account: str, strays: list[Found]) -> None:
    rows = [
        Stray(
            account=account,
            driver_ref=found.driver_ref,
            ref=found.ref,
            first_seen_at=tx.now,
            last_seen_at=tx.now,
        )
        for found in strays
    ]
    tx.provisioning.strays.replace(account, rows)
