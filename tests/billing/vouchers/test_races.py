"""64 threads and one code: exactly one redeems it (F39)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from uuid import UUID

import pytest
from tests.billing.market import Market, market

from larabill_billing.customers.model import NewCustomer
from larabill_billing.vouchers.handlers import NewVouchers
from larabill_core.errors import Conflict
from larabill_core.ids import new_id

__all__ = ["market"]

pytestmark = pytest.mark.parametrize("database_kind", ["mariadb", "postgresql"], indirect=True)

THREADS = 64


def test_one_of_64_redeems_a_code(market: Market) -> None:
    billing = market.engine.billing
    people = [
        billing.customers.create(
            market.seller, NewCustomer(name=f"C{number}", email=f"c{number}@example.com", country="DE")
        ).id
        for number in range(THREADS)
    ]
    new = NewVouchers(
        batch_uuid=new_id(), name="Spring", count=1, amount=Decimal("20.00"), currency="EUR", sold="takings"
    )
    code = billing.vouchers.issue(market.seller, new).codes[0].reveal()
    barrier = Barrier(THREADS)

    def redeem(customer: UUID) -> bool:
        barrier.wait()
        try:
            billing.vouchers.redeem(market.seller, customer, code)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(pool.map(redeem, people)) == 1
    held = [billing.credits.balance(market.seller, customer, "EUR") for customer in people]
    assert sorted(held)[-2:] == [0, Decimal("20.00")]
