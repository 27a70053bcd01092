"""What a person sees when something is wrong, and the exit codes. Never a traceback for a mistake of the user's.

    0  done
    1  not done: no such thing, the present state forbids it, the database cannot be reached; `doctor` found something
    2  asked wrongly: an unknown command or option, an id that is none, a faulty manifest, catalogue or key file
    3  `verify` found violations

The message goes to stderr; with `--json` as one object `{"error": {"code", "message", "faults"}}`.
"""

from __future__ import annotations

import json
import sys
from typing import IO, Any

import click

from larabill_core.errors import ConfigurationError, InvalidInput, LarabillError
from larabill_core.privacy import redact_text

FAILED = 1
MISTAKE = 2
VIOLATIONS = 3


class Failure(click.ClickException):
    """A LarabillError on its way to the person, as click shows errors; see `failure`."""

    def __init__(self, problem: LarabillError, *, as_json: bool) -> None:
        super().__init__(redact_text(str(problem)))
        self.problem = problem
        self.as_json = as_json

    def show(self, file: IO[Any] | None = None) -> None:
        """Print to stderr."""
        text = json.dumps({"error": self._fields()}, ensure_ascii=False) if self.as_json else self._lines()
        click.echo(text, file=file or sys.stderr)

    def _lines(self) -> str:
        lines = self.message.splitlines() or [self.problem.code]
        if len(lines) == 1:
            return f"Error: {lines[0]}"
        return "\n".join([f"Error: {len(lines)} things are wrong", *(f"  - {line}" for line in lines)])

    def _fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = {"code": self.problem.code, "message": self.message}
        if isinstance(self.problem, InvalidInput | ConfigurationError):
            fields["faults"] = [
                {"path": fault.path, "problem": fault.problem, "value": fault.value, "remedy": fault.remedy}
                for fault in self.problem.faults
            ]
        return fields


class Mistake(Failure):
    """What the person can mend in what they asked or configured."""

    exit_code = MISTAKE


def failure(problem: LarabillError, *, as_json: bool) -> Failure:
    """The error with its exit code."""
    kind = Mistake if isinstance(problem, InvalidInput | ConfigurationError) else Failure
    return kind(problem, as_json=as_json)
