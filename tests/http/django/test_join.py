"""Inside Django's `atomic()`: both rows or none, on every database, whatever Django registered on its connection."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction
from django.test import override_settings
from tests.billing.market import Market
from tests.databases import KINDS

from larabill_billing.customers.model import NewCustomer
from larabill_billing.orders.model import Order
from larabill_core.errors import ConcurrencyError, ConfigurationError, Conflict, InvalidInput
from larabill_django import engine, joined


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Joining is tested on every database, always."""
    return str(request.param)


def groups() -> list[str]:
    return list(Group.objects.order_by("name").values_list("name", flat=True))


def orders(project: Market) -> int:
    return len(project.engine.billing.orders.list(project.seller))


def order(project: Market) -> Order:
    placed: Order = joined().billing.orders.place(project.seller, project.wanted())
    return placed


def test_the_host_rolls_back_and_nothing_of_ours_is_left(project: Market) -> None:
    class Refused(Exception):
        pass

    for host_goes_first in (True, False):
        with pytest.raises(Refused), transaction.atomic():
            if host_goes_first:
                Group.objects.create(name="host")
            order(project)
            raise Refused
    assert (groups(), orders(project)) == ([], 0)


def test_the_host_commits_and_both_are_there(project: Market) -> None:
    """What is read in between is the same as later: dates, instants, amounts and ids as they were written."""
    with transaction.atomic():
        Group.objects.create(name="host")
        placed = order(project)
        within = joined().billing.orders.get(project.seller, placed.id)
        invoices = joined().billing.invoices.list(project.seller)
    assert (groups(), orders(project)) == (["host"], 1)
    assert within == project.order(placed)
    assert invoices == project.invoices()


@pytest.mark.parametrize("use_tz", [True, False])
def test_times_are_the_same_whatever_use_tz_says(project: Market, use_tz: bool) -> None:
    """With USE_TZ off, Django has PostgreSQL give local times; LaraBill's instants stay what they are."""
    with override_settings(USE_TZ=use_tz):
        connection.close()
        with transaction.atomic():
            new = NewCustomer(name="Bo", email="bo@example.com", country="DE")
            made = joined().billing.customers.create(project.seller, new)
            assert joined().billing.customers.get(project.seller, made.id) == made
        assert project.engine.billing.customers.get(project.seller, made.id) == made
    connection.close()


def test_our_error_leaves_the_hosts_rows_to_the_host(project: Market) -> None:
    with transaction.atomic():
        Group.objects.create(name="before")
        with pytest.raises(InvalidInput):
            joined().billing.customers.create(project.seller, NewCustomer(name="", email="x", country="DE"))

        def fails(tx: Any) -> None:
            tx.publish()
            raise Conflict("this", "is not possible")

        with pytest.raises(Conflict):
            joined().run(fails, seller=project.seller)
        Group.objects.create(name="after")
        order(project)
    assert (groups(), orders(project)) == (["after", "before"], 1)


def test_an_inner_block_of_the_host_takes_ours_with_it(project: Market) -> None:
    with transaction.atomic():
        Group.objects.create(name="outer")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            order(project)
            raise ZeroDivisionError
    assert (groups(), orders(project)) == (["outer"], 0)


def test_several_calls_of_one_joined_engine_are_one_transaction(project: Market) -> None:
    with transaction.atomic():
        shop = joined()
        for _ in range(2):
            shop.billing.orders.place(project.seller, project.wanted())
    assert orders(project) == 2


def test_it_works_inside_atomic_only_and_ends_with_it(project: Market) -> None:
    with pytest.raises(transaction.TransactionManagementError, match="atomic"):
        joined()
    with transaction.atomic():
        shop = joined()
    with pytest.raises(transaction.TransactionManagementError, match="call joined"):
        shop.billing.orders.list(project.seller)


def test_another_database_is_refused(project: Market) -> None:
    with pytest.raises(ConfigurationError, match="LARABILL"):
        joined("other")


def test_settings_of_the_connection_that_do_not_fit_are_refused(project: Market, database_kind: str) -> None:
    with transaction.atomic():
        if database_kind == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA recursive_triggers = OFF")
        else:
            connection.isolation_level = None
        with pytest.raises(ConfigurationError, match=r"recursive_triggers|isolation_level"):
            joined()


def test_workers_are_woken_after_the_hosts_commit_and_never_before(project: Market) -> None:
    rung: list[bool] = []
    engine().on_wake(lambda: rung.append(connection.in_atomic_block))
    with transaction.atomic():
        order(project)
        assert rung == []
    assert rung
    assert not any(rung)
    rung.clear()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        order(project)
        raise ZeroDivisionError
    assert rung == []


def lock_two(tx: Any, first: str, second: str, between: Callable[[], None]) -> None:
    """Two rows of ours in this order."""
    for name in (first, second):
        tx.connection.exec_driver_sql(f"UPDATE auth_group SET name = name WHERE name = '{name}'")
        if name == first:
            between()


@pytest.mark.parametrize("caught", [False, True])
def test_after_a_deadlock_the_host_never_commits_half(project: Market, database_kind: str, caught: bool) -> None:
    """MariaDB rolls back all that lies under our savepoint: even a host that catches the error commits nothing.

    PostgreSQL goes on from the savepoint, so what the host has done is whole. SQLite's writers wait at their beginning.
    """
    if database_kind == "sqlite":
        return
    for name in ("a", "b", *(f"x {number}" for number in range(40))):
        Group.objects.create(name=name)
    barrier = threading.Barrier(2)

    def theirs() -> None:
        """Many rows changed, apart from the host's: MariaDB then takes the other one. PostgreSQL takes who waits longest."""

        def both(tx: Any) -> None:
            tx.connection.exec_driver_sql("UPDATE auth_group SET name = concat(name, '!') WHERE name LIKE 'x %%'")
            lock_two(tx, "b", "a", lambda: barrier.wait(timeout=20))

        with contextlib.suppress(threading.BrokenBarrierError, ConcurrencyError):
            project.run(both)

    other = threading.Thread(target=theirs)
    other.start()
    raised = ""
    try:
        with transaction.atomic():
            Group.objects.create(name="host")
            if caught:
                try:
                    joined().run(lambda tx: lock_two(tx, "a", "b", lambda: barrier.wait(timeout=20)))
                except ConcurrencyError:
                    raised = "caught"
                    Group.objects.create(name="later")
            else:
                joined().run(lambda tx: lock_two(tx, "a", "b", lambda: barrier.wait(timeout=20)))
    except (ConcurrencyError, DatabaseError, threading.BrokenBarrierError) as problem:
        raised = type(problem).__name__
    other.join()
    if database_kind == "mariadb":
        assert raised == ("TransactionManagementError" if caught else "ConcurrencyError")
        assert {"host", "later"}.isdisjoint(groups())
    else:
        assert ("host" in groups()) == (raised in ("", "caught"))
