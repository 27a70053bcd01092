"""`larabill worker`: threads that carry out jobs until they are told to stop."""

from __future__ import annotations

import signal
from collections.abc import Callable

import click

from larabill_cli.errors import FAILED
from larabill_cli.logs import log_to_stderr
from larabill_cli.session import Session, json_option, pass_session
from larabill_core.worker import Worker, log


@click.command()
@click.option("--threads", type=click.IntRange(1, 64), default=4, show_default=True)
@click.option("--queues", default="", metavar="NAME,…", help="Only jobs of these queues.")
@json_option
@pass_session
@click.pass_context
def worker(context: click.Context, session: Session, threads: int, queues: str) -> None:
    """Carry out jobs as they come due, and tick the schedules.

    SIGTERM or Ctrl-C: jobs under way are finished, then it stops; a second one stops at once (a job that is cut off
    is taken up by another worker). `--json`: log lines are JSON objects.
    """
    log_to_stderr("larabill", as_json=session.json)
    crew = Worker(session.engine, queues=[name.strip() for name in queues.split(",") if name.strip()])
    _stop_on_signals(crew.stop)
    log.info("worker starts with %s threads", threads)
    crew.run(threads)
    log.info("worker stops")
    if crew.broken:
        context.exit(FAILED)


def _stop_on_signals(stop: Callable[[], None]) -> None:
    def on_signal(number: int, _frame: object) -> None:
        stop()
        signal.signal(number, signal.SIG_DFL)

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
