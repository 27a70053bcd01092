"""`larabill seed`: an installation with something in it."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Final, TextIO

import click

from larabill_cli.output import emit
from larabill_cli.session import Session, json_option, pass_session
from larabill_core.engine import Engine
from larabill_core.errors import Conflict
from larabill_core.testing.clock import ManualClock

if TYPE_CHECKING:
    from larabill_cli.seed.people import People

A_YEAR: Final = timedelta(days=365)


@click.command()
@click.option("--customers", type=click.IntRange(1, 100_000), default=300, show_default=True)
@click.option("--subscriptions", type=click.IntRange(1, 100_000), default=500, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Another number makes another year.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The day after the year; else today.")
@click.option("--bulk", type=click.IntRange(1, 1_000_000), metavar="N", help="N like agreements in place of a year.")
@click.option("--add", is_flag=True, help="Write also where there are customers already.")
@json_option
@pass_session
def seed(
    session: Session,
    customers: int,
    subscriptions: int,
    seed: int,
    until: datetime | None,
    bulk: int | None,
    add: bool,
) -> None:
    """Write invented customers and a year of their business into the database, through the use cases.

    The same seed, numbers and date make the same year. Billing alone takes part: nothing is built at a provider, no
    gateway is called and no mail is sent. Every address is at example.com.

    With --bulk, for measurements: N customers with one agreement each, written in batches, all due the day after.
    """
    from larabill_cli.seed.bulk import fill
    from larabill_cli.seed.people import invent

    end = session.engine.clock.now().date() if until is None else until.date()
    start = end - A_YEAR if bulk is None else end
    with _billing_alone(session, start) as (engine, clock):
        if not add and engine.billing.customers.list(engine.billing.default_seller(), limit=1):
            raise Conflict("the database", "it holds customers already", "--add writes into it all the same")
        if bulk is None:
            random = Random(seed)  # noqa: S311 - nothing here is secret
            people = invent(random, customers=customers, subscriptions=subscriptions, start=start, end=end)
            written = _live(session, engine, clock, people, random, start, end)
        else:
            with _progress(session, bulk, "Agreements") as told:
                fill(engine, engine.billing.default_seller(), bulk, told)
            written = {"customers": bulk, "subscriptions": bulk}
    if session.json:
        emit(written)
    else:
        click.echo(f"Written: {', '.join(f'{number} {what}' for what, number in written.items())}.")


def _live(
    session: Session, engine: Engine, clock: ManualClock, people: People, random: Random, start: date, end: date
) -> dict[str, int]:
    """The year, day by day."""
    from larabill_cli.seed.year import Year, days_of

    year = Year(engine=engine, clock=clock, seller=engine.billing.default_seller(), people=people, random=random)
    year.open()
    days = days_of(people, start, end)
    with _progress(session, len(days), "Days") as told:
        for day, wishes in days:
            year.live(day, wishes)
            told(1)
    year.close()
    return year.counts()


@contextmanager
def _progress(session: Session, length: int, label: str) -> Iterator[Callable[[int], None]]:
    """A bar on stderr that hears how far we are; nothing for programs."""
    shown: TextIO = io.StringIO() if session.json else sys.stderr
    with click.progressbar(range(length), label=label, file=shown) as bar:
        yield bar.update


@contextmanager
def _billing_alone(session: Session, start: date) -> Iterator[tuple[Engine, ManualClock]]:
    """The configured database, seen by an engine on which nothing but billing is on, and its clock."""
    from larabill_sqlalchemy import open_engine
    from larabill_sqlalchemy.opening import database_of

    clock = ManualClock(datetime.combine(start, time(), tzinfo=UTC))
    settings = {
        "larabill": {**session.settings["larabill"], "modules": ["billing"]},
        "billing": session.settings.get("billing", {}),
    }
    engine = open_engine(settings, clock=clock)
    try:
        yield engine, clock
    finally:
        database_of(engine).dispose()
