"""A voucher becomes credit once, and what was sold is owed until then."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from tests.billing.market import Market, market

from larabill_billing.credits.verify import verify_credits, verify_lots
from larabill_billing.customers.model import NewCustomer
from larabill_billing.vouchers.handlers import NewVouchers, expire_vouchers
from larabill_billing.vouchers.jobs import BatchToExpire
from larabill_billing.vouchers.model import IssuedVouchers, VoucherStatus
from larabill_billing.vouchers.verify import verify_vouchers
from larabill_core.access import Actor
from larabill_core.errors import AlreadyExists, Conflict, Forbidden, InvalidInput, NotFound
from larabill_core.ids import new_id
from larabill_sqlalchemy.opening import database_of

__all__ = ["market"]


def issue(market: Market, **changes: Any) -> IssuedVouchers:
    wanted = {"batch_uuid": new_id(), "name": "Spring", "count": 3, "amount": Decimal("20.00"), "currency": "EUR"}
    return market.engine.billing.vouchers.issue(market.seller, NewVouchers(**{**wanted, **changes}))


def redeem(market: Market, code: str, customer: Any = None) -> Any:
    return market.engine.billing.vouchers.redeem(market.seller, customer or market.customer, code)


def balances(market: Market) -> dict[str, Decimal]:
    found = market.engine.billing.ledger.trial_balance(market.seller)
    return {line.account: line.balance for line in found if line.balance}


def test_a_sold_voucher_is_owed_to_its_holder_until_it_is_the_customers_credit(market: Market) -> None:
    issued = issue(market, sold="shop takings of January")
    assert balances(market) == {"cash:manual": Decimal("60.00"), "vouchers": Decimal("-60.00")}
    lot = redeem(market, issued.codes[0].reveal())
    assert (lot.source, lot.remaining, market.credit()) == ("voucher", Decimal("20.00"), Decimal("20.00"))
    assert balances(market) == {
        "cash:manual": Decimal("60.00"),
        "vouchers": Decimal("-40.00"),
        "customer_credit": Decimal("-20.00"),
    }
    # it was paid for: staff cannot take it back
    with pytest.raises(Conflict, match="the money is the customer's"):
        market.engine.billing.credits.revoke(market.seller, lot.id, "a mistake")
    assert vouchers_violations(market) == []


def test_a_voucher_that_is_given_away_costs_us_when_it_is_redeemed(market: Market) -> None:
    issued = issue(market)
    assert balances(market) == {}
    lot = redeem(market, issued.codes[0].reveal())
    assert balances(market) == {"marketing": Decimal("20.00"), "customer_credit": Decimal("-20.00")}
    market.engine.billing.credits.revoke(market.seller, lot.id, "a mistake")
    assert balances(market) == {}
    assert vouchers_violations(market) == []


def test_a_second_click_gets_the_same_answer_and_another_customer_none(market: Market) -> None:
    code = issue(market).codes[0].reveal()
    assert redeem(market, code) == redeem(market, code.lower())
    new = NewCustomer(name="Bea", email="bea@example.com", country="DE")
    other = market.engine.billing.customers.create(market.seller, new)
    with pytest.raises(Conflict, match="it was redeemed before"):
        redeem(market, code, other.id)
    assert market.credit() == Decimal("20.00")


def test_what_expires_unredeemed_is_breakage_once(market: Market) -> None:
    issued = issue(market, sold="shop takings", expires_on=date(2026, 3, 1))
    redeem(market, issued.codes[0].reveal())
    # the seller's March begins in Berlin
    market.clock.set(datetime(2026, 2, 28, 23, 0, tzinfo=UTC))
    with pytest.raises(Conflict, match="it expired on 2026-03-01"):
        redeem(market, issued.codes[1].reveal())
    market.work()
    assert balances(market)["breakage"] == Decimal("-40.00")
    assert "vouchers" not in balances(market)
    market.run(lambda tx: expire_vouchers(tx, BatchToExpire(batch_id=issued.batch.id)))
    assert balances(market)["breakage"] == Decimal("-40.00")
    with pytest.raises(Conflict, match="it expired on 2026-03-01"):
        redeem(market, issued.codes[2].reveal())
    ((batch, counts),) = market.engine.billing.vouchers.batches(market.seller)
    assert batch == issued.batch
    assert counts == {VoucherStatus.OPEN: 0, VoucherStatus.REDEEMED: 1, VoucherStatus.EXPIRED: 2}
    assert vouchers_violations(market) == []


def test_a_code_is_shown_once_and_stored_nowhere(market: Market) -> None:
    issued = issue(market)
    code = issued.codes[0].reveal()
    redeem(market, code)
    assert code not in repr(issued)
    # a way to the database of its own, as these statements are of all sellers on purpose
    database = sa.create_engine(database_of(market.engine).url)
    with database.connect() as connection:
        for table in sa.inspect(connection).get_table_names():
            rows = connection.execute(sa.text(f"SELECT * FROM {table}")).all()
            assert code not in str(rows)
            assert code.replace("-", "") not in str(rows)
    database.dispose()
    with pytest.raises(AlreadyExists):
        issue(market, batch_uuid=issued.batch.id)


def test_a_code_that_nobody_made_is_not_found_and_not_repeated(market: Market) -> None:
    with pytest.raises(NotFound) as raised:
        redeem(market, "7K2M-QX4T-9BHW-03ZR")
    assert str(raised.value) == "there is no voucher of this code"


def test_another_currency_than_the_customers_is_refused(market: Market) -> None:
    code = issue(market, currency="USD").codes[0].reveal()
    with pytest.raises(Conflict, match="it is in USD, the customer pays in EUR"):
        redeem(market, code)
    assert market.credit() == 0


def test_every_fault_of_a_batch_is_told_at_once(market: Market) -> None:
    with pytest.raises(InvalidInput) as raised:
        issue(
            market, name="", count=0, amount=Decimal("1.001"), expires_on=date(2026, 1, 1), sold="4242 4242 4242 4242"
        )
    assert {fault.path for fault in raised.value.faults} == {"name", "count", "amount", "expires_on", "sold"}
    with pytest.raises(InvalidInput, match="currency"):
        issue(market, currency="eur")
    assert market.engine.billing.vouchers.batches(market.seller) == []


def test_a_customer_redeems_for_themselves_only(market: Market) -> None:
    code = issue(market).codes[0].reveal()
    stranger = Actor(kind="customer", id="x", roles=("operator",), customer_id=new_id())
    with pytest.raises(NotFound):
        market.engine.billing.vouchers.redeem(market.seller, market.customer, code, actor=stranger)
    with pytest.raises(Forbidden):
        market.engine.billing.vouchers.redeem(market.seller, market.customer, code, actor=Actor(kind="staff", id="jo"))
    assert market.credit() == 0


def vouchers_violations(market: Market) -> list[Any]:
    return market.run(lambda tx: [*verify_vouchers(tx), *verify_credits(tx), *verify_lots(tx)])
