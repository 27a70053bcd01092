"""The extension: its settings, when it opens the engine, its commands, and the session of Flask-SQLAlchemy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import flask
import pytest
from flask_sqlalchemy import SQLAlchemy
from tests.billing.market import Market

from larabill_billing.customers.model import NewCustomer
from larabill_core.errors import ConfigurationError, InvalidInput
from larabill_core.keyring import KeyRing
from larabill_flask import Larabill
from larabill_sqlalchemy.databases import open_database


@pytest.fixture
def manifest(tmp_path: Path) -> dict[str, Any]:
    KeyRing.generate_file(tmp_path / "keys")
    return {
        "larabill": {
            "database": f"sqlite:///{tmp_path / 'shop.db'}",
            "keys": str(tmp_path / "keys"),
            "modules": ["billing"],
        },
        "billing": {"seller": {"name": "Shop", "country": "DE", "currency": "EUR"}},
    }


def new_app(**config: Any) -> flask.Flask:
    app = flask.Flask("shop")
    app.config.update(config)
    return app


def test_faults_of_the_settings_are_told_at_once() -> None:
    app = new_app(LARABILL_URL_PREFIX="billing/", LARABILL_CONFI="shop.toml", LARABILL_DEBUG=True)
    with pytest.raises(ConfigurationError) as caught:
        Larabill(app)
    assert [fault.path for fault in caught.value.faults] == ["LARABILL_CONFI", "LARABILL_DEBUG", "LARABILL_URL_PREFIX"]


def test_a_missing_and_a_faulty_manifest_are_told_at_the_start(manifest: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="LARABILL_CONFIG: is missing"):
        Larabill(new_app())
    with pytest.raises(ConfigurationError, match="nonsense"):
        Larabill(new_app(LARABILL_CONFIG={**manifest, "nonsense": {}}))


def test_the_commands_make_the_tables_for_an_application_that_has_none_yet(manifest: dict[str, Any]) -> None:
    app = new_app(LARABILL_CONFIG=manifest)
    larabill = Larabill(app)
    runner = app.test_cli_runner()
    early = runner.invoke(args=["larabill", "jobs", "list"])
    assert (early.exit_code, "larabill migrate" in early.stderr) == (
        2,
        True,
    )
    assert runner.invoke(args=["larabill", "migrate"]).exit_code == 0
    listed = runner.invoke(args=["larabill", "modules", "list", "--json"])
    assert (listed.exit_code, "billing" in listed.stdout) == (0, True)
    with app.app_context():
        assert larabill.engine is larabill.engine
        assert larabill.engine.billing.sellers.list()[0].name == "Shop"
    assert app.test_client().get("/billing/invoices").status_code == 401


def test_the_commands_work_on_the_engine_that_was_given(market: Market) -> None:
    app = new_app()
    Larabill(app, market.engine)
    market.place()
    result = app.test_cli_runner().invoke(args=["larabill", "run-due", "--json"])
    assert result.exit_code == 0, result.stderr
    assert app.test_cli_runner().invoke(args=["larabill", "doctor"]).exit_code == 2


def test_one_extension_serves_several_applications(manifest: dict[str, Any], tmp_path: Path) -> None:
    larabill = Larabill()
    names = []
    for name in ("one", "two"):
        own = {**manifest["larabill"], "database": f"sqlite:///{tmp_path / name}.db"}
        app = new_app(LARABILL_CONFIG={**manifest, "larabill": own})
        larabill.init_app(app)
        app.test_cli_runner().invoke(args=["larabill", "migrate"])
        with app.app_context():
            names.append(larabill.engine.manifest.basics.database)
    assert names == [f"sqlite:///{tmp_path / name}.db" for name in ("one", "two")]


NEW = NewCustomer(name="Bea", email="bea@example.com", country="DE")


@pytest.fixture
def shop(market: Market, database_url: str) -> Any:
    """The host's model beside LaraBill's tables, in one database; `shop(work)` runs it in the application."""
    app = new_app(SQLALCHEMY_DATABASE_URI=open_database(database_url).url)
    db = SQLAlchemy(app)

    class Account(db.Model):  # type: ignore[name-defined]
        id = db.Column(db.Integer, primary_key=True)
        email = db.Column(db.String(50))

    larabill = Larabill(app, market.engine)
    with app.app_context():
        db.create_all()

    def run(work: Any) -> list[str]:
        with app.app_context():
            work(db, Account, larabill.joined(db.session))
        with app.app_context():
            return [account.email for account in db.session.query(Account)]

    yield run
    with app.app_context():
        db.drop_all()
        db.engine.dispose()


def emails(market: Market) -> list[str]:
    return [customer.email for customer in market.engine.billing.customers.list(market.seller)]


def test_the_hosts_commit_keeps_both(shop: Any, market: Market) -> None:
    def sign_up(db: Any, account: Any, larabill: Any) -> None:
        db.session.add(account(email="bea@example.com"))
        larabill.billing.customers.create(market.seller, NEW)
        db.session.commit()

    assert shop(sign_up) == ["bea@example.com"]
    assert emails(market) == ["ada@example.com", "bea@example.com"]


@pytest.mark.parametrize("flushed", [True, False])
def test_the_hosts_rollback_keeps_nothing(shop: Any, market: Market, flushed: bool) -> None:
    def sign_up(db: Any, account: Any, larabill: Any) -> None:
        db.session.add(account(email="bea@example.com"))
        if flushed:
            db.session.flush()
        larabill.billing.customers.create(market.seller, NEW)
        db.session.rollback()

    assert shop(sign_up) == []
    assert emails(market) == ["ada@example.com"]


def test_an_end_of_the_request_without_a_commit_keeps_nothing(shop: Any, market: Market) -> None:
    assert shop(lambda db, account, larabill: larabill.billing.customers.create(market.seller, NEW)) == []
    assert emails(market) == ["ada@example.com"]


def test_our_error_leaves_the_hosts_rows_to_the_host(shop: Any, market: Market) -> None:
    def sign_up(db: Any, account: Any, larabill: Any) -> None:
        db.session.add(account(email="bea@example.com"))
        db.session.flush()
        with pytest.raises(InvalidInput):
            larabill.billing.orders.place(market.seller, {"nothing": "right"})
        with pytest.raises(InvalidInput):
            larabill.billing.customers.create(market.seller, NewCustomer(name="", email="no", country="XX"))
        db.session.commit()

    assert shop(sign_up) == ["bea@example.com"]
    assert emails(market) == ["ada@example.com"]
