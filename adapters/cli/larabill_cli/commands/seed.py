"""`larabill seed`: an installation with something in it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final, TextIO

import click

from larabill_cli.output import emit
from larabill_cli.session import Session, json_option, pass_session
from larabill_core.engine import Engine
from larabill_core.errors import Conflict
from larabill_core.testing.clock import ManualClock

A_YEAR: Final = timedelta(days=365)


@click.command()
@click.option("--customers", type=click.IntRange(1, 100_000), default=300, show_default=True)
@click.option("--subscriptions", type=click.IntRange(1, 100_000), default=500, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Another number makes another year.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The day after the year; else today.")
@click.option("--add", is_flag=True, help="Write also where there are customers already.")
@json_option
@pass_session
def seed(session: Session, customers: int, subscriptions: int, seed: int, until: datetime | None, add: bool) -> None:
    """Write invented customers and a year of their business into the database, through the use cases.

    The same seed, numbers and date make the same year. Billing alone takes part: nothing is built at a provider, no
    gateway is called and no mail is sent. Every address is at example.com.
    """
    from larabill_cli.seed.people import invent
    from larabill_cli.seed.year import Year, days_of

    end = session.engine.clock.now().date() if until is None else until.date()
    start = end - A_YEAR
    random = Random(seed)  # noqa: S311 - nothing here is secret
    people = invent(random, customers=customers, subscriptions=subscriptions, start=start, end=end)
    with _billing_alone(session, start) as (engine, clock):
        seller = engine.billing.default_seller()
        if not add and engine.billing.customers.list(seller, limit=1):
            raise Conflict("the database", "it holds customers already", "--add writes into it all the same")
        year = Year(engine=engine, clock=clock, seller=seller, people=people, random=random)
        year.open()
        told: TextIO = io.StringIO() if session.json else click.get_text_stream("stderr")
        days = days_of(people, start, end)
        with click.progressbar(length=len(days), label="A year of business", file=told) as progress:
            for day, wishes in days:
                year.live(day, wishes)
                progress.update(1)
        year.close()
        written = year.counts()
    if session.json:
        emit(written)
    else:
        click.echo(", ".join(f"{number} {what}" for what, number in written.items()) + f": {start} to {end}.")


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
