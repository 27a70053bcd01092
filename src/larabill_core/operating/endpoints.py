"""The kernel's endpoints: all for staff, but for `/health`."""

from __future__ import annotations

from typing import Final

from larabill_core.http.endpoint import Endpoint
from larabill_core.http.wire import Listing
from larabill_core.operating import wire

_DO: Final = "larabill_core.operating.http"

ENDPOINTS: Final = (
    Endpoint(
        id="list_jobs",
        method="GET",
        path="/jobs",
        summary="Jobs; those that need you are parked or dead",
        ability="jobs.read",
        query=wire.JobsQuery,
        answer=wire.JobPage,
        handler=f"{_DO}:list_jobs",
    ),
    Endpoint(
        id="get_job",
        method="GET",
        path="/jobs/{job}",
        summary="One job",
        ability="jobs.read",
        answer=wire.JobOut,
        handler=f"{_DO}:get_job",
    ),
    Endpoint(
        id="retry_job",
        method="POST",
        path="/jobs/{job}/retry",
        summary="Let it run again; for a parked one this is the approval that it waits for",
        ability="jobs.write",
        answer=wire.JobOut,
        handler=f"{_DO}:retry_job",
    ),
    Endpoint(
        id="cancel_job",
        method="POST",
        path="/jobs/{job}/cancel",
        summary="Never run it",
        ability="jobs.write",
        answer=wire.JobOut,
        idempotent=True,
        handler=f"{_DO}:cancel_job",
    ),
    Endpoint(
        id="list_breakers",
        method="GET",
        path="/breakers",
        summary="Circuit breakers and rate limits of the accounts at providers and gateways",
        ability="breakers.read",
        scope="installation",
        answer=wire.BreakerList,
        handler=f"{_DO}:list_breakers",
    ),
    Endpoint(
        id="reset_breaker",
        method="POST",
        path="/breakers/{account}/reset",
        summary="Forget what is known of an account: a full bucket, a closed breaker",
        ability="breakers.write",
        scope="installation",
        idempotent=True,
        handler=f"{_DO}:reset_breaker",
    ),
    Endpoint(
        id="list_actions",
        method="GET",
        path="/actions",
        summary="What staff did over HTTP",
        ability="actions.read",
        query=Listing,
        answer=wire.ActionPage,
        handler=f"{_DO}:list_actions",
    ),
    Endpoint(
        id="get_audit",
        method="GET",
        path="/audit",
        summary="The audit trail of one thing",
        ability="audits.read",
        query=wire.AuditQuery,
        answer=wire.AuditTrail,
        handler=f"{_DO}:get_audit",
    ),
    Endpoint(
        id="verify",
        method="POST",
        path="/verify",
        summary="Ask the database for every promise that it breaks; changes nothing",
        ability="verify.run",
        answer=wire.VerifyOut,
        idempotent=True,
        external=True,
        handler=f"{_DO}:verify",
    ),
    Endpoint(
        id="health",
        method="GET",
        path="/health",
        summary="Whether requests can be served",
        scope="public",
        answer=wire.HealthOut,
        external=True,
        handler=f"{_DO}:health",
    ),
)
