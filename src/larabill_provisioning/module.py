"""The module `provisioning`: what it brings, and when it is on."""

from __future__ import annotations

from datetime import timedelta

from larabill_core.calls.perform import OperationDue
from larabill_core.jobs import Handler, Schedule
from larabill_core.module import Module
from larabill_core.published import (
    OrderReleased,
    ServiceChangeRequested,
    ServiceEndRequested,
    ServiceResumeRequested,
    ServicesOrdered,
    ServiceSuspendRequested,
)
from larabill_provisioning.credentials import endpoints as credentials
from larabill_provisioning.orchestrator.converge import ResourceDue
from larabill_provisioning.reconcile import endpoints as reconcile
from larabill_provisioning.reconcile.sync import AccountDue, SyncDue
from larabill_provisioning.resources import endpoints as resources
from larabill_provisioning.settings import ProvisioningSettings

QUEUE = "provisioning"

_REACTIONS = "larabill_provisioning.orchestrator.reactions"
_VERIFY = "larabill_provisioning.reconcile.verify"
_PERFORM = "larabill_core.calls.perform:perform_job"

MODULE = Module(
    name="provisioning",
    handlers=(
        Handler(
            name="provisioning.on_order_released",
            target=f"{_REACTIONS}:on_order_released",
            payload=OrderReleased,
            queue=QUEUE,
        ),
        Handler(
            name="provisioning.on_services_ordered",
            target=f"{_REACTIONS}:on_services_ordered",
            payload=ServicesOrdered,
            queue=QUEUE,
        ),
        Handler(
            name="provisioning.on_change_requested",
            target=f"{_REACTIONS}:on_change_requested",
            payload=ServiceChangeRequested,
            queue=QUEUE,
        ),
        Handler(
            name="provisioning.on_suspend_requested",
            target=f"{_REACTIONS}:on_suspend_requested",
            payload=ServiceSuspendRequested,
            queue=QUEUE,
        ),
        Handler(
            name="provisioning.on_resume_requested",
            target=f"{_REACTIONS}:on_resume_requested",
            payload=ServiceResumeRequested,
            queue=QUEUE,
        ),
        Handler(
            name="provisioning.on_end_requested",
            target=f"{_REACTIONS}:on_end_requested",
            payload=ServiceEndRequested,
            queue=QUEUE,
        ),
        Handler(name="provisioning.kick_provision", target=_PERFORM, payload=OperationDue, queue=QUEUE, external=True),
        Handler(name="provisioning.change_resource", target=_PERFORM, payload=OperationDue, queue=QUEUE, external=True),
        Handler(
            name="provisioning.deprovision_resource",
            target=_PERFORM,
            payload=OperationDue,
            queue=QUEUE,
            external=True,
        ),
        Handler(name="provisioning.poll_task", target=_PERFORM, payload=OperationDue, queue=QUEUE, external=True),
        Handler(
            name="provisioning.converge",
            target="larabill_provisioning.orchestrator.converge:converge_one",
            payload=ResourceDue,
            queue=QUEUE,
        ),
        Handler(name="provisioning.start_sync", target="larabill_provisioning.reconcile.sync:start_sync", queue=QUEUE),
        Handler(
            name="provisioning.sync_resource_state",
            target="larabill_provisioning.reconcile.sync:sync_resource_state",
            payload=SyncDue,
            queue=QUEUE,
            external=True,
        ),
        Handler(
            name="provisioning.find_strays",
            target="larabill_provisioning.reconcile.sync:find_strays",
            payload=AccountDue,
            queue=QUEUE,
            external=True,
        ),
        Handler(
            name="provisioning.rewrap_credentials",
            target="larabill_provisioning.credentials.handlers:rewrap_credentials",
        ),
        Handler(name="provisioning.purge_webhooks", target="larabill_provisioning.webhooks:purge_webhooks"),
    ),
    schedules=(
        Schedule(name="provisioning.start_sync", handler="provisioning.start_sync", every=timedelta(hours=1)),
        Schedule(
            name="provisioning.rewrap_credentials",
            handler="provisioning.rewrap_credentials",
            every=timedelta(days=1),
        ),
        Schedule(name="provisioning.purge_webhooks", handler="provisioning.purge_webhooks", every=timedelta(days=1)),
    ),
    abilities=(
        "access.reveal",
        "credentials.read",
        "credentials.write",
        "resources.end",
        "resources.power",
        "resources.read",
        "resources.strays",
        "resources.write",
    ),
    customer_abilities=("access.reveal", "resources.power", "resources.read"),
    endpoints=(*resources.ENDPOINTS, *credentials.ENDPOINTS, *reconcile.ENDPOINTS),
    settings=ProvisioningSettings,
    storage="larabill_sqlalchemy.provisioning:STORAGE",
    facade="larabill_provisioning.facade:Provisioning",
    calls={
        "resource": "larabill_provisioning.orchestrator.calls:resource_call",
        "power": "larabill_provisioning.orchestrator.power:power_call",
    },
    audits="larabill_provisioning.audit.trail:trail",
    verify=(
        f"{_VERIFY}:one_resource_per_service",
        f"{_VERIFY}:status_follows_audits",
        f"{_VERIFY}:active_is_confirmed",
        f"{_VERIFY}:work_goes_on",
    ),
    verify_live=("larabill_provisioning.reconcile.live:compare_live",),
)
