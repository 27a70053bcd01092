"""`larabill run-due`: what cron calls."""

from __future__ import annotations

import click

from larabill_cli.output import emit
from larabill_cli.session import Session, json_option, pass_session
from larabill_core.jobs import JobStatus


@click.command("run-due")
@click.option("--queues", default="", metavar="NAME,…", help="Only jobs of these queues.")
@json_option
@pass_session
def run_due(session: Session, queues: str) -> None:
    """Carry out all work that is due, then stop.

    Call it from cron each minute. Any number of calls may overlap: each job is leased to one of them.
    """
    engine = session.engine
    done = engine.run_due(queues=[name.strip() for name in queues.split(",") if name.strip()])
    counts = engine.run(lambda tx: tx.jobs.counts())
    waiting = {
        status.value: sum(number for (_, held), number in counts.items() if held is status)
        for status in (JobStatus.READY, JobStatus.PARKED, JobStatus.DEAD)
    }
    if session.json:
        emit({"jobs": done, **waiting})
        return
    click.echo(f"{done} jobs carried out; {waiting['ready']} wait for their time.")
    if waiting["parked"] or waiting["dead"]:
        click.echo(f"{waiting['parked']} parked and {waiting['dead']} dead jobs need you: larabill jobs list --open")
