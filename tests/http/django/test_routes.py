"""Native routes of Django's: its URLs, its 404, its middleware; our answers unchanged."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from openapi_spec_validator import validate
from tests.billing.market import Market

from larabill_core.http.request import LARGEST_BODY


@pytest.fixture
def browser(project: Market) -> Client:
    return Client(enforce_csrf_checks=True)


def as_customer(project: Market) -> dict[str, Any]:
    return {"headers": {"X-Actor": f"customer {project.customer}"}}


def test_a_customer_sees_their_own_invoices(project: Market, browser: Client) -> None:
    project.pay_order()
    found = browser.get("/billing/invoices", **as_customer(project))
    assert (found.status_code, found["Content-Type"]) == (200, "application/json")
    one = found.json()["items"][0]
    assert browser.get(f"/billing/invoices/{one['id']}", **as_customer(project)).json()["total"] == one["total"]


def test_nobody_is_asked_to_log_in(browser: Client) -> None:
    found = browser.get("/billing/invoices")
    assert (found.status_code, found["Content-Type"]) == (401, "application/problem+json")
    assert found.json()["code"] == "unauthenticated"
    assert found["X-Request-Id"].startswith("req_")


def test_what_is_not_ours_is_the_projects(browser: Client) -> None:
    assert browser.get("/").content == b"hello"
    assert browser.get("/billing/no-such-thing").status_code == 404
    assert browser.get("/billing/no-such-thing")["Content-Type"].startswith("text/html")


def test_other_methods_are_answered_by_the_table(project: Market, browser: Client) -> None:
    found = browser.delete("/billing/invoices", **as_customer(project))
    assert (found.status_code, found["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert found.json()["code"] == "method-not-allowed"
    options = browser.options("/billing/invoices")
    assert (options.status_code, options.content, "Content-Type" in options) == (204, b"", False)
    head = browser.head("/billing/invoices", **as_customer(project))
    assert (head.status_code, head.content) == (200, b"")


def test_no_more_than_the_largest_body_is_read(project: Market, browser: Client) -> None:
    found = browser.generic("POST", "/billing/invoices", b"x" * (LARGEST_BODY + 2), **as_customer(project))
    assert found.status_code in (405, 413)


def test_a_document_is_given_as_a_file(project: Market, browser: Client) -> None:
    project.pay_order()
    one = browser.get("/billing/invoices", **as_customer(project)).json()["items"][0]
    found = browser.get(f"/billing/invoices/{one['id']}/document", **as_customer(project))
    assert (found.status_code, found["Content-Disposition"].partition(";")[0]) == (200, "attachment")


def test_the_openapi_document_is_valid_and_has_the_prefix(browser: Client) -> None:
    found = browser.get("/billing/openapi.json")
    document = json.loads(found.content)
    validate(document)
    assert found["Content-Type"] == "application/json"
    assert "/billing/invoices" in document["paths"]
    assert Client().post("/billing/openapi.json").status_code == 405


def test_every_path_of_the_table_has_its_route(project: Market, browser: Client) -> None:
    """The document lists what is mounted: each of its paths reaches our dispatcher, and none the project's 404."""
    for path in browser.get("/billing/openapi.json").json()["paths"]:
        answer = browser.options(path.replace("{", "").replace("}", ""))
        assert (answer.status_code, "OPTIONS" in answer["Allow"]) == (204, True)
