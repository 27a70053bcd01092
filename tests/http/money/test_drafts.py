"""Drafts over HTTP: written, merged, split, and issued as they were read."""

from __future__ import annotations

from typing import Any

import pytest
from tests.http.money.desk import Desk, body, euro, pointers

DRAFT = "/drafts/{draft}"
ADVICE = {"description": "Advice", "quantity": "2", "unit_price": "45.5"}


def draft(desk: Desk, *lines: Any, **more: Any) -> Any:
    new = {"customer": desk.customer, "lines": list(lines) or [ADVICE], **more}
    return desk.do(desk.staff, "POST", "/drafts", new)


def test_a_draft_is_written_previewed_and_issued(desk: Desk) -> None:
    first = draft(desk, note="Thank you", discount={"reason": "For a friend", "percent": "10"})
    assert first == desk.get(desk.staff, DRAFT, draft=first["id"])
    at = {"draft": first["id"]}
    edited = desk.do(desk.staff, "PATCH", DRAFT, {"note": "Thanks", "discount": None}, version=1, **at)
    assert (edited["note"], edited["discount"], edited["lines"], edited["version"]) == (
        "Thanks",
        None,
        first["lines"],
        2,
    )
    preview = desk.get(desk.staff, f"{DRAFT}/preview", **at)
    issued = desk.do(desk.staff, "POST", f"{DRAFT}/issue", version=2, **at)
    assert (preview["total"], preview["net"]) == (issued["total"], issued["net"])
    assert issued["total"] == euro("91.00")
    assert issued["id"] == first["id"].replace("dft_", "inv_")
    for method, template in (("GET", DRAFT), ("DELETE", DRAFT), ("PATCH", DRAFT), ("POST", f"{DRAFT}/issue")):
        data = {"note": "x"} if method == "PATCH" else None
        late = desk.ask(desk.staff, method, template, data, version=2, **at)
        assert late.status == 409, method
    assert desk.market.violations() == []


def test_what_another_wrote_is_not_written_over(desk: Desk) -> None:
    at = {"draft": draft(desk)["id"]}
    desk.do(desk.staff, "PATCH", DRAFT, {"note": "mine"}, version=1, **at)
    for method, template, data in (
        ("PATCH", DRAFT, {"note": "yours"}),
        ("DELETE", DRAFT, None),
        ("POST", f"{DRAFT}/issue", None),
        ("POST", f"{DRAFT}/split", {"lines": ["lin_" + "0" * 32]}),
    ):
        assert desk.ask(desk.staff, method, template, data, **at).status == 428
        assert desk.ask(desk.staff, method, template, data, version=1, **at).status == 412
    assert desk.get(desk.staff, DRAFT, **at)["note"] == "mine"


def test_every_fault_of_a_draft_is_told_at_its_place(desk: Desk) -> None:
    numbers = [{**ADVICE, "unit_price": "1.00001"}, {**ADVICE, "quantity": "0"}]
    refused = desk.ask(desk.staff, "POST", "/drafts", {"customer": desk.customer, "lines": numbers})
    assert (refused.status, pointers(refused)) == (422, {"/lines/0/unit_price", "/lines/1/quantity"})
    lines = [
        {**ADVICE, "period_start": "2026-01-01"},
        {**ADVICE, "discount": {"reason": "x", "amount": "0.001"}},
        {**ADVICE, "description": "4242 4242 4242 4242"},
    ]
    refused = desk.ask(desk.staff, "POST", "/drafts", {"customer": desk.customer, "lines": lines, "note": "a\x00"})
    wanted = {"/lines/0/period_end", "/lines/1/discount/amount", "/lines/2/description", "/note"}
    assert (refused.status, pointers(refused)) == (422, wanted)
    assert b"4242" not in refused.body


