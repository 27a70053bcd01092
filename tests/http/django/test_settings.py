"""What `manage.py check` says of `LARABILL`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connections
from django.test import Client, override_settings
from tests.http.django.conftest import forget, use_database

from larabill_django.databases import alias_url


@pytest.fixture
def file(tmp_path: Path, settings: dict[str, Any]) -> Any:
    use_database(f"sqlite:///{tmp_path / 'db.sqlite3'}")
    yield settings
    forget()


def told() -> list[tuple[str, str]]:
    return [(each.id or "", f"{each.msg}; {each.hint}") for each in run_checks() if (each.id or "").startswith("lara")]


def test_good_settings_have_no_faults(file: dict[str, Any]) -> None:
    assert told() == []


def test_all_faults_are_told_at_once_by_key_path_with_the_nearest_known_key(file: dict[str, Any]) -> None:
    file |= {"PRINCIPEL": "x", "AUTHORIZE": "no.such", "biling": {}, "billing": {"payment_terms": 7}}
    file["larabill"]["rate_limit"] = {}
    found = told()
    assert {id for id, _ in found} == {"larabill.E001"}
    text = "\n".join(message for _, message in found)
    assert "LARABILL.PRINCIPEL: is not known; did you mean PRINCIPAL?" in text
    assert "LARABILL.biling: is not known; did you mean billing?" in text
    assert "LARABILL.AUTHORIZE: names no function (got 'no.such')" in text
    assert "LARABILL.billing.payment_terms: is not known; did you mean payment_terms_days?" in text
    assert "LARABILL.larabill.rate_limit: is not known; did you mean rate_limits?" in text


@pytest.mark.parametrize("given", [None, ["billing"]])
def test_settings_that_are_missing_or_no_dict_are_told(file: dict[str, Any], given: Any) -> None:
    with override_settings(LARABILL=given):
        assert [id for id, _ in told()] == ["larabill.E001"]
        connections["default"].connect()


def test_the_database_is_named_by_its_alias_only(file: dict[str, Any]) -> None:
    file["larabill"]["database"] = "sqlite:///other.db"
    file["DATABASE"] = "billing"
    text = "\n".join(message for _, message in told())
    assert "LARABILL.larabill.database: stands in DATABASES" in text
    assert "LARABILL.DATABASE: is no alias in DATABASES (got 'billing'); known are: default" in text


def test_a_deferred_transaction_of_sqlite_is_warned_of(file: dict[str, Any]) -> None:
    connections["default"].settings_dict["OPTIONS"] = {}
    assert [id for id, _ in told()] == ["larabill.W001"]


def test_without_good_settings_every_route_fails_loudly(file: dict[str, Any]) -> None:
    """Not 404, as if nothing were mounted: `manage.py check` is not run by every server."""
    from django.core.exceptions import ImproperlyConfigured
    from django.urls import path

    from larabill_django.views import refused

    file["biling"] = {}
    with (
        override_settings(ROOT_URLCONF=(path("anything", refused),)),
        pytest.raises(ImproperlyConfigured, match="biling"),
    ):
        Client().get("/anything")


DATABASES = [
    (
        {
            "ENGINE": "django.db.backends.mysql",
            "NAME": "shop",
            "USER": "u",
            "PASSWORD": "p@ss",
            "HOST": "db",
            "PORT": "3307",
        },
        "mysql+pymysql://u:p%40ss@db:3307/shop",
    ),
    (
        {
            "ENGINE": "django.db.backends.mysql",
            "NAME": "shop",
            "HOST": "/run/mysqld.sock",
            "OPTIONS": {"ssl": {"ca": "/ca"}},
        },
        "mysql+pymysql://localhost/shop?ssl_ca=%2Fca&unix_socket=%2Frun%2Fmysqld.sock",
    ),
    (
        {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "shop",
            "HOST": "db",
            "OPTIONS": {"sslmode": "require", "pool": True},
        },
        "postgresql+psycopg://db/shop?sslmode=require",
    ),
    (
        {"ENGINE": "django.db.backends.sqlite3", "NAME": "file:memorydb_default?mode=memory&cache=shared"},
        "sqlite:///file%3Amemorydb_default?cache=shared&mode=memory&uri=true",
    ),
]


@pytest.mark.parametrize(("given", "url"), DATABASES)
def test_an_alias_becomes_the_url_of_our_own_connections(given: dict[str, Any], url: str) -> None:
    kept = connections.settings["default"]
    connections.settings["other"] = connections.configure_settings({"default": kept, "other": given})["other"]
    try:
        assert alias_url("other").render_as_string(hide_password=False) == url
    finally:
        del connections["other"], connections.settings["other"]
