"""`manage.py larabill …`, and what a project has open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.http import HttpRequest
from tests.billing.market import Market

from larabill_core.ids import new_id
from larabill_django import engine, principal
from larabill_django.management.commands.larabill import Command


def test_all_commands_work_on_the_projects_settings(project: Market, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("larabill", "run-due", "--json", verbosity=0)
    call_command("larabill", "verify")
    call_command("larabill", "doctor")
    assert "All is well" in capsys.readouterr().out


def test_a_mistake_is_told_as_django_tells_it(project: Market) -> None:
    with pytest.raises(CommandError, match="is not an id of the kind 'job'") as caught:
        call_command("larabill", "jobs", "retry", "nothing")
    assert caught.value.returncode == 2


@pytest.mark.parametrize("words", [["--config", "other.toml", "run-due"], ["--database", "sqlite://", "run-due"]])
def test_another_manifest_has_no_place_here(project: Market, words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        Command().run_from_argv(["manage.py", "larabill", *words])
    assert ended.value.code == 2


def test_from_the_shell_options_are_larabills_and_the_exit_code_too(
    project: Market, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        Command().run_from_argv(["manage.py", "larabill", "jobs", "list", "--open", "--json", "--settings=x"])
    assert (ended.value.code, capsys.readouterr().out.strip()) == (0, "[]")


def test_the_engine_is_opened_once_and_anew_for_another_database(project: Market) -> None:
    """As Django's test runner puts one under the alias."""
    assert engine() is engine()
    connections["default"].settings_dict["NAME"] = "elsewhere.sqlite3"
    with pytest.raises(Exception, match=r"larabill migrate|cannot be reached|does not exist|refused"):
        engine()
    Path("elsewhere.sqlite3").unlink(missing_ok=True)


class Someone:
    """A user of the project's own kind."""

    pk = 7
    is_authenticated = is_active = True
    is_staff = is_superuser = False
    larabill_customer_id: Any = None


@pytest.mark.parametrize(
    ("changes", "who"),
    [
        ({}, None),
        ({"is_active": False, "is_superuser": True, "is_staff": True}, None),
        ({"is_authenticated": False}, None),
        ({"is_superuser": True}, None),
        ({"is_superuser": True, "is_staff": True}, ("staff", "7", ("operator",))),
        ({"larabill_customer_id": new_id()}, ("customer", "7", ("customer",))),
        ({"larabill_customer_id": "no id"}, None),
    ],
)
def test_who_asks_by_djangos_login(changes: dict[str, Any], who: tuple[str, str, tuple[str, ...]] | None) -> None:
    request, user = HttpRequest(), Someone()
    vars(user).update(changes)
    request.user = user
    actor = principal(request)
    assert (None if actor is None else (actor.kind, actor.id, actor.roles)) == who
    assert principal(HttpRequest()) is None
