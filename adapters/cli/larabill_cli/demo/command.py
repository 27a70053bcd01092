"""`larabill demo`."""

from __future__ import annotations

import importlib.util
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from larabill_cli.errors import FAILED, VIOLATIONS
from larabill_cli.output import emit
from larabill_cli.session import Session, json_option, pass_session
from larabill_core.errors import ConfigurationError, Faults

NEEDED = ("asyncssh", "paramiko")


@click.command()
@click.option("--database", metavar="URL", help="Make a database larabill_demo_… there; a file of its own otherwise.")
@click.option("--keep", is_flag=True, help="Do not drop the database at the end; without --database it lies here.")
@json_option
@pass_session
@click.pass_context
def demo(context: click.Context, session: Session, database: str | None, keep: bool) -> None:
    """Play about a year of a small hosting company, in seconds, and show what is left.

    Real driver, real SSH (a server of its own on the loopback interface), real signatures; only the clock is turned by
    hand. Nothing outside a temporary folder and the demo's own database is touched.
    """
    _check_extra()
    from larabill_cli.demo import report
    from larabill_cli.demo.actors import OPENING, Shop
    from larabill_cli.demo.company import found, manifest, new_secret
    from larabill_cli.demo.databases import temporary
    from larabill_cli.demo.ssh_server import WebServer
    from larabill_cli.demo.story import play
    from larabill_cli.demo.stripe import Stripe
    from larabill_cli.demo.timeline import Timeline
    from larabill_core.testing.clock import ManualClock
    from larabill_sqlalchemy.opening import database_of

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="larabill-demo-")))
        # a file that is kept must not lie in the folder that is removed
        own = f"sqlite:///{Path.cwd() if keep else folder}/x.db"
        url = stack.enter_context(temporary(database or session.database or own, keep=keep))
        web = stack.enter_context(WebServer(folder))
        clock, secret = ManualClock(OPENING), new_secret()
        engine = found(manifest(url, folder, web, secret), clock)
        stack.callback(database_of(engine).dispose)
        shop = Shop(engine, clock, Stripe(secret), Timeline(silent=session.json))
        play(shop)
        result = report.collect(engine, shop.seller, url.render_as_string(hide_password=True))
        # outside the folder that is removed: people open it when the demo is over
        paper = report.write_invoice(engine, shop.seller, Path(tempfile.mkdtemp(prefix="larabill-invoice-")))
    if session.json:
        emit({**result, "document": paper})
    else:
        report.show(result, paper, kept=keep)
    if result["verify"]["violations"]:
        context.exit(VIOLATIONS)
    if any(resource["status"] != "deprovisioned" for resource in result["resources"]):
        context.exit(FAILED)


def _check_extra() -> None:
    faults = Faults()
    for name in NEEDED:
        if importlib.util.find_spec(name) is None:
            faults.add("demo", f"needs the package {name}", remedy="pip install 'larabill[demo]'")
    faults.raise_if_any(ConfigurationError)
