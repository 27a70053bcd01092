"""`larabill jobs`: the operator's list of what waits, with the reasons."""

from __future__ import annotations

from typing import Any

import click

from larabill_cli.output import emit, table
from larabill_cli.session import OPERATOR, Session, json_option, pass_session
from larabill_core.ids import parse_public_id, public_id
from larabill_core.jobs import Job, JobStatus
from larabill_core.privacy import redact_text


@click.group()
def jobs() -> None:
    """See, retry and cancel jobs."""


def _fields(job: Job) -> dict[str, Any]:
    return {
        "id": public_id("job", job.id),
        "handler": job.handler,
        "queue": job.queue,
        "status": job.status,
        "run_at": job.run_at,
        "attempts": job.attempts,
        "last_error": job.last_error,
        "tags": list(job.tags),
    }


@jobs.command("list")
@click.option(
    "--status", type=click.Choice([status.value for status in JobStatus]), multiple=True, help="Only with this status."
)
@click.option("--open", "needs_you", is_flag=True, help="Those that wait for a person: parked and dead ones.")
@click.option("--queue", help="Only this queue.")
@click.option("--tag", help="Only with this tag, such as resource:… or driver:….")
@click.option("--after", metavar="JOB_ID", help="Go on behind this job.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@json_option
@pass_session
def list_jobs(
    session: Session,
    status: tuple[str, ...],
    needs_you: bool,
    queue: str | None,
    tag: str | None,
    after: str | None,
    limit: int,
) -> None:
    """Jobs by age."""
    statuses = {JobStatus(name) for name in status} | ({JobStatus.PARKED, JobStatus.DEAD} if needs_you else set())
    behind = None if after is None else parse_public_id(after, "job", "--after")
    found = session.engine.run(
        lambda tx: tx.jobs.list(statuses=statuses, queue=queue, tag=tag, after=behind, limit=limit)
    )
    rows = [_fields(job) for job in found]
    if session.json:
        emit(rows)
        return
    names = ("id", "handler", "status", "run_at", "last_error")
    table("Jobs", names, [[row[name] for name in names] for row in rows])


@jobs.command()
@click.argument("job_id")
@json_option
@pass_session
def show(session: Session, job_id: str) -> None:
    """All that is known about one job. Secrets in its payload are not shown."""
    wanted = parse_public_id(job_id, "job", "JOB_ID")
    job = session.engine.run(lambda tx: tx.jobs.get(wanted))
    fields = {
        **_fields(job),
        "payload": redact_text(job.payload),
        "created_at": job.created_at,
        "finished_at": job.finished_at,
        "approved_by": job.approved_by,
    }
    if session.json:
        emit(fields)
    else:
        table(fields["id"], ("field", "value"), list(fields.items()))


@jobs.command()
@click.argument("job_id")
@json_option
@pass_session
def retry(session: Session, job_id: str) -> None:
    """Let a parked or dead job run again. For a parked one this is the approval that it waits for."""
    wanted = parse_public_id(job_id, "job", "JOB_ID")
    job = session.engine.run(lambda tx: tx.jobs.retry(wanted, approved_by=str(OPERATOR), now=tx.now), actor=OPERATOR)
    _say(session, job, "will run at once")


@jobs.command()
@click.argument("job_id")
@json_option
@pass_session
def cancel(session: Session, job_id: str) -> None:
    """Never run this job."""
    wanted = parse_public_id(job_id, "job", "JOB_ID")
    job = session.engine.run(lambda tx: tx.jobs.cancel(wanted, now=tx.now), actor=OPERATOR)
    _say(session, job, "is cancelled")


def _say(session: Session, job: Job, what: str) -> None:
    if session.json:
        emit(_fields(job))
    else:
        click.echo(f"{public_id('job', job.id)} ({job.handler}) {what}.")
