"""`larabill doctor`."""

from __future__ import annotations

import click

from larabill_cli.checks import Level, all_findings
from larabill_cli.errors import FAILED
from larabill_cli.output import emit, table
from larabill_cli.session import Session, json_option, pass_session


@click.command()
@json_option
@pass_session
@click.pass_context
def doctor(context: click.Context, session: Session) -> None:
    """Say what is wrong with this installation, and how to mend it. Installs and changes nothing.

    Looks at the manifest, the keys, the database with its rights and migrations, the drivers, the clocks and the work
    that waits. Exit code 1 when something is wrong; warnings alone give 0.
    """
    findings = list(all_findings(session.settings))
    wrong = [finding for finding in findings if finding.level is Level.WRONG]
    if session.json:
        emit(
            [
                {"what": each.what, "level": each.level, "detail": each.detail, "remedy": each.remedy}
                for each in findings
            ]
        )
    else:
        table(
            f"Wrong: {len(wrong)}" if wrong else "All is well",
            ("what", "level", "detail", "remedy"),
            [(each.what, each.level, each.detail, each.remedy) for each in findings],
        )
    if wrong:
        context.exit(FAILED)
