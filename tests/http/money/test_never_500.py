"""Whatever a body or query holds that its schema allows, the answer is no fault of ours (B08, B10, B48)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from enum import Enum
from typing import Any
from urllib.parse import urlencode

import pytest
from msgspec import inspect
from tests.http.money.desk import Desk

from larabill_billing.module import MODULE
from larabill_core.http.endpoint import KIND_PREFIX, Endpoint

AREAS = (
    "bank",
    "credits",
    "disputes",
    "drafts",
    "dunning",
    "invoices",
    "ledger",
    "payment_methods",
    "payments",
    "taxes",
)
ENDPOINTS = [each for each in MODULE.endpoints if each.ability.split(".")[0] in AREAS or each.ability == "reports.read"]
NASTY = ("\x00", "\ud800", "x\ny", "\u202e", "4242 4242 4242 4242", "' OR 1=1", "%_", "\U0001f4a9", "a\u0301", "../..")
DAYS = ("0001-01-01", "9999-12-31", "2026-02-28", "1900-01-01", "2999-12-31")
NUMBERS = ("0", "-0", "-1.00", "0.001", "999999999999999", "999999999999999.999999999999", "-999999999999999", "1\n")


def _texts(kind: inspect.StrType) -> Iterator[str]:
    if kind.pattern is None:
        yield from (text[: kind.max_length] for text in NASTY)
    elif "A-Z" in kind.pattern:
        yield from ("EUR", "XXX", "JPY", "KWD", "ZZZ", "EUR\n")
    elif "_[0-9a-f]{32}" in kind.pattern:
        yield from ("inv_" + "0" * 32, "cus_" + "f" * 32, "pay_" + "0" * 32 + "\n")
    elif r"\.[0-9a-f]" in kind.pattern:
        yield from ("0." + "0" * 32, "9" * 17 + "." + "f" * 32)
    else:
        yield from NUMBERS


def _values(kind: inspect.Type) -> Iterator[Any]:
    """Values that the type allows, for ever."""
    if isinstance(kind, inspect.Metadata):
        return _values(kind.type)
    match kind:
        case inspect.StrType():
            found: list[Any] = list(_texts(kind))
        case inspect.DateType():
            found = list(DAYS)
        case inspect.DateTimeType():
            found = [f"{day}T23:59:59Z" for day in DAYS] + ["2026-01-01T00:00:00+23:59"]
        case inspect.EnumType():
            found = [each.value for each in kind.cls if isinstance(each, Enum)]
        case inspect.LiteralType():
            found = list(kind.values)
        case inspect.BoolType():
            found = [True, False]
        case inspect.IntType():
            found = [kind.ge or 0, kind.le or 1]
        case inspect.NoneType():
            found = [None]
        case inspect.ListType():
            some = _values(kind.item_type)
            found = [[next(some) for _ in range(kind.min_length or 1)] for _ in range(4)]
        case inspect.DictType():
            keys, values = _values(kind.key_type), _values(kind.value_type)
            found = [{next(keys): next(values)} for _ in range(4)]
        case inspect.StructType():
            fields = {each.encode_name: _values(each.type) for each in kind.fields}
            found = [{name: next(value) for name, value in fields.items()} for _ in range(12)]
        case inspect.UnionType():
            choices = [_values(each) for each in kind.types]
            found = [next(values) for _ in range(6) for values in choices]
        case _:
            raise AssertionError(f"{kind} has no values yet")
    return itertools.cycle(found)


def _path(endpoint: Endpoint, known: dict[str, str]) -> dict[str, str]:
    unknown = {name: f"{KIND_PREFIX.get(name, 'x')}_{'0' * 32}" for name in endpoint.parameters}
    return {name: known.get(name, unknown[name]) for name in endpoint.parameters}


@pytest.mark.parametrize("database_kind", ["sqlite", "mariadb", "postgresql"], indirect=True)
def test_what_the_schema_allows_is_never_a_fault_of_ours(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.api._limiter, "hit", lambda *_: {})
    payment = desk.paid()
    draft = desk.do(desk.staff, "POST", "/drafts", {"customer": desk.customer})
    known = {"customer": desk.customer, "payment": payment["id"], "invoice": desk.invoice(), "draft": draft["id"]}
    asked, faults = 0, []
    for endpoint in ENDPOINTS:
        bodies = itertools.repeat(None) if endpoint.body is None else _values(inspect.type_info(endpoint.body))
        queries = _values(inspect.type_info(endpoint.query))
        for body, query in itertools.islice(zip(bodies, queries, strict=False), 12):
            given = {name: str(value) for name, value in query.items() if value is not None}
            text = urlencode(given, errors="surrogatepass")
            path = _path(endpoint, known)
            answer = (
                desk.ask(desk.staff, endpoint.method, endpoint.path, body, query=text, version=1, raw=b"\x00<", **path)
                if endpoint.raw
                else desk.ask(desk.staff, endpoint.method, endpoint.path, body, query=text, version=1, **path)
            )
            if answer.status >= 500:
                faults.append((endpoint.id, body, text))
            asked += 1
    assert faults == []
    assert asked == 12 * len(ENDPOINTS)
