"""`larabill catalog`: what is sold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from larabill_cli.output import emit, table
from larabill_cli.session import OPERATOR, Session, json_option, pass_session, seller_option

if TYPE_CHECKING:
    from larabill_billing.catalog.model import Price

FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def catalog() -> None:
    """The file of plans and prices."""


@catalog.command()
@click.argument("file", type=FILE)
@json_option
@pass_session
def check(session: Session, file: Path) -> None:
    """Find all faults of FILE. Nothing is stored, and no manifest is needed."""
    from larabill_billing.catalog.loader import read_catalog

    catalogue = read_catalog(file)
    rows = [
        {"code": plan.code, "name": plan.name, "prices": [_shown(price) for price in plan.prices]}
        for plan in catalogue.plans
    ]
    if session.json:
        emit(rows)
        return
    table(
        f"{len(rows)} plans, no faults",
        ("code", "name", "prices"),
        [(row["code"], row["name"], "\n".join(row["prices"])) for row in rows],
    )


def _shown(price: Price) -> str:
    """What a unit costs, or how it is reckoned: "9.90 EUR monthly", "graduated EUR monthly"."""
    from larabill_billing.pricing.model import PerUnit
    from larabill_core.money import quantize

    amount = price.model.code
    if isinstance(price.model, PerUnit):
        unit = price.model.unit_price
        rounded = quantize(unit, price.currency)
        amount = f"{rounded if rounded == unit else unit.normalize():f}"
    return f"{amount} {price.currency} {price.cycle or price.kind}"


@catalog.command()
@click.argument("file", type=FILE)
@seller_option
@json_option
@pass_session
def load(session: Session, file: Path, seller: str | None) -> None:
    """Put FILE into force. A changed plan becomes a new version; running subscriptions keep theirs."""
    from larabill_billing.catalog.loader import read_catalog

    catalogue = read_catalog(file)
    changes = session.engine.billing.catalog.load(session.seller(seller), catalogue, actor=OPERATOR)
    counted = {
        "added": list(changes.added),
        "changed": list(changes.changed),
        "deactivated": list(changes.deactivated),
        "unchanged": list(changes.unchanged),
    }
    if session.json:
        emit(counted)
        return
    for what, codes in counted.items():
        if codes:
            click.echo(f"{what}: {', '.join(codes)}")
