"""Threads that carry out jobs: what `larabill worker` runs, and a host that has no process for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection

from larabill_core.engine import Engine
from larabill_core.errors import LarabillError

TICK_SECONDS = 20.0
"""How often the schedules are looked at; their shortest slot is a minute."""

FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 5.0

log = logging.getLogger("larabill.worker")


class Worker:
    """Threads over one engine. `broken` says that a thread met a fault of our own."""

    def __init__(self, engine: Engine, *, queues: Collection[str] = ()) -> None:
        self._engine = engine
        self._queues = queues
        self._stopped = threading.Event()
        self.broken = False

    def run(self, threads: int = 1) -> None:
        """Work until `stop` is called."""
        crew = [
            threading.Thread(target=self._guarded, args=(self._work,), name=f"worker-{number}")
            for number in range(1, threads + 1)
        ]
        for thread in crew:
            thread.start()
        self._guarded(self._tick)
        for thread in crew:
            thread.join()

    def stop(self) -> None:
        """Finish the jobs under way, and no more. Any thread or signal may call it."""
        self._stopped.set()

    def _guarded(self, loop: object) -> None:
        try:
            loop()  # type: ignore[operator]
        except BaseException:
            # a supervisor restarts a process that ends; one that lost a thread would only be slow
            log.exception("a thread of the worker broke")
            self.broken = True
            self.stop()

    def _tick(self) -> None:
        while not self._stopped.is_set():
            try:
                self._engine.tick()
            except LarabillError as problem:
                log.warning("the schedules could not be ticked: %s", problem)
            self._stopped.wait(TICK_SECONDS)

    def _work(self) -> None:
        wait = FIRST_WAIT_SECONDS
        while not self._stopped.is_set():
            try:
                worked = self._engine.work_once(queues=self._queues)
            except LarabillError as problem:
                log.warning("no jobs could be claimed: %s", problem)
                worked = 0
            wait = FIRST_WAIT_SECONDS if worked else min(wait * 2, LONGEST_WAIT_SECONDS)
            if not worked:
                self._stopped.wait(wait)
