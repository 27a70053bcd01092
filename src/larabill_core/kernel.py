"""The kernel's own card: its tables, jobs and schedules, put before those of the modules that are on."""

from __future__ import annotations

from datetime import timedelta

from larabill_core.calls.perform import OperationDue
from larabill_core.jobs import Handler, Schedule
from larabill_core.module import Module
from larabill_core.operating.endpoints import ENDPOINTS

KERNEL = Module(
    name="core",
    handlers=(
        Handler(
            name="core.perform",
            target="larabill_core.calls.perform:perform_job",
            payload=OperationDue,
            external=True,
        ),
        Handler(name="core.resolve_unknown", target="larabill_core.calls.resolver:resolve_unknown"),
        Handler(name="core.purge_jobs", target="larabill_core.dispatch:purge_jobs"),
        Handler(name="core.purge_answers", target="larabill_core.http.idempotency:purge_answers"),
    ),
    schedules=(
        Schedule(name="core.resolve_unknown", handler="core.resolve_unknown", every=timedelta(minutes=1)),
        Schedule(name="core.purge_jobs", handler="core.purge_jobs", every=timedelta(days=1)),
        Schedule(name="core.purge_answers", handler="core.purge_answers", every=timedelta(days=1)),
    ),
    abilities=(
        "actions.read",
        "audits.read",
        "breakers.read",
        "breakers.write",
        "jobs.read",
        "jobs.write",
        "verify.run",
        "webhooks.read",
        "webhooks.replay",
    ),
    endpoints=ENDPOINTS,
    storage="larabill_sqlalchemy.core:STORAGE",
)
