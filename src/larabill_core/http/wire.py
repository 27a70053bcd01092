"""What wire types of every feature share. They are msgspec Structs, apart from the domain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Literal, Protocol, TypeAlias, overload
from uuid import UUID

import msgspec
from msgspec import Meta

from larabill_core.errors import Faults, InvalidInput
from larabill_core.ids import parse_public_id, public_id
from larabill_core.money import money as parse_money
from larabill_core.money import quantize

Amount: TypeAlias = Annotated[
    str, Meta(pattern=r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?$", max_length=40, description="A decimal number")
]
"""A decimal number as text, in the digits 0 to 9."""
Currency: TypeAlias = Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217")]
Text: TypeAlias = Annotated[str, Meta(max_length=200)]
Reason: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]
Limit: TypeAlias = Annotated[int, Meta(ge=1, le=100)]
Cursor: TypeAlias = Annotated[str, Meta(pattern="^[a-z]{3}_[0-9a-f]{32}$")]
Order: TypeAlias = Literal["created", "-created"]


class Money(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An amount in a currency."""

    amount: Amount
    currency: Currency


class Listing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The query of every list: `limit` of what follows the id `after`, by creation; "-created": the newest first."""

    after: Cursor | None = None
    limit: Limit = 20
    sort: Order = "created"


class Paged(Protocol):
    """What an item of a list has."""

    @property
    def id(self) -> str: ...


def next_of(items: Sequence[Paged], query: Listing) -> str | None:
    """Where the next page begins: the last id of a page that is full."""
    return items[-1].id if len(items) == query.limit else None


def newest_first(query: Listing) -> bool:
    """Whether the list runs backwards."""
    return query.sort == "-created"


def money(amount: Decimal, currency: str) -> Money:
    """An amount as the wire shows it, with all places of its currency."""
    return Money(amount=str(quantize(amount, currency)), currency=currency)


def amount_of(given: Money, path: str, currency: str | None = None) -> Decimal:
    """The amount of a body. Raises `InvalidInput`: too fine or too large, or not in this `currency` (B08, B10)."""
    exact = parse_money(given.amount, given.currency, path=path)
    if currency is not None and given.currency != currency:
        raise InvalidInput.one(f"{path}.currency", "is another one here", given.currency, f"it must be {currency}")
    number: Decimal = exact.amount
    return number


def shown_id(prefix: str, id: UUID | None) -> str | None:
    """The public id, or None for none."""
    return None if id is None else public_id(prefix, id)


def id_of(text: str | None, prefix: str, path: str) -> UUID | None:
    """The UUID of a public id in a body or query. Raises `InvalidInput`."""
    return None if text is None else parse_public_id(text, prefix, path)


def ids_of(given: Sequence[str], prefix: str, name: str) -> list[UUID]:
    """The ids of a list in a body. Raises `InvalidInput` with every fault."""
    faults = Faults()
    ids = []
    for index, each in enumerate(given):
        try:
            ids.append(parse_public_id(each, prefix, f"{name}[{index}]"))
        except InvalidInput as problem:
            faults.include(problem)
    faults.raise_if_any()
    return ids


FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2999, 12, 31)


@overload
def day_of(given: date, path: str) -> date: ...
@overload
def day_of(given: date | None, path: str) -> date | None: ...
def day_of(given: date | None, path: str) -> date | None:
    """A day of a body or query, of the years 1900 to 2999: near the ends of the calendar nothing can be reckoned.

    Raises `InvalidInput`.
    """
    if given is not None and not FIRST_DAY <= given <= LAST_DAY:
        raise InvalidInput.one(path, "is too far away", given.isoformat(), f"give a day from {FIRST_DAY} to {LAST_DAY}")
    return given
