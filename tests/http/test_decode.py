"""What is read from outside is read strictly, and every fault of it is said at once."""

from __future__ import annotations

import json
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from larabill_core.errors import NotFound
from larabill_core.http.decode import path_values, read_body, read_query
from larabill_core.http.endpoint import Endpoint
from larabill_core.http.problems import HttpError, pointer_of
from larabill_core.http.wire import Listing, Money


class Inner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    code: Annotated[str, Meta(min_length=1, max_length=5)]
    quantity: Annotated[int, Meta(ge=1, le=1000)] = 1


class Pause(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="pause"):
    days: int


class Stop(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="stop"):
    now: bool


class Outer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    items: Annotated[list[Inner], Meta(min_length=1)]
    price: Money | None = None
    what: Pause | Stop | None = None


def faults(text: str, kind: Any = Outer) -> list[tuple[str, str]]:
    with pytest.raises(HttpError) as caught:
        read_body(kind, text.encode())
    assert caught.value.http_status == 422
    return [(each.pointer, each.detail) for each in caught.value.errors]


def test_every_fault_is_said_at_once_with_its_pointer() -> None:
    text = """{"items": [{"code": "a", "quantity": 0}, {"code": "toolong", "qty": 2}, 7],
               "price": {"amount": "1_000", "currency": "eur"}, "what": {"kind": "pause", "days": "3"}, "x/y": 1}"""
    assert [pointer for pointer, _ in faults(text)] == [
        "/x~1y",
        "/items/0/quantity",
        "/items/1/qty",
        "/items/1/code",
        "/items/2",
        "/price/amount",
        "/price/currency",
        "/what/days",
    ]


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("{}", "/items"),
        ('{"items": []}', "/items"),
        ('{"items": {}}', "/items"),
        ("[]", ""),
        ("null", ""),
        ('{"items": [{"code": "a"}], "what": {"kind": "burn"}}', "/what/kind"),
        ('{"items": [{"code": "a"}], "what": {"days": 1}}', "/what"),
        ('{"items": [{"code": "a"}], "price": null, "what": 5}', "/what"),
    ],
)
def test_what_is_missing_or_of_the_wrong_kind(text: str, pointer: str) -> None:
    assert pointer in [where for where, _ in faults(text)]


@pytest.mark.parametrize(
    "quantity", ["-1", "0", "0.5", "1e3", "1.0", "true", "[1]", "null", '"1"', "1e400", "2147483648"]
)
def test_a_quantity_is_a_plain_whole_number_in_range(quantity: str) -> None:
    assert faults(f'{{"items": [{{"code": "a", "quantity": {quantity}}}]}}')[0][0] == "/items/0/quantity"


@pytest.mark.parametrize(
    "amount", ["1_000", " 1", "+1", "1e3", "NaN", "Infinity", "١٢", "１２", "01", "1.", ".5", "", "1" * 16]
)
def test_an_amount_is_text_of_plain_digits(amount: str) -> None:
    text = json.dumps({"items": [{"code": "a"}], "price": {"amount": amount, "currency": "EUR"}})
    assert faults(text) and faults(text)[0][0] == "/price/amount"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"items": NaN}',
        b'{"items": Infinity}',
        b'{"items": 1, "items": 2}',
        '{"items": "ü"}'.encode("latin-1"),
        '{"items": []}'.encode("utf-16"),
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"1" * 5000,
    ],
    ids=["empty", "cut", "NaN", "Infinity", "twice", "latin-1", "utf-16", "deep list", "deep object", "long number"],
)
def test_what_is_no_json_is_malformed(body: bytes) -> None:
    with pytest.raises(HttpError) as caught:
        read_body(Outer, body)
    assert caught.value.http_status == 400


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_no_json_is_too_odd(data: Any) -> None:
    try:
        read_body(Outer, json.dumps(data).encode())
    except HttpError as problem:
        assert problem.http_status in (400, 422)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=1;--",
        "limit=%D9%A1",
        "limit=1e1",
        "limit=",
        "sort=id;DROP",
        "sort=(select 1)",
        "x=1",
        "after=inv_x",
        "limit=1&limit=1",
        "sort[]=created",
    ],
)
def test_a_query_holds_what_is_known_and_nothing_else(query: str) -> None:
    with pytest.raises(HttpError) as caught:
        read_query(Listing, query)
    assert (caught.value.http_status, bool(caught.value.errors[0].parameter)) == (422, True)


def test_a_query_that_is_right() -> None:
    assert read_query(Listing, "limit=5&sort=-created") == Listing(limit=5, sort="-created")
    assert read_query(Listing, "") == Listing()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "inv_",
        "inv_" + "0" * 31,
        "inv_" + "A" * 32,
        "INV_" + "0" * 32,
        "../../etc/passwd",
        "inv_" + "٠" * 32,
        "inv_" + "0" * 32 + "\n",
        "sub_" + "0" * 32,
    ],
)
def test_what_can_be_no_id_is_not_there(text: str) -> None:
    endpoint = Endpoint(id="x", method="GET", path="/invoices/{invoice}", summary="", handler="")
    with pytest.raises(NotFound):
        path_values(endpoint, {"invoice": text})


@pytest.mark.parametrize("text", ["", "..", "a/b", "a b", "é", "a" * 65, "-a", "a\x00"])
def test_what_can_be_no_name_is_not_there(text: str) -> None:
    endpoint = Endpoint(id="x", method="POST", path="/payments/webhooks/{gateway}", summary="", handler="")
    with pytest.raises(NotFound):
        path_values(endpoint, {"gateway": text})


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("", ""),
        ("code", "/code"),
        ("items[0].code", "/items/0/code"),
        ("plans['a b'].x", "/plans/a b/x"),
        ("a.b[2][3]", "/a/b/2/3"),
    ],
)
def test_a_key_path_is_a_pointer(path: str, pointer: str) -> None:
    assert pointer_of(path) == pointer
