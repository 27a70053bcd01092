"""Inside Django's `atomic()`, whatever Django has registered on its connection; tests/http/joining has the contract."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction
from django.test import override_settings
from tests.billing.market import Market
from tests.databases import KINDS

from larabill_billing.customers.model import NewCustomer
from larabill_billing.orders.model import Order
from larabill_core.errors import ConcurrencyError, ConfigurationError
from larabill_django import joined

pytestmark = pytest.mark.parametrize("database_kind", KINDS, indirect=True)


def groups() -> list[str]:
    return list(Group.objects.order_by("name").values_list("name", flat=True))


def orders(project: Market) -> int:
    return len(project.engine.billing.orders.list(project.seller))


def order(project: Market) -> Order:
    placed: Order = joined().billing.orders.place(project.seller, project.wanted())
    return placed


def test_what_is_read_in_between_is_the_same_as_later(project: Market) -> None:
    """Dates, instants, amounts and ids as they were written."""
    with transaction.atomic():
        placed = order(project)
        within = joined().billing.orders.get(project.seller, placed.id)
        invoices = joined().billing.invoices.list(project.seller)
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


def test_an_inner_block_of_the_host_takes_ours_with_it(project: Market) -> None:
    with transaction.atomic():
        Group.objects.create(name="outer")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            order(project)
            raise ZeroDivisionError
    assert (groups(), orders(project)) == (["outer"], 0)


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


def lock_two(tx: Any, first: str, second: str, locked: dict[str, threading.Event]) -> None:
    """Two rows in this order, the second one once somebody else has it."""
    for name in (first, second):
        tx.connection.exec_driver_sql(f"UPDATE auth_group SET name = name WHERE name = '{name}'")
        locked[name].set()
        assert locked[second].wait(timeout=20)


def test_after_sqlite_has_given_up_the_transaction_the_host_never_commits_half(
    project: Market, database_kind: str
) -> None:
    """As it does when the disk is full."""
    if database_kind != "sqlite":
        pytest.skip("SQLite alone does so without an error of its own kind")

    def lose(tx: Any) -> None:
        tx.connection.exec_driver_sql(
            "INSERT OR ROLLBACK INTO auth_group (id, name) SELECT id, 'twice' FROM auth_group"
        )

    with pytest.raises(transaction.TransactionManagementError), transaction.atomic():
        Group.objects.create(name="host")
        with pytest.raises(ConcurrencyError):
            joined().run(lose)
        Group.objects.create(name="later")
    assert groups() == []


@pytest.mark.parametrize("caught", [False, True])
def test_after_a_deadlock_the_host_never_commits_half(project: Market, database_kind: str, caught: bool) -> None:
    """MariaDB rolls back all that lies under our savepoint: even a host that catches the error commits nothing.

    PostgreSQL goes on from the savepoint, so what the host has done is whole.
    """
    if database_kind == "sqlite":
        pytest.skip("a writer waits at its beginning")
    for name in ("a", "b", *(f"x {number}" for number in range(40))):
        Group.objects.create(name=name)
    locked = {"a": threading.Event(), "b": threading.Event()}

    def theirs() -> None:
        """Many rows changed, apart from the host's, so that MariaDB takes the other one. PostgreSQL takes either."""

        def both(tx: Any) -> None:
            tx.connection.exec_driver_sql("UPDATE auth_group SET name = concat(name, '!') WHERE name LIKE 'x %%'")
            lock_two(tx, "b", "a", locked)

        project.run(both)

    other = threading.Thread(target=theirs)
    other.start()
    raised = ""
    try:
        with transaction.atomic():
            Group.objects.create(name="host")
            if caught:
                try:
                    joined().run(lambda tx: lock_two(tx, "a", "b", locked))
                except ConcurrencyError:
                    raised = "caught"
                    Group.objects.create(name="later")
            else:
                joined().run(lambda tx: lock_two(tx, "a", "b", locked))
    except (ConcurrencyError, DatabaseError) as problem:
        raised = type(problem).__name__
    other.join()
    if database_kind == "mariadb":
        assert raised == ("TransactionManagementError" if caught else "ConcurrencyError")
        assert {"host", "later"}.isdisjoint(groups())
    else:
        assert ("host" in groups()) == (raised in ("", "caught"))
