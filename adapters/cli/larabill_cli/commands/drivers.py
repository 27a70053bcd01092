"""`larabill drivers`."""

from __future__ import annotations

from typing import Any

import click

from larabill_cli.errors import FAILED
from larabill_cli.output import emit, table
from larabill_cli.session import Session, json_option, pass_session
from larabill_core.contracts.provider import capabilities
from larabill_core.engine import Engine
from larabill_core.errors import LarabillError, NotFound
from larabill_core.json_schema import json_schema
from larabill_core.privacy import redact_text
from larabill_drivers.registry import load_infos


@click.group()
def drivers() -> None:
    """The configured accounts at providers and gateways."""


@drivers.command("list")
@json_option
@pass_session
def list_drivers(session: Session) -> None:
    """Accounts of the manifest, and what each driver can do."""
    _print(
        session,
        [_describe(session.engine, account, ask=False) for account in sorted(session.engine.drivers.accounts())],
    )


@drivers.command()
@click.argument("account", required=False)
@json_option
@pass_session
@click.pass_context
def check(context: click.Context, session: Session, account: str | None) -> None:
    """Load each driver, and ask its provider for a thing that does not exist. Nothing is changed there."""
    accounts = sorted(session.engine.drivers.accounts()) if account is None else [account]
    rows = [_describe(session.engine, name, ask=True) for name in accounts]
    _print(session, rows)
    if any(row["problem"] for row in rows):
        context.exit(FAILED)


@drivers.command()
@click.argument("driver")
@pass_session
def schema(session: Session, driver: str) -> None:
    """The JSON Schemas of an installed driver: its settings, the config of a plan, what a customer may choose."""
    infos = load_infos()
    if driver not in infos:
        raise NotFound("driver", driver, f"installed are: {', '.join(infos)}")
    info = infos[driver]
    kinds = {"settings": info.settings_class, "config": info.config_class, "spec": info.spec_class}
    emit({name: json_schema(kind) for name, kind in kinds.items() if kind is not None})


def _describe(engine: Engine, account: str, *, ask: bool) -> dict[str, Any]:
    info = engine.drivers.info(account)
    row: dict[str, Any] = {"account": account, "driver": info.name, "type": info.type, "can": [], "problem": ""}
    try:
        driver = engine.drivers.get(account)
        row["can"] = sorted(capabilities(driver))
        if ask and "find" in row["can"]:
            driver.find("larabill-check")
    except LarabillError as problem:
        row["problem"] = redact_text(str(problem))
    return row


def _print(session: Session, rows: list[dict[str, Any]]) -> None:
    if session.json:
        emit(rows)
        return
    table(
        "Drivers",
        ("account", "driver", "type", "can", "problem"),
        [(row["account"], row["driver"], row["type"], ", ".join(row["can"]), row["problem"]) for row in rows],
    )
