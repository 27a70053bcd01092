"""`larabill run-due`: what cron calls."""

from __future__ import annotations

import sys

import click

from larabill_cli.output import emit
from larabill_cli.session import Session, json_option, pass_session
from larabill_core.engine import Engine
from larabill_core.jobs import JobStatus


class _Progress:
    """Says on stderr how many jobs are done, and how many renewals are left whenever that number has changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._renews = any(module.name == "billing" for module in engine.modules)
        self._left = -1

    def __call__(self, done: int) -> None:
        left = self._engine.billing.subscriptions.due() if self._renews else 0
        if left != self._left:
            click.echo(f"{done:,} jobs carried out, {left:,} renewals left", err=True)
        self._left = left


@click.command("run-due")
@click.option("--queues", default="", metavar="NAME,…", help="Only jobs of these queues.")
@click.option("--progress/--no-progress", default=None, help="Say how far it is; at a terminal it does.")
@json_option
@pass_session
def run_due(session: Session, queues: str, progress: bool | None) -> None:
    """Carry out all work that is due, then stop.

    Call it from cron each minute. Any number of calls may overlap: each job is leased to one of them.
    """
    engine = session.engine
    shown = sys.stderr.isatty() if progress is None else progress
    done = engine.run_due(
        queues=[name.strip() for name in queues.split(",") if name.strip()],
        progress=_Progress(engine) if shown else None,
    )
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
