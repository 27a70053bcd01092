"""A customer's way through the shop, with Flask's client; the worker's part is done between the pages."""

from __future__ import annotations

import re
import runpy
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from examples.flask_shop.opening import open_shop
from examples.flask_shop.shop import User, create_app, db
from flask import Flask
from flask.testing import FlaskClient

from larabill_core.engine import Engine

ADA = {"name": "Ada", "email": "ada@example.com", "password": "correct horse"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop after its first start."""
    folder = tmp_path_factory.mktemp("shop")
    open_shop(folder)
    return folder


@pytest.fixture
def engine(made: Path, tmp_path: Path) -> Engine:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return open_shop(tmp_path)


@pytest.fixture
def client(engine: Engine) -> Iterator[FlaskClient]:
    app = create_app(engine)
    yield app.test_client()
    with app.app_context():
        db.engine.dispose()


def post(client: FlaskClient, path: str, **form: str) -> str:
    return client.post(path, data=form, follow_redirects=True).text


def path_in(page: str, start: str) -> str:
    found = re.search(rf'action="(/{start}/[0-9a-f-]+)"', page)
    assert found, page
    return found[1]


def test_from_the_order_to_a_running_website_and_its_end(client: FlaskClient, engine: Engine) -> None:
    assert "No website yet" in post(client, "/sign-up", **ADA)
    page = post(client, "/order/web-m", domain="ada.example")
    assert "waits for payment" in page and "9.90 EUR" in page
    page = post(client, path_in(page, "pay"), card="pm_declined")
    assert "being paid" in page and "http-equiv" in page
    engine.run_due()
    page = client.get("/account").text
    assert "card declined" in page and "http-equiv" not in page
    page = post(client, path_in(page, "pay"), card="pm_ok")
    engine.run_due()
    page = client.get("/account").text
    assert re.search(r'badge active">active<', page) and "paid" in page
    invoice = re.search(r'href="(/billing/invoices/inv_[0-9a-f]+/document)"', page)
    assert invoice and "Ada" in client.get(invoice[1]).text
    assert "ends on" in post(client, path_in(page, "cancel"))


def test_the_account_survives_the_log_out(client: FlaskClient) -> None:
    post(client, "/sign-up", **ADA)
    assert "Create an account" in post(client, "/log-out")
    assert "is wrong" in post(client, "/log-in", email=ADA["email"], password="wrong horse")
    assert "No website yet" in post(client, "/log-in", email=ADA["email"], password=ADA["password"])


def test_who_is_not_logged_in_sees_the_plans_only(client: FlaskClient) -> None:
    assert client.get("/account").location == "/"
    assert client.post("/order/web-m", data={"domain": "x.example"}).location == "/"
    assert client.get("/billing/invoices").status_code == 401


def test_a_user_and_a_customer_come_together_or_not_at_all(client: FlaskClient, engine: Engine) -> None:
    seller = engine.billing.default_seller()
    post(client, "/sign-up", **ADA)
    post(client, "/log-out")
    assert "Log in instead" in post(client, "/sign-up", **ADA)
    assert "email" in post(client, "/sign-up", **{**ADA, "email": "no address"})
    assert len(engine.billing.customers.list(seller)) == 1
    with client.application.app_context():
        assert db.session.query(User).count() == 1


def test_what_belongs_to_another_customer_is_not_there(client: FlaskClient) -> None:
    post(client, "/sign-up", **ADA)
    page = post(client, "/order/web-s", domain="ada.example")
    post(client, "/log-out")
    post(client, "/sign-up", name="Bea", email="bea@example.com", password="battery staple")
    assert client.post(path_in(page, "pay"), data={"card": "pm_ok"}).status_code == 404
    invoice = re.search(r'href="(/billing/invoices/inv_[0-9a-f]+/document)"', page)
    assert invoice and client.get(invoice[1]).status_code == 404


def test_a_mistake_is_explained_on_the_page(client: FlaskClient) -> None:
    post(client, "/sign-up", **ADA)
    assert "is not" in post(client, "/order/web-xxl", domain="ada.example")


def test_the_one_command_serves_the_shop_beside_a_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def visited(app: Flask, host: str, port: int) -> None:
        seen.append((host, app.test_client().get("/").status_code, "worker-1" in names()))

    def names() -> set[str]:
        return {thread.name for thread in threading.enumerate()}

    seen: list[tuple[str, int, bool]] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Flask, "run", visited)
    runpy.run_module("examples.flask_shop", run_name="__main__")
    assert seen == [("127.0.0.1", 200, True)]
    assert "worker-1" not in names()
