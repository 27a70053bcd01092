"""A customer's way through the shop."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parents[1]))
from shop import make_shop

from larabill_core.verify import Violation

ADA = {"email": "ada@example.com", "password": "correct horse"}


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop that was opened once, with its tables and plans."""
    folder = tmp_path_factory.mktemp("made")
    with TestClient(make_shop(folder, worker=False)):
        return folder


@pytest.fixture
def client(made: Path, tmp_path: Path) -> Iterator[TestClient]:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    with TestClient(make_shop(tmp_path, worker=False)) as client:
        yield client


def work(client: TestClient) -> None:
    """What the worker does, at once."""
    client.app.state.engine.run_due()  # type: ignore[attr-defined]


def sign_up(client: TestClient, **more: str) -> None:
    assert client.post("/api/signup", json={**ADA, **more}).status_code == 204


def order(client: TestClient) -> Any:
    new = {"order": str(uuid4()), "plan": "web-s", "domain": "ada.example"}
    assert [client.post("/api/orders", json=new).status_code for _ in range(2)] == [204, 204]
    (invoice,) = client.get("/billing/invoices").json()["items"]
    return invoice


def test_from_signing_up_to_cancelling(client: TestClient) -> None:
    sign_up(client)
    invoice = order(client)
    assert (invoice["total"], invoice["status"]) == ({"amount": "4.90", "currency": "EUR"}, "issued")
    assert client.get("/api/services").json()[0]["status"] == "pending"

    assert client.post(f"/api/invoices/{invoice['id']}/pay", json={"token": "pm_ok"}).status_code == 204
    work(client)
    (service,) = client.get("/api/services").json()
    assert (service["status"], service["domain"], service["ends"]) == ("active", "ada.example", None)
    assert client.get("/billing/invoices").json()["items"][0]["status"] == "paid"
    assert "Small Hosting Ltd" in client.get(f"/billing/invoices/{invoice['id']}/document").text

    assert client.post(f"/api/services/{service['id']}/cancel", json={}).status_code == 204
    assert client.get("/api/services").json()[0]["ends"] is not None


def test_a_declined_card_leaves_the_invoice_open(client: TestClient) -> None:
    sign_up(client)
    pay = f"/api/invoices/{order(client)['id']}/pay"
    assert client.post(pay, json={"token": "pm_declined"}).status_code == 204
    work(client)
    assert client.get("/billing/invoices").json()["items"][0]["status"] == "issued"
    assert client.post(pay, json={"token": "pm_ok"}).status_code == 204
    work(client)
    assert client.get("/api/services").json()[0]["status"] == "active"


def test_nobody_sees_or_touches_what_is_anothers(client: TestClient) -> None:
    sign_up(client)
    invoice = order(client)
    client.post(f"/api/invoices/{invoice['id']}/pay", json={"token": "pm_ok"})
    work(client)
    (service,) = client.get("/api/services").json()
    client.cookies.clear()
    assert [client.get(path).status_code for path in ("/api/services", "/billing/invoices")] == [401, 401]
    sign_up(client, email="eve@example.com")
    assert client.get("/api/services").json() == client.get("/billing/invoices").json()["items"] == []
    assert client.get(f"/billing/invoices/{invoice['id']}").status_code == 404
    assert client.post(f"/api/invoices/{invoice['id']}/pay", json={"token": "pm_ok"}).status_code == 404
    assert client.post(f"/api/services/{service['id']}/cancel", json={}).status_code == 404


def test_an_account_is_made_once_and_its_password_is_asked_for(client: TestClient) -> None:
    sign_up(client)
    assert client.post("/api/signup", json=ADA).status_code == 400
    assert client.post("/api/login", json={**ADA, "password": "wrong horse"}).status_code == 400
    assert client.post("/api/login", json={**ADA, "email": "ADA@example.com"}).status_code == 204


def test_what_does_not_fit_is_refused_with_its_reason(client: TestClient) -> None:
    sign_up(client)
    wrong = client.post("/api/orders", json={"order": str(uuid4()), "plan": "web-xxl", "domain": "a.example"})
    assert wrong.status_code == 422 and "plan_code" in wrong.json()["detail"]
    assert client.post("/api/signup", json={**ADA, "password": "short"}).status_code == 422


def test_the_page_and_both_documents_are_there(client: TestClient) -> None:
    assert "Small Hosting" in client.get("/").text
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/api/orders", "/billing/invoices"} <= paths.keys()


def test_the_books_are_right_afterwards(client: TestClient) -> None:
    sign_up(client)
    client.post(f"/api/invoices/{order(client)['id']}/pay", json={"token": "pm_ok"})
    work(client)
    engine = client.app.state.engine  # type: ignore[attr-defined]
    assert violations(engine) == []


def violations(engine: Any) -> list[Violation]:
    from larabill_core.module import load_target

    checks = [load_target(target) for module in engine.modules for target in module.verify]
    return engine.run(  # type: ignore[no-any-return]
        lambda tx: [each for check in checks for each in check(tx)], seller=engine.billing.default_seller()
    )
