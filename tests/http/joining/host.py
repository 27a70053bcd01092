"""What these tests know of a host, and what its view does when it is asked: rows of its own, and use cases of ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Final, Literal, Protocol, TypeAlias

import pytest
import sqlalchemy as sa
from tests.billing.market import Market

from larabill_billing.customers.handlers import create_seller
from larabill_billing.customers.model import NewSeller
from larabill_billing.orders.handlers import place
from larabill_billing.repositories import BillingTx
from larabill_core.engine import Engine
from larabill_core.errors import AlreadyExists

CARTS: Final = sa.Table(
    "carts",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(20), nullable=False),
)
"""The host's own table, for which each host has a model of its own kind."""

Step: TypeAlias = Literal["row", "pending row", "use case", "two use cases", "error", "caught error", "host's error"]
End: TypeAlias = Literal["commit", "rollback", "nothing"]


class HostsError(Exception):
    """Something of the host's own breaks."""


class JoiningHost(Protocol):
    """An application whose view takes steps in one transaction of its own."""

    @property
    def ends_that_keep_nothing(self) -> tuple[End, ...]: ...

    def ask(self, *steps: Step, end: End = "commit") -> int:
        """A request, of which the transaction ends like this; the status of the answer."""


OpenJoiningHost: TypeAlias = Callable[[Market, sa.URL], AbstractContextManager[JoiningHost]]


def take(
    steps: Sequence[Step],
    market: Market,
    joined: Callable[[], Engine],
    add: Callable[[], object],
    flush: Callable[[], object] = lambda: None,
) -> None:
    """What the views of all hosts have in common. `add` is for a row of the host's, which `flush` writes."""
    for step in steps:
        match step:
            case "row":
                add()
                flush()
            case "pending row":
                add()
            case "use case":
                joined().billing.orders.place(market.seller, market.wanted())
            case "two use cases":
                billing = joined().billing
                for _ in range(2):
                    billing.orders.place(market.seller, market.wanted())
            case "error":
                fail(joined(), market)
            case "caught error":
                with pytest.raises(AlreadyExists):
                    fail(joined(), market)
            case "host's error":
                raise HostsError


def fail(engine: Engine, market: Market) -> None:
    """A use case that the database refuses after it has written a lot: PostgreSQL then refuses everything else too."""

    def work(tx: BillingTx) -> None:
        place(tx, market.wanted())
        create_seller(tx, NewSeller(name="Twice", country="DE", currency="EUR"), seller_id=market.seller)

    engine.run(work, seller=market.seller)
