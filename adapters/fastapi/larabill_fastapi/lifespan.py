"""What starts and ends with the application."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

from larabill_core.engine import Engine
from larabill_core.worker import Worker


def larabill_lifespan(engine: Engine, *, worker: bool = True) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    """For `FastAPI(lifespan=…)`, or within the host's own: `async with larabill_lifespan(engine)(app): yield`.

    With `worker` a thread carries out jobs while the application runs; at the end the job under way is finished. Set
    it to False where `larabill worker` runs beside. The connections to the database are given back last.
    """

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        try:
            async with _working(engine) if worker else nullcontext():
                yield
        finally:
            _give_back(engine)

    return lifespan


@asynccontextmanager
async def _working(engine: Engine) -> AsyncIterator[None]:
    crew = Worker(engine)
    # a server that must stop at once skips what is below; another worker takes up a job that is cut off
    thread = threading.Thread(target=crew.run, name="larabill-worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        crew.stop()
        await asyncio.to_thread(thread.join)


def _give_back(engine: Engine) -> None:
    from larabill_sqlalchemy.opening import database_of

    database_of(engine).dispose()
