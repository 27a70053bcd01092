"""A job that is under way until it is let go."""

from __future__ import annotations

import threading
from typing import Any

import attrs
from tests.billing.market import PRETEND

from larabill_core.jobs import Handler, Job
from larabill_core.messages import Nothing
from larabill_core.module import Module

under_way, may_end = threading.Event(), threading.Event()


def hold(engine: Any, payload: Nothing, job: Job) -> None:
    under_way.set()
    assert may_end.wait(timeout=20)


NAME = "pretend.hold"
HOLD = Handler(name=NAME, target=f"{__name__}:hold", payload=Nothing, external=True)


def make_module() -> Module:
    """With the job, which nobody has let go yet."""
    under_way.clear()
    may_end.clear()
    return attrs.evolve(PRETEND, handlers=(*PRETEND.handlers, HOLD))
