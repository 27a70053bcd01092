"""`larabill worker`: threads that carry out jobs until they are told to stop."""

from __future__ import annotations

import json
import logging
import signal
import threading
from collections.abc import Collection
from datetime import UTC, datetime

import click

from larabill_cli.errors import FAILED
from larabill_cli.session import Session, json_option, pass_session
from larabill_core.engine import Engine
from larabill_core.errors import LarabillError
from larabill_core.privacy import RedactingFilter

TICK_SECONDS = 20.0
"""How often the schedules are looked at; their shortest slot is a minute."""

FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 5.0

log = logging.getLogger("larabill.worker")


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
    _log_to_stderr(as_json=session.json)
    pool = Pool(session.engine, queues=[name.strip() for name in queues.split(",") if name.strip()])
    _stop_on_signals(pool.stop)
    log.info("worker starts with %s threads", threads)
    pool.run(threads)
    log.info("worker stops")
    if pool.broken:
        context.exit(FAILED)


class Pool:
    """Threads over one engine. `stop` may be set by anyone; `broken` says that a thread met a fault of our own."""

    def __init__(self, engine: Engine, *, queues: Collection[str] = ()) -> None:
        self._engine = engine
        self._queues = queues
        self.stop = threading.Event()
        self.broken = False

    def run(self, threads: int) -> None:
        """Work until `stop` is set."""
        crew = [
            threading.Thread(target=self._guarded, args=(self._work,), name=f"worker-{number}")
            for number in range(1, threads + 1)
        ]
        for thread in crew:
            thread.start()
        self._guarded(self._tick)
        for thread in crew:
            thread.join()

    def _guarded(self, loop: object) -> None:
        try:
            loop()  # type: ignore[operator]
        except BaseException:
            # a supervisor restarts a process that ends; one that lost a thread would only be slow
            log.exception("a thread of the worker broke")
            self.broken = True
            self.stop.set()

    def _tick(self) -> None:
        while not self.stop.is_set():
            try:
                self._engine.tick()
            except LarabillError as problem:
                log.warning("the schedules could not be ticked: %s", problem)
            self.stop.wait(TICK_SECONDS)

    def _work(self) -> None:
        wait = FIRST_WAIT_SECONDS
        while not self.stop.is_set():
            try:
                worked = self._engine.work_once(queues=self._queues)
            except LarabillError as problem:
                log.warning("no jobs could be claimed: %s", problem)
                worked = 0
            wait = FIRST_WAIT_SECONDS if worked else min(wait * 2, LONGEST_WAIT_SECONDS)
            if not worked:
                self.stop.wait(wait)


def _stop_on_signals(stop: threading.Event) -> None:
    def on_signal(number: int, _frame: object) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """One object a line: at, level, logger, thread, message, and the traceback where there is one."""
        fields = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "thread": record.threadName,
            "message": record.getMessage(),
        }
        if record.exc_text:
            fields["traceback"] = record.exc_text
        return json.dumps(fields, ensure_ascii=False)


def _log_to_stderr(*, as_json: bool) -> None:
    handler = logging.StreamHandler()
    handler.addFilter(RedactingFilter())
    handler.setFormatter(_JsonLines() if as_json else logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    root = logging.getLogger("larabill")
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    root.propagate = False
