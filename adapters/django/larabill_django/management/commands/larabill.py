"""`manage.py larabill …`: all commands of LaraBill, on the settings of this project."""

from __future__ import annotations

from argparse import REMAINDER
from typing import Any, ClassVar

import click
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from larabill_cli.main import main
from larabill_django.console import HostSession


class Command(BaseCommand):
    """Click reads the arguments; of Django's own options only those that choose the settings are known here."""

    help = "Commands of LaraBill: `manage.py larabill --help`"
    requires_system_checks: ClassVar[list[str]] = []

    def run_from_argv(self, argv: list[str]) -> None:
        """Ends the process with LaraBill's exit code."""
        parser = CommandParser(add_help=False, allow_abbrev=False)
        parser.add_argument("--settings")
        parser.add_argument("--pythonpath")
        _, rest = parser.parse_known_args(argv[2:])
        try:
            main.main(rest, prog_name="manage.py larabill", obj=HostSession())
        finally:
            connections.close_all()

    def add_arguments(self, parser: CommandParser) -> None:
        """For `call_command("larabill", "jobs", "list", "--open")`."""
        parser.add_argument("rest", nargs=REMAINDER)

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises `CommandError` with LaraBill's message and exit code."""
        try:
            code = main.main(options["rest"], prog_name="larabill", obj=HostSession(), standalone_mode=False)
        except click.ClickException as problem:
            raise CommandError(problem.format_message(), returncode=problem.exit_code) from problem
        if isinstance(code, int) and code:
            raise CommandError(f"larabill ended with exit code {code}", returncode=code)
