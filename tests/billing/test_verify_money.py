"""`verify` names what was planted behind our back, one kind each, and finds nothing in a shop that was used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from tests.billing.shop import BOOK, Shop

from larabill_billing.invoicing.model import ChargeKind
from larabill_billing.payments.handlers import charge_invoice, record_manual
from larabill_billing.payments.refunds import refund
from larabill_core.ids import new_id
from larabill_core.module import load_target
from larabill_sqlalchemy.billing.audits import AUDITS
from larabill_sqlalchemy.billing.charges import CHARGES
from larabill_sqlalchemy.billing.credits import CREDITS
from larabill_sqlalchemy.billing.deferrals import DEFERRALS, RUNS
from larabill_sqlalchemy.billing.invoicing_tables import ALLOCATIONS, INVOICES, LINES, STATES
from larabill_sqlalchemy.billing.ledger import ENTRIES, POSTINGS
from larabill_sqlalchemy.billing.numbering import NUMBERS, SERIES
from larabill_sqlalchemy.billing.payments import PAYMENTS
from larabill_sqlalchemy.billing.refunds import REFUNDS

ONE = Decimal("1.00")
Plant = Callable[[Shop, sa.Connection], None]


def _copy(shop: Shop, connection: sa.Connection, table: sa.Table, **changes: Any) -> None:
    """One more row like the newest, but for `changes`."""
    key = next(iter(table.primary_key.columns))
    mine = sa.select(table).where(table.c.seller_id == shop.seller.id)
    row = connection.execute(mine.order_by(key.desc()).limit(1)).one()
    values = {**row._mapping, key.name: new_id(), **changes}
    connection.execute(sa.insert(table).values(values))


def _change(shop: Shop, connection: sa.Connection, table: sa.Table, **changes: Any) -> None:
    connection.execute(sa.update(table).where(table.c.seller_id == shop.seller.id).values(changes))


def _posting(shop: Shop, connection: sa.Connection) -> None:
    _copy(shop, connection, POSTINGS, amount=ONE, account="revenue", customer_id=None)


def _entry_without_postings(shop: Shop, connection: sa.Connection) -> None:
    _copy(shop, connection, ENTRIES, document_id=new_id())


def _deferral(shop: Shop, connection: sa.Connection) -> None:
    _copy(shop, connection, DEFERRALS)


def _begun(shop: Shop, connection: sa.Connection) -> None:
    """Taken up by a run that never posted it."""
    _change(shop, connection, DEFERRALS, begun_on=date(2026, 1, 1))
    connection.execute(sa.insert(RUNS).values(seller_id=shop.seller.id, recognised_to=date(2026, 2, 5)))


def _tax(shop: Shop, connection: sa.Connection) -> None:
    _copy(shop, connection, POSTINGS, amount=ONE, account="tax_payable:DE", customer_id=None)


def _line(shop: Shop, connection: sa.Connection) -> None:
    _copy(shop, connection, LINES, position=99, charge_id=new_id())


def _taxed_at_nothing(shop: Shop, connection: sa.Connection) -> None:
    _copy(shop, connection, LINES, position=98, charge_id=new_id(), tax_category="S", tax_rate=Decimal(0))


def _reverse_charge_at_a_rate(shop: Shop, connection: sa.Connection) -> None:
    _copy(shop, connection, LINES, position=98, charge_id=new_id(), tax_category="AE", tax_rate=Decimal(19))


def _balance(shop: Shop, connection: sa.Connection) -> None:
    _change(shop, connection, STATES, balance=ONE)


def _status(shop: Shop, connection: sa.Connection) -> None:
    mine = sa.and_(STATES.c.seller_id == shop.seller.id, STATES.c.status == "paid")
    connection.execute(sa.update(STATES).where(mine).values(status="issued"))


def _series_gap(shop: Shop, connection: sa.Connection) -> None:
    _change(shop, connection, SERIES, next_number=99)


def _no_series(shop: Shop, connection: sa.Connection) -> None:
    connection.execute(sa.delete(SERIES).where(SERIES.c.seller_id == shop.seller.id))


def _number(shop: Shop, connection: sa.Connection) -> None:
    _invoice(shop, connection)
    newest = sa.select(INVOICES.c.id).where(INVOICES.c.seller_id == shop.seller.id).order_by(INVOICES.c.id.desc())
    _copy(shop, connection, NUMBERS, invoice_id=connection.scalars(newest.limit(1)).one(), sequence=99, number="X")


def _invoice(shop: Shop, connection: sa.Connection) -> None:
    _copy(shop, connection, INVOICES)


def _payment(shop: Shop, connection: sa.Connection) -> None:
    _copy(shop, connection, PAYMENTS, status="captured", transaction_id="x", ref="x")


def _allocation(shop: Shop, connection: sa.Connection) -> None:
    _copy(shop, connection, ALLOCATIONS, source_id=new_id(), amount=ONE)


def _credit(shop: Shop, connection: sa.Connection) -> None:
    _copy(shop, connection, CREDITS, source_id=new_id())


def _refund(shop: Shop, connection: sa.Connection) -> None:
    _copy(shop, connection, REFUNDS, ref="x", amount=Decimal(1000))


def _audit(shop: Shop, connection: sa.Connection) -> None:
    _copy(shop, connection, AUDITS, state_before="captured", state_after="declined", subject_kind="payment")


def _payment_status(shop: Shop, connection: sa.Connection) -> None:
    _change(shop, connection, PAYMENTS, status="declined")


def _charge(shop: Shop, connection: sa.Connection) -> None:
    period = {"period_start": date(2026, 2, 1), "period_end": date(2026, 3, 1), "subscription_item_id": new_id()}
    for cause in ("renewal", "twice"):
        _copy(shop, connection, CHARGES, kind=ChargeKind.RECURRING.value, cause=cause, **period)


def _too_much_back(shop: Shop, connection: sa.Connection) -> None:
    line = sa.select(LINES.c.id).where(LINES.c.seller_id == shop.seller.id).order_by(LINES.c.id.desc()).limit(1)
    back = {"credited_line_id": connection.scalars(line).one(), "amount": Decimal(-1000), "kind": "credit"}
    _copy(shop, connection, CHARGES, **back)


PLANTS: list[tuple[Plant, str]] = [
    (_posting, "entry-unbalanced"),
    (_posting, "currency-unbalanced"),
    (_entry_without_postings, "entry-unbalanced"),
    (_deferral, "deferred-differs"),
    (_begun, "deferred-differs"),
    (_tax, "tax-differs"),
    (_line, "total-differs"),
    (_line, "sums-differ"),
    (_taxed_at_nothing, "tax-category-differs"),
    (_reverse_charge_at_a_rate, "tax-category-differs"),
    (_too_much_back, "credited-too-much"),
    (_balance, "balance-differs"),
    (_balance, "receivable-differs"),
    (_status, "balance-differs"),
    (_status, "invoice-unaudited"),
    (_series_gap, "number-gap"),
    (_no_series, "series-missing"),
    (_number, "number-gap"),
    (_invoice, "number-missing"),
    (_invoice, "invoice-without-entry"),
    (_invoice, "invoice-without-state"),
    (_payment, "payment-without-entry"),
    (_payment, "payment-unallocated"),
    (_payment, "payment-unaudited"),
    (_allocation, "balance-differs"),
    (_credit, "credit-differs"),
    (_refund, "payment-over-refunded"),
    (_refund, "refund-unaudited"),
    (_payment_status, "payment-unaudited"),
    (_charge, "periods-overlap"),
]


def _busy(shop: Shop) -> None:
    """Every kind of row, none of them wrong."""
    shop.issue("0.00")
    first, second = shop.issue("10.00", "2.50"), shop.issue("5.00")
    payment = shop.run(lambda tx: record_manual(tx, first.id, Decimal("20.00"), "transfer 1"))
    shop.run(lambda tx: refund(tx, payment.id, Decimal("5.00"), "paid too much"))
    method = shop.method()
    shop.run(lambda tx: charge_invoice(tx, second.id, method.id))
    shop.work()
    period = {"kind": ChargeKind.RECURRING, "period_start": date(2026, 2, 1), "period_end": date(2026, 3, 1)}
    shop.issue(charges=(shop.charge("28.00", **period),))
    shop.issue("3.00")


def test_each_planted_violation_is_named(shop: Shop) -> None:
    """Each is planted in a transaction that is rolled back, so that one shop serves all."""
    _busy(shop)
    assert shop.violations() == []
    for plant, kind in PLANTS:
        assert kind in _planted(shop, plant), kind
    assert shop.violations() == []


class _RollBackError(Exception):
    pass


def _planted(shop: Shop, plant: Plant) -> set[str]:
    found: set[str] = set()

    def work(tx: Any) -> None:
        plant(shop, tx.connection)
        found.update(violation.kind for target in BOOK.verify for violation in load_target(target)(tx))
        raise _RollBackError

    with pytest.raises(_RollBackError):
        shop.run(work)
    return found
