"""A Django project on the test's database. Settings are one for the process: tests put back what they change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.http.django import project as host

host.configure()

import sqlalchemy as sa  # noqa: E402
from django.apps import apps  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.test import override_settings  # noqa: E402
from tests.billing.market import CATALOG, Market  # noqa: E402
from tests.conftest import OpenTestEngine  # noqa: E402

from larabill_billing.catalog.loader import parse_catalog  # noqa: E402
from larabill_billing.customers.model import NewCustomer  # noqa: E402
from larabill_billing.module import MODULE as BILLING  # noqa: E402
from larabill_core.testing.clock import ManualClock  # noqa: E402
from larabill_django import opening  # noqa: E402
from larabill_drivers.registry import load_infos  # noqa: E402
from larabill_provisioning.module import MODULE as PROVISIONING  # noqa: E402


def alias_of(url: str) -> dict[str, Any]:
    """A test's database as Django has it."""
    found = sa.make_url(url)
    kind = found.get_backend_name()
    options: dict[str, Any] = {"transaction_mode": "IMMEDIATE"} if kind == "sqlite" else {}
    return {
        "ENGINE": f"django.db.backends.{ {'sqlite': 'sqlite3', 'mariadb': 'mysql'}.get(kind, kind) }",
        "NAME": found.database,
        "USER": found.username or "",
        "PASSWORD": found.password or "",
        "HOST": found.host or "",
        "PORT": found.port or "",
        "OPTIONS": options,
    }


def use_database(url: str) -> None:
    """Put it under the alias `default`."""
    given = alias_of(url)
    for alias in connections:
        connections[alias].close()
        delattr(connections._connections, alias)
    connections.settings["default"] = connections.configure_settings({"default": given})["default"]


def forget() -> None:
    """Close what the project has opened."""
    for each in opening._process.opened.values():
        each.close()
    opening._process.opened.clear()
    connections.close_all()


@pytest.fixture
def settings(keys: Path, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """`LARABILL` of this test, to be changed."""
    basics = {**host.LARABILL["larabill"], "keys": str(keys), "documents": str(tmp_path / "documents")}
    given = {**host.LARABILL, "larabill": basics}
    with override_settings(LARABILL=given):
        yield given


@pytest.fixture
def project(
    database_url: str, open_test_engine: OpenTestEngine, settings: dict[str, Any], clock: ManualClock
) -> Iterator[Market]:
    """The project with a seller, a catalogue and a customer; the tables of both are made."""
    drivers = {"pay": {"driver": "fake_gateway", "world": ":memory:django"}, "box": {"driver": "fake"}}
    plans = [{"plan": "web", "account": "box", "provider_plan": "small"}]
    tables = {"drivers": drivers, "provisioning": {"plans": plans}, "billing": host.LARABILL["billing"]}
    settings.update(tables)
    open_test_engine(BILLING, PROVISIONING, drivers=load_infos(), settings=tables)
    use_database(database_url)
    make_tables()
    engine = opening.engine()
    billing = engine.billing
    seller = billing.default_seller()
    billing.catalog.load(seller, parse_catalog(CATALOG))
    engine.provisioning.plans.sync(seller)
    customer = billing.customers.create(seller, NewCustomer(name="Ada", email="ada@example.com", country="DE"))
    yield Market(engine=engine, clock=clock, seller=seller, customer=customer.id)
    forget()


def make_tables() -> None:
    """The tables of Django's own applications, where they do not stand yet: faster than its migrations."""
    there = connection.introspection.table_names()
    with connection.schema_editor() as editor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.managed and model._meta.db_table not in there and not model._meta.auto_created:
                editor.create_model(model)


@pytest.fixture
def empty_project(new_database_url: str, settings: dict[str, Any]) -> Iterator[Callable[..., None]]:
    """The project on a database without tables; `empty_project("migrate")` calls a command of its `manage.py`."""
    from django.core.management import call_command

    use_database(new_database_url)
    yield lambda *words, **more: call_command(*words, **{"verbosity": 0, **more})
    forget()
