"""A provider's fake in a process of its own, behind a real socket: it goes on when a worker is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

from larabill_core.clock import Clock
from larabill_core.module import load_target
from larabill_drivers.registry import load_infos
from larabill_drivers.world import FakeWorld
from larabill_drivers.world.http_api import FakeApi
from larabill_drivers.world.serving import serving


@attrs.frozen
class Provider:
    """`api` is the class of the fake at `address`, which keeps all that it knows in the file `world`."""

    api: type[FakeApi]
    address: str
    world: str
    clock: Clock

    def standing(self) -> list[str]:
        """The refs of what stands there."""
        return self.api(FakeWorld.open(self.world), clock=self.clock).standing()


@contextmanager
def running(driver: str, folder: Path, clock: Clock) -> Iterator[Provider]:
    """The fake of a driver, until the context ends. Its secrets stand in the environment."""
    api: type[FakeApi] = load_target(load_infos()[driver].fake)
    os.environ.update(api.environment)
    world = str(folder / f"{driver}.world")
    told, tell = os.pipe()
    pid = os.fork()
    if not pid:
        with serving(api(FakeWorld.open(world), clock=clock)) as address:
            os.write(tell, address.encode())
            signal.pause()
        os._exit(0)
    try:
        yield Provider(api, os.read(told, 200).decode(), world, clock)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(told)
        os.close(tell)
