"""`verify` names each broken promise about agreements that is planted, and nothing on a clean database."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from tests.billing.market import Market, at, market

from larabill_core.ids import new_id
from larabill_sqlalchemy.billing.audits import AUDITS
from larabill_sqlalchemy.billing.charges import CHARGES
from larabill_sqlalchemy.billing.dunning import CASES
from larabill_sqlalchemy.billing.invoicing_tables import STATES
from larabill_sqlalchemy.billing.orders import ORDERS
from larabill_sqlalchemy.billing.services import SERVICES
from larabill_sqlalchemy.billing.subscriptions import SUBSCRIPTIONS
from larabill_sqlalchemy.opening import database_of

__all__ = ["market"]


def plant(market: Market, table: sa.Table, **values: object) -> None:
    """Behind billing's back, in every row of the seller."""
    with database_of(market.engine).begin() as connection:
        connection.execute(sa.update(table).where(table.c.seller_id == market.seller).values(**values))


def kinds(market: Market) -> set[str]:
    market.clock.advance(timedelta(hours=2))
    return {violation.kind for violation in market.violations()}


def overdue(market: Market) -> None:
    market.pay_order()
    for moment in (at(2026, 2, 28), at(2026, 3, 8)):
        market.clock.set(moment)
        market.work()
    assert kinds(market) == set()


def test_a_period_that_was_not_charged(market: Market) -> None:
    market.pay_order()
    assert kinds(market) == set()
    plant(market, SUBSCRIPTIONS, next_period=2)
    assert kinds(market) == {"subscription-periods"}


def test_a_charge_for_a_period_that_is_not_the_agreements(market: Market) -> None:
    market.pay_order()
    with database_of(market.engine).begin() as connection:
        mine = sa.and_(CHARGES.c.seller_id == market.seller, CHARGES.c.kind == "recurring")
        connection.execute(sa.update(CHARGES).where(mine).values(period_end=at(2026, 2, 27).date()))
    assert kinds(market) == {"subscription-periods"}


@pytest.mark.parametrize(
    ("table", "status", "kind"),
    [
        (ORDERS, "cancelled", "order-state"),
        (SUBSCRIPTIONS, "cancelled", "subscription-state"),
        (SERVICES, "failed", "service-state"),
    ],
    ids=["order", "subscription", "service"],
)
def test_a_state_that_no_audit_leads_to(market: Market, table: sa.Table, status: str, kind: str) -> None:
    market.pay_order()
    plant(market, table, status=status)
    assert kinds(market) == {kind}


def test_an_order_that_was_released_twice(market: Market) -> None:
    order = market.pay_order()
    audit = {
        "id": new_id(),
        "seller_id": market.seller,
        "subject_kind": "order",
        "subject_id": order.id,
        "action": "release",
        "state_before": "released",
        "state_after": "released",
        "actor": "system:system",
        "reason": "",
        "at": market.clock.now(),
    }
    with database_of(market.engine).begin() as connection:
        connection.execute(sa.insert(AUDITS).values(audit))
    assert kinds(market) == {"order-released-twice"}


def test_a_paid_order_that_waits(market: Market) -> None:
    market.pay_order()
    plant(market, ORDERS, status="pending")
    assert kinds(market) == {"order-state", "paid-order-waits"}


def test_an_open_case_about_a_settled_invoice(market: Market) -> None:
    overdue(market)
    invoice_id = _owed(market)
    market.pay(invoice_id)
    plant(market, CASES, is_open=True)
    assert kinds(market) == {"case-on-settled-invoice"}


def test_a_case_that_runs_though_it_is_paused(market: Market) -> None:
    overdue(market)
    market.engine.billing.dunning.pause(market.seller, _owed(market), "wait")
    assert kinds(market) == set()
    plant(market, CASES, paused_at=None)
    assert kinds(market) == {"case-runs-though-paused"}


def test_a_case_that_stands_still_without_a_pause(market: Market) -> None:
    overdue(market)
    plant(market, CASES, paused_at=market.clock.now())
    assert kinds(market) == {"case-stands-without-pause"}


def test_a_step_that_was_taken_in_a_pause(market: Market) -> None:
    overdue(market)
    market.engine.billing.dunning.pause(market.seller, _owed(market), "wait")
    plant(market, CASES, stepped_at=market.clock.now() + timedelta(minutes=1))
    assert kinds(market) == {"step-in-pause"}


def test_an_agreement_that_is_behind_without_a_case(market: Market) -> None:
    overdue(market)
    plant(market, CASES, is_open=None)
    assert kinds(market) == {"behind-without-case"}


def test_a_paid_service_that_is_suspended(market: Market) -> None:
    market.pay_order()
    plant(market, SERVICES, status="suspended")
    assert "suspended-though-paid" in kinds(market)


def test_a_service_whose_agreement_is_back_since_just_now_is_on_its_way(market: Market) -> None:
    """Recorded: payment came in, and the provider did not answer when it was asked to resume."""
    market.pay_order()
    plant(market, SERVICES, status="suspended", told_at=market.clock.now() - timedelta(days=7))
    assert "suspended-though-paid" not in {violation.kind for violation in market.violations()}
    assert "suspended-though-paid" in kinds(market), "two hours later"


def test_a_paid_agreement_that_stays_ended(market: Market) -> None:
    overdue(market)
    now = market.clock.now()
    plant(market, CASES, is_open=None, closed_at=now, destroy_at=now)
    plant(market, SUBSCRIPTIONS, status="ended", ended_at=now)
    one = sa.and_(STATES.c.seller_id == market.seller, STATES.c.invoice_id == _owed(market))
    with database_of(market.engine).begin() as connection:
        connection.execute(sa.update(STATES).where(one).values(status="paid"))
    assert "ended-though-paid" in kinds(market)


def _owed(market: Market) -> UUID:
    return next(invoice.id for invoice, state in market.invoices() if state.status == "issued")
