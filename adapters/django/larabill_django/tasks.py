"""Django's tasks (Django 6) as transport of wake-ups: `LARABILL["TASKS"]` names the backend's alias.

A task carries nothing: it carries out what is due. One that is lost loses nothing: the jobs stand in the database, and
the next one, or `manage.py larabill run-due` from cron, finds them.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from larabill_core.engine import Engine

try:
    from django.tasks import task
except ImportError:  # Django 5
    task = None

_working: ContextVar[bool] = ContextVar("larabill_working", default=False)


def is_available() -> bool:
    """Whether this Django has tasks."""
    return task is not None


def run_due() -> int:
    """The task. How many jobs were carried out is its result."""
    from larabill_django.opening import engine

    token = _working.set(True)
    try:
        return engine().run_due()
    finally:
        _working.reset(token)


if task is not None:
    run_due = task(run_due)


def wake_through(engine: Engine, backend: str) -> None:
    """From now on each commit that wrote jobs enqueues the task; not those of the task itself, which looks again."""

    def wake() -> None:
        if not _working.get():
            due: Any = run_due
            due.using(backend=backend).enqueue()

    engine.on_wake(wake)
