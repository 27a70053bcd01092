"""A Flask application with Flask-SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import attrs
import flask
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from tests.billing.market import Market
from tests.http.joining.host import CARTS, End, JoiningHost, Step, take

from larabill_flask import Larabill


@attrs.frozen
class FlaskHost:
    client: FlaskClient
    ends_that_keep_nothing: tuple[End, ...] = ("rollback", "nothing")

    def ask(self, *steps: Step, end: End = "commit") -> int:
        return self.client.post("/work", json={"steps": steps, "end": end}).status_code


@contextmanager
def open_flask(market: Market, url: sa.URL) -> Iterator[JoiningHost]:
    app = flask.Flask("shop")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db = SQLAlchemy(app)
    larabill = Larabill(app, market.engine)

    class Cart(db.Model):  # type: ignore[name-defined]
        __tablename__ = CARTS.name
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String(20))

    def add() -> None:
        db.session.add(Cart(name="mine"))

    @app.post("/work")
    def work() -> str:
        asked = flask.request.get_json()
        take(asked["steps"], market, lambda: larabill.joined(db.session), add, db.session.flush)
        match asked["end"]:
            case "commit":
                db.session.commit()
            case "rollback":
                db.session.rollback()
        return "done"

    yield FlaskHost(app.test_client())
    with app.app_context():
        db.engine.dispose()
