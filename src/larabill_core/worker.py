"""What carries out jobs as they come due: threads over one engine, in a process of their own or in the host's."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection
from functools import partial
from typing import Final

from larabill_core.engine import Engine
from larabill_core.errors import LarabillError

TICK_SECONDS: Final = 20.0
"""How often the schedules are looked at; their shortest slot is a minute."""

FIRST_WAIT_SECONDS: Final = 0.1
LONGEST_WAIT_SECONDS: Final = 5.0
"""How long jobs that another process has written may lie; those of this process come with a wake-up."""

log = logging.getLogger("larabill.worker")


class Worker:
    """Threads over one engine. `broken` says that a thread met a fault of our own."""

    def __init__(self, engine: Engine, *, queues: Collection[str] = ()) -> None:
        self._engine = engine
        self._queues = queues
        self._bell = threading.Condition()  # over an RLock: a signal may call stop() while its thread rings
        self._rings = 0
        self._stopped = False
        self.broken = False
        engine.on_wake(self._ring)

    def run(self, threads: int = 1) -> None:
        """Work until `stop` is called."""
        crew = [
            threading.Thread(target=self._guarded, args=(self._work,), name=f"worker-{number}")
            for number in range(1, threads + 1)
        ]
        for thread in crew:
            thread.start()
        self._guarded(self._tick)
        log.info("told to stop: jobs under way are finished")
        for thread in crew:
            thread.join()

    def stop(self) -> None:
        """Finish the jobs under way, and no more. Any thread or signal may call it."""
        self._stopped = True
        self._ring()

    def _ring(self) -> None:
        with self._bell:
            self._rings += 1
            self._bell.notify_all()

    def _rung_since(self, heard: int) -> bool:
        return self._rings != heard

    def _rest(self, seconds: float, until: Callable[[], bool]) -> None:
        with self._bell:
            self._bell.wait_for(until, seconds)

    def _guarded(self, loop: Callable[[], None]) -> None:
        try:
            loop()
        except BaseException:
            # a supervisor restarts a process that ends; one that lost a thread would only be slow
            log.exception("a thread of the worker broke")
            self.broken = True
            self.stop()

    def _tick(self) -> None:
        while not self._stopped:
            try:
                self._engine.tick()
            except LarabillError as problem:
                log.warning("the schedules could not be ticked: %s", problem)
            self._rest(TICK_SECONDS, lambda: self._stopped)

    def _work(self) -> None:
        wait = FIRST_WAIT_SECONDS
        while not self._stopped:
            heard = self._rings  # before it looks, so that no ring is missed
            try:
                worked = self._engine.work_once(queues=self._queues)
            except LarabillError as problem:
                log.warning("no jobs could be claimed: %s", problem)
                worked = 0
            wait = FIRST_WAIT_SECONDS if worked else min(wait * 2, LONGEST_WAIT_SECONDS)
            if not worked:
                self._rest(wait, partial(self._rung_since, heard))
