"""The extension: its settings, when it opens the engine, and its commands. Joining stands in `tests/http/joining`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import flask
import pytest
from tests.billing.market import Market

from larabill_core.errors import ConfigurationError
from larabill_core.keyring import KeyRing
from larabill_flask import Larabill


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
