"""Wake-ups as Django's tasks, where Django has them."""

from __future__ import annotations

from typing import Any

import django
import pytest
from django.core.checks import run_checks
from django.db import transaction
from django.test import override_settings
from tests.billing.market import Market

from larabill_django import engine, joined
from larabill_django.tasks import is_available

IMMEDIATE = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}


def test_tasks_are_there_from_django_6_on() -> None:
    assert is_available() == (django.VERSION >= (6,))


def test_the_setting_is_checked(project: Market, settings: dict[str, Any]) -> None:
    with override_settings(LARABILL={**settings, "TASKS": "nightly"}):
        (found,) = [each for each in run_checks() if each.id == "larabill.E001"]
    assert found.msg.startswith("LARABILL.TASKS: " + ("is no alias in TASKS" if is_available() else "needs Django 6"))


@pytest.mark.skipif(not is_available(), reason="Django 5 has no tasks; test_the_setting_is_checked says what it says")
def test_a_commit_that_wrote_jobs_starts_the_task_that_does_them(project: Market, settings: dict[str, Any]) -> None:
    """Also after Django's own commit, and not before it."""
    from django.tasks.signals import task_finished

    done: list[str] = []

    def note(sender: object, task_result: Any, **more: Any) -> None:
        done.append(task_result.status)

    task_finished.connect(note)
    with override_settings(LARABILL={**settings, "TASKS": "default"}, TASKS=IMMEDIATE):
        engine()
        with transaction.atomic():
            placed = joined().billing.orders.place(project.seller, project.wanted())
            assert done == []
        assert done == ["SUCCESSFUL"]
        invoice, _ = engine().billing.invoices.get(project.seller, placed.invoice_id)
        assert invoice.number
    task_finished.disconnect(note)
