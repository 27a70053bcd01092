"""Invented customers, the plans that they buy, and how they behave: all drawn from one seeded generator."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Final, Literal, TypeAlias, TypeVar

import attrs

from larabill_billing.customers.model import NewCustomer

CATALOG: Final = """
[[plans]]
code = "seed-web"
name = "Demo web hosting"
release = "placed"
prices.EUR = { monthly = "7.90", quarterly = "22.50", annual = "84.00" }

[[plans]]
code = "seed-server"
name = "Demo server"
release = "placed"
prices.EUR = { monthly = "39.00", quarterly = "111.00", annual = "420.00", setup = "15.00" }

[[plans]]
code = "seed-mailbox"
name = "Demo mailbox"
release = "placed"
prices.EUR = { monthly = "1.50", quarterly = "4.25", annual = "16.00" }
"""

T = TypeVar("T")

Habit: TypeAlias = Literal["prompt", "late", "never"]

_FIRST: Final = (
    *("Ada", "Bela", "Carla", "Dario", "Edda", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kaja", "Levi", "Mira"),
    *("Nils", "Olga", "Pavel", "Quinn", "Rosa", "Sami", "Tilda", "Ugo", "Vera", "Wim", "Xenia", "Yuri", "Zoe"),
)
_LAST: Final = ("Example", "Sample", "Muster", "Beispiel", "Modelo", "Ejemplo", "Exempel", "Placeholder")
_TRADES: Final = ("Bakery", "Bicycles", "Books", "Brewery", "Gardens", "Ironworks", "Joinery", "Optics", "Pottery")
_PLACES: Final = (("DE", "Europe/Berlin"), ("AT", "Europe/Vienna"), ("FR", "Europe/Paris"), ("FI", "Europe/Helsinki"))
_PLANS: Final = ("seed-web", "seed-server", "seed-mailbox")
_CYCLES: Final = (("annual", 79), ("quarterly", 15), ("monthly", 6))
_HABITS: Final[tuple[tuple[Habit, int], ...]] = (("prompt", 90), ("late", 8), ("never", 2))


@attrs.frozen(kw_only=True)
class Wish:
    """A subscription that somebody will order on `on`; `buyer` counts the customers from 0. Some cancel it later."""

    on: date
    buyer: int
    plan: str
    cycle: str
    quantity: int
    cancels_on: date | None


@attrs.frozen(kw_only=True)
class People:
    """Who buys what, and when: the wishes in the order of their days. Nobody here exists."""

    customers: tuple[NewCustomer, ...]
    habits: tuple[Habit, ...]
    wishes: tuple[Wish, ...]


def invent(random: Random, *, customers: int, subscriptions: int, start: date, end: date) -> People:
    """Each customer buys at least once, unless there are fewer subscriptions than customers."""
    days = (end - start).days
    buyers = [number if number < customers else random.randrange(customers) for number in range(subscriptions)]
    wishes = [_wish(random, buyer, start, days) for buyer in buyers]
    return People(
        customers=tuple(_customer(random, number) for number in range(customers)),
        habits=tuple(_chosen(random, _HABITS) for _ in range(customers)),
        wishes=tuple(sorted(wishes, key=lambda wish: wish.on)),
    )


def _wish(random: Random, buyer: int, start: date, days: int) -> Wish:
    plan = random.choice(_PLANS)
    on = start + timedelta(days=random.randrange(days))
    leaves = on + timedelta(days=random.randrange(30, 400))
    return Wish(
        on=on,
        buyer=buyer,
        plan=plan,
        cycle=_chosen(random, _CYCLES),
        quantity=random.randint(1, 8) if plan == "seed-mailbox" else 1,
        cancels_on=leaves if random.random() < 0.1 else None,
    )


def _customer(random: Random, number: int) -> NewCustomer:
    first, last = random.choice(_FIRST), random.choice(_LAST)
    country, time_zone = random.choice(_PLACES)
    company = f"{last} {random.choice(_TRADES)} {number + 1}" if random.random() < 0.4 else ""
    return NewCustomer(
        name=f"{first} {last}",
        email=f"{first}.{last}.{number + 1}@example.com".lower(),
        company=company,
        country=country,
        currency="EUR",
        time_zone=time_zone,
        address=(f"{random.randint(1, 99)} Example Street",),
    )


def _chosen(random: Random, weighted: tuple[tuple[T, int], ...]) -> T:
    values, weights = zip(*weighted, strict=True)
    chosen: T = random.choices(values, weights)[0]
    return chosen
