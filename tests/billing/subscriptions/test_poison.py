"""One agreement that is broken is held with its reason, whatever is wrong with it; the others go on (F26)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
import sqlalchemy as sa
from tests.billing.subscriptions.stage import Stage, item

from larabill_billing.invoicing.model import Charge, ChargeKind, InvoiceRequest
from larabill_billing.subscriptions.changes import ChangeItem, ChangeStatus
from larabill_billing.subscriptions.charging import period_charges
from larabill_billing.subscriptions.gather import agreements
from larabill_core.ids import new_id
from larabill_sqlalchemy.billing.changes import CHANGES
from larabill_sqlalchemy.billing.subscriptions import ITEMS, SUBSCRIPTIONS
from larabill_sqlalchemy.opening import database_of

BEGUN = date(2026, 2, 28)


def plant(stage: Stage, table: sa.Table, where: sa.ColumnElement[bool], **values: object) -> None:
    """Behind billing's back."""
    with database_of(stage.engine).begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.execute(sa.update(table).where(table.c.seller_id == stage.seller, where).values(**values))


def no_price(stage: Stage, broken: UUID) -> None:
    plant(stage, SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == broken, cycle="quarterly")


def no_plan(stage: Stage, broken: UUID) -> None:
    plant(stage, ITEMS, ITEMS.c.subscription_id == broken, plan_id=new_id())


def no_meter(stage: Stage, broken: UUID) -> None:
    from larabill_sqlalchemy.billing.usage_tables import METERS

    with database_of(stage.engine).begin() as connection:
        connection.execute(sa.delete(METERS).where(METERS.c.seller_id == stage.seller))


def broken_spec(stage: Stage, broken: UUID) -> None:
    plant(stage, ITEMS, ITEMS.c.subscription_id == broken, spec={"ips": "many"}, plan_code="solo")


def no_zone(stage: Stage, broken: UUID) -> None:
    plant(stage, SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == broken, time_zone="Nowhere/Land")


def no_customer(stage: Stage, broken: UUID) -> None:
    plant(stage, SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == broken, customer_id=new_id())


def charged_already(stage: Stage, broken: UUID) -> None:
    def charge(tx: object) -> None:
        from larabill_billing.invoicing.handlers import issue
        from larabill_billing.settings import settings_of

        (agreement,) = agreements(tx, [tx.billing.subscriptions.get(broken)])  # type: ignore[attr-defined, arg-type]
        charges = period_charges(agreement, 1, settings_of(tx).proration)  # type: ignore[arg-type]
        issue(tx, [InvoiceRequest(customer_id=stage.customer, currency="EUR", charges=tuple(charges), due_on=BEGUN)])  # type: ignore[arg-type]

    stage.run(charge)


@pytest.mark.parametrize(
    "fault",
    [no_price, no_plan, no_meter, broken_spec, no_zone, no_customer, charged_already],
    ids=lambda fault: str(fault.__name__),
)
def test_it_alone_is_held(stage: Stage, fault: Callable[[Stage, UUID], None]) -> None:
    fine = [stage.agree(item("duo")) for _ in range(4)]
    broken = stage.agree(item("metered" if fault is no_meter else "solo"))
    fine += [stage.agree(item("secs")) for _ in range(3)]
    fault(stage, broken)
    stage.to(BEGUN)
    (held,) = stage.engine.billing.subscriptions.list(stage.seller, held=True)
    assert (held.id, bool(held.held_reason)) == (broken, True)
    assert [stage.get(each).next_period for each in fine] == [2] * 7
    assert stage.unfinished() == []


def test_a_change_that_cannot_be_read_fails_alone(stage: Stage) -> None:
    fine, broken = stage.agree(item("duo")), stage.agree(item("solo"))
    for each in (fine, broken):
        stage.change(each, ChangeItem(item_id=stage.item(each).id, quantity=2), "period_end")
    (waiting,) = stage.engine.billing.subscriptions.scheduled(stage.seller, broken)
    plant(stage, CHANGES, CHANGES.c.id == waiting.id, data={"quantity": "two"})
    stage.to(BEGUN)
    failed = stage.run(lambda tx: tx.billing.subscription_changes.get(waiting.id))
    assert (failed.status, bool(failed.reason)) == (ChangeStatus.FAILED, True)
    assert (stage.item(fine).quantity, stage.item(broken).quantity) == (2, 1)
    assert (stage.get(fine).next_period, stage.get(broken).next_period) == (2, 2)
    stage.check()


def test_a_hold_that_was_mended_is_caught_up(stage: Stage) -> None:
    broken = stage.agree(item("solo"))
    no_price(stage, broken)
    stage.to(date(2026, 4, 10), step_days=9)
    plant(stage, SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == broken, cycle="monthly")
    stage.engine.billing.subscriptions.release_hold(stage.seller, broken)
    stage.to(date(2026, 4, 11))
    charges: list[Charge] = [each for each in stage.charges(broken) if each.kind is ChargeKind.RECURRING]
    assert len(charges) == 3
    stage.check()