@pytest.mark.parametrize(
    "change",
    [
        {"total": "1.00"},
        {"status": "paid"},
        {"currency": "USD"},
        {"version": 7},
        {"lines": [{**ADVICE, "amount": "1.00"}]},
        {"lines": [{**ADVICE, "unit_price": 45.5}]},
        {"lines": [{**ADVICE, "unit_price": "NaN"}]},
        {"lines": [{**ADVICE, "unit_price": "-1"}]},
        {"lines": [{**ADVICE, "quantity": "1e3"}]},
        {"lines": [{**ADVICE, "id": "inv_" + "0" * 32}]},
        {"lines": [{**ADVICE, "id": "lin_" + "0" * 32}]},
        {"lines": [{**ADVICE, "tax_class": "\ud800"}]},
        {"due_on": "tomorrow"},
    ],
)
def test_a_draft_takes_what_is_asked_for_and_no_more(desk: Desk, change: dict[str, Any]) -> None:
    new = {"customer": desk.customer, "lines": [ADVICE], **change}
    assert desk.ask(desk.staff, "POST", "/drafts", new).status == 422


def test_a_draft_keeps_its_own_lines_and_takes_no_others(desk: Desk) -> None:
    mine, other = draft(desk), draft(desk)
    at, kept = {"draft": mine["id"]}, [{**ADVICE, "id": mine["lines"][0]["id"], "quantity": "2"}, ADVICE]
    edited = desk.do(desk.staff, "PATCH", DRAFT, {"lines": kept}, version=1, **at)
    assert edited["lines"][0]["id"] == mine["lines"][0]["id"]
    foreign = {"lines": [kept[0], {**ADVICE, "id": other["lines"][0]["id"]}]}
    refused = desk.ask(desk.staff, "PATCH", DRAFT, foreign, version=2, **at)
    assert (refused.status, pointers(refused)) == (422, {"/lines/1/id"})


def test_a_tax_class_that_nobody_knows_is_no_fault_of_ours(desk: Desk) -> None:
    first = draft(desk, {**ADVICE, "tax_class": "unheard-of"})
    issued = desk.ask(desk.staff, "POST", f"{DRAFT}/issue", version=1, draft=first["id"])
    assert issued.status < 500, issued.body


def test_drafts_are_merged_split_and_thrown_away(desk: Desk) -> None:
    first, second = draft(desk), draft(desk, {**ADVICE, "description": "More advice"})
    whole = desk.do(desk.staff, "POST", "/drafts/merge", {"drafts": [first["id"], second["id"]]})
    assert (whole["id"], len(whole["lines"])) == (first["id"], 2)
    assert desk.ask(desk.staff, "GET", DRAFT, draft=second["id"]).status == 404
    at = {"draft": whole["id"]}
    wanted = {"lines": [whole["lines"][1]["id"]]}
    parts = desk.do(desk.staff, "POST", f"{DRAFT}/split", wanted, version=whole["version"], **at)
    assert [len(parts[name]["lines"]) for name in ("kept", "split")] == [1, 1]
    desk.do(desk.staff, "DELETE", DRAFT, version=parts["kept"]["version"], **at)
    left = desk.get(desk.staff, "/drafts", f"customer={desk.customer}")["items"]
    assert [each["id"] for each in left] == [parts["split"]["id"]]
    assert body(desk.ask(desk.staff, "GET", DRAFT, **at))["code"] == "not-found"


def test_a_draft_without_lines_is_no_invoice(desk: Desk) -> None:
    empty = desk.do(desk.staff, "POST", "/drafts", {"customer": desk.customer})
    for method, template in (("GET", f"{DRAFT}/preview"), ("POST", f"{DRAFT}/issue")):
        refused = desk.ask(desk.staff, method, template, version=1, draft=empty["id"])
        assert (refused.status, pointers(refused)) == (422, {"/lines"})


def test_drafts_are_listed_both_ways(desk: Desk) -> None:
    ids = [draft(desk)["id"] for _ in range(3)]
    for sort, wanted in (("created", ids), ("-created", ids[::-1])):
        page = desk.get(desk.staff, "/drafts", f"limit=2&sort={sort}")
        rest = desk.get(desk.staff, "/drafts", f"limit=2&sort={sort}&after={page['next']}")
        assert [each["id"] for each in (*page["items"], *rest["items"])] == wanted
