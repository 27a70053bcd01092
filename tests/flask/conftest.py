"""A Flask application with a market's engine in it, and people who log in, or are known by a token."""

from __future__ import annotations

from collections.abc import Callable

import flask
import pytest
from flask.testing import FlaskClient
from tests.billing.market import Market, open_market
from tests.flask import echo

from larabill_core.access import Actor
from larabill_flask import Larabill

__all__ = ["app", "client", "market", "open_market"]


def actor_of(market: Market, user: str | None) -> Actor | None:
    match user:
        case "ada":
            ids = {"seller_id": market.seller, "customer_id": market.customer}
            return Actor(kind="customer", id="ada", roles=("customer",), **ids)
        case "clerk":
            return Actor(kind="staff", id="clerk", roles=("operator",), seller_id=market.seller)
    return None


def make_app(market: Market, larabill: Larabill) -> flask.Flask:
    app = flask.Flask("shop")
    app.config["SECRET_KEY"] = "for tests"

    @app.post("/login")
    def login() -> str:
        flask.session["user"] = "ada"
        return "welcome"

    @larabill.principal
    def who(request: flask.Request) -> Actor | None:
        token = request.authorization.token if request.authorization else None
        return actor_of(market, token or flask.session.get("user"))

    larabill.init_app(app)
    return app


@pytest.fixture
def market(open_market: Callable[..., Market]) -> Market:
    return open_market(provisioning=echo.MODULE)


@pytest.fixture
def app(market: Market) -> flask.Flask:
    return make_app(market, Larabill(engine=market.engine))


@pytest.fixture
def client(app: flask.Flask) -> FlaskClient:
    return app.test_client()
