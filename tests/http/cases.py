"""What the contract of HTTP is, as data: a request, and how every host answers it.

Each row of bad input that can come over HTTP stands here under its number in the acceptance list.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import attrs
from tests.http.hosts.host import NAME

from larabill_core.http.request import LARGEST_BODY

ORDER: Final[dict[str, Any]] = {
    "customer": "{customer}",
    "currency": "EUR",
    "items": [{"plan_code": "web", "cycle": "monthly", "region": "eu"}],
}
JSON: Final = {"Content-Type": "application/json"}
KEY: Final = {"Idempotency-Key": "k1"}
ORDERING: Final = {**JSON, **KEY}
HOOK: Final = "/provision/webhooks/acme"
PAID: Final = "/payments/webhooks/pay"
NO_ID: Final = "inv_" + "0" * 32


@attrs.frozen
class Case:
    """`code`: of the problem; "" for a success. `by_host`: the host answers by itself, so only the status is ours.
    `session`: who is logged in by the host's own cookie.
    """

    name: str
    method: str
    path: str
    status: int
    code: str = ""
    who: str | None = attrs.field(default="customer", kw_only=True)
    session: str | None = attrs.field(default=None, kw_only=True)
    headers: Mapping[str, str] = attrs.field(factory=dict, kw_only=True)
    body: bytes | None = attrs.field(default=None, kw_only=True)
    chunked: bool = attrs.field(default=False, kw_only=True)
    by_host: bool = attrs.field(default=False, kw_only=True)

    def by_nobody(self) -> Case:
        """The case at a host that knows no sessions: a cookie says nothing there."""
        changes = {"name": f"{self.name}, no session", "session": None, "headers": {**self.headers, "Cookie": "s=1"}}
        return attrs.evolve(self, status=401, code="unauthenticated", **changes)


def ordered(name: str, status: int, code: str = "", /, **changes: Any) -> Case:
    """A preview of an order that differs from a good one by `changes`."""
    body = json.dumps({**ORDER, **changes}).encode()
    return Case(name, "POST", "/orders/preview", status, code, who="staff", headers=JSON, body=body)


def raw(name: str, status: int, code: str, body: bytes, /, **headers: str) -> Case:
    """A preview of an order with these bytes as its body."""
    return Case(name, "POST", "/orders/preview", status, code, who="staff", headers={**JSON, **headers}, body=body)


def item(**changes: Any) -> list[dict[str, Any]]:
    return [{**ORDER["items"][0], **changes}]


def browsed(name: str, status: int, code: str = "", /, **headers: str) -> Case:
    """An order by a customer who is logged in by cookie, as a page makes a browser send it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps(ORDER).encode()
    sent = {**ORDERING, **named}
    return Case(name, "POST", "/orders", status, code, who=None, session="customer", headers=sent, body=body)


WRONG: Final = "invalid-input"
READING: Final = (
    Case("a list", "GET", "/invoices", 200),
    Case("a page", "GET", "/invoices?limit=1&sort=-created", 200),
    Case("one", "GET", "/invoices/{invoice}", 200),
    Case("one with a version", "GET", "/subscriptions/{subscription}", 200),
    Case("a file", "GET", "/invoices/{invoice}/document", 200),
    Case("HEAD", "HEAD", "/invoices/{invoice}", 200),
    Case("HEAD of what is not there", "HEAD", f"/invoices/{NO_ID}", 404),
    Case("OPTIONS", "OPTIONS", "/invoices", 204, who=None),
    Case("nobody", "GET", "/invoices", 401, "unauthenticated", who=None),
    Case("B03 a customer asks what is for staff", "GET", "/jobs", 403, "forbidden"),
    Case("B03 a role in the query", "GET", "/jobs?role=system", 403, "forbidden"),
    Case("B03 another method by header", "GET", "/invoices", 200, headers={"X-HTTP-Method-Override": "DELETE"}),
    Case("B04 staff of another seller", "GET", "/invoices/{invoice}", 404, "not-found", who="rival"),
    Case("B01 another customer's", "GET", "/invoices/{invoice}", 404, "not-found", who="other_customer"),
    Case("B01 in the query", "GET", "/invoices?customer={customer}", 404, "not-found", who="other_customer"),
    Case("B01 a document", "GET", "/invoices/{invoice}/document", 404, "not-found", who="other_customer"),
    Case("B15 GET on a webhook", "GET", HOOK, 405, "method-not-allowed", who=None),
    Case("other methods", "DELETE", "/invoices", 405, "method-not-allowed"),
    Case("TRACE", "TRACE", "/invoices", 405, "method-not-allowed"),
    Case("not ours", "GET", "/invoicez", 404, by_host=True),
    Case("B25 traversal", "GET", "/invoices/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 404, by_host=True),
    Case("B25 twice encoded", "GET", "/invoices/..%252f..%252fetc", 404, "not-found"),
    Case("B25 backslash", "GET", "/invoices/..%5c..%5cetc", 404, "not-found"),
    Case("B25 NUL", "GET", "/invoices/inv_%00", 404, "not-found"),
    Case("B30 CRLF in a path", "GET", "/invoices/x%0d%0aSet-Cookie:%20a=b", 404, "not-found"),
    Case("B23 markup in a path", "GET", "/invoices/%3Csvg%20onload%3Dalert(1)%3E", 404, "not-found"),
    Case("B47 not ASCII in a path", "GET", "/invoices/inv_%D9%A1", 404, "not-found"),
    Case("B48 another kind of id", "GET", "/invoices/cus_" + "0" * 32, 404, "not-found"),
    Case("B48 upper case", "GET", "/invoices/INV_" + "0" * 32, 404, "not-found"),
    Case("B48 a number", "GET", "/invoices/1e3", 404, "not-found"),
    Case("B26 sort", "GET", "/invoices?sort=id;DROP", 422, WRONG),
    Case("B26 limit", "GET", "/invoices?limit=1;--", 422, WRONG),
    Case("B26 filter", "GET", "/invoices?filter[col)%20or%201=1]=x", 422, WRONG),
    Case("B48 a parameter twice", "GET", "/invoices?limit=1&limit=2", 422, WRONG),
    Case("B48 an empty filter is not all", "GET", "/invoices?customer=", 422, WRONG),
    Case("a query in another encoding", "GET", "/invoices?status=%ff", 400, "malformed"),
    Case("a GET with a body", "GET", "/invoices", 400, "malformed", body=b"{}"),
    Case("B48 another seller named", "GET", "/invoices", 404, "not-found", headers={"Larabill-Seller": "sel_x"}),
)
BODIES: Final = (
    ordered("a preview", 200),
    *(ordered(f"B05 {name}", 422, WRONG, **{name: 1}) for name in ("price", "status", "__class__", "customer.id")),
    ordered("B05 within", 422, WRONG, items=item(unit_price="0.01")),
    *(
        ordered(f"B07 {quantity!r}", 422, WRONG, items=item(quantity=quantity))
        for quantity in (-1, 0, 0.5, 2**63, True, [1], None, "1", "١٢", "1_000")
    ),
    *(
        ordered(f"B08 {amount}", 422, WRONG, expected_total={"amount": amount, "currency": "EUR"})
        for amount in ("NaN", "Infinity", "1e400", "0.001", "１２", 5)
    ),
    ordered("B06 another total", 409, "conflict", expected_total={"amount": "0.01", "currency": "EUR"}),
    *(ordered(f"B10 {currency}", 422, WRONG, currency=currency) for currency in ("eur", "ZZZ", "XX", 978)),
    ordered("B06 a plan that is not sold", 422, WRONG, items=item(plan_code="hidden")),
    attrs.evolve(ordered("B01 for somebody else", 404, "not-found"), who="other_customer"),
    raw("B08 bare NaN", 400, "malformed", b'{"currency": NaN}'),
    raw("B08 a field twice", 400, "malformed", b'{"currency": "EUR", "currency": "USD", "items": []}'),
    raw("B14 deep", 400, "malformed", b"[" * 100_000),
    raw("latin-1", 400, "malformed", '{"currency": "ü"}'.encode("latin-1")),
    raw("utf-16", 400, "malformed", json.dumps(ORDER).encode("utf-16")),
    raw("not JSON", 400, "malformed", b"{"),
    raw("nothing", 400, "malformed", b""),
    raw("B14 too large", 413, "too-large", b" " * (LARGEST_BODY + 1)),
    Case(
        "B14 too large, in chunks",
        "POST",
        "/orders/preview",
        413,
        "too-large",
        who="staff",
        headers=JSON,
        body=b" " * (LARGEST_BODY + 1),
        chunked=True,
    ),
    attrs.evolve(raw("in chunks", 200, "", json.dumps(ORDER).encode()), chunked=True),
    raw("B31 as text", 415, "unsupported-media-type", json.dumps(ORDER).encode(), **{"Content-Type": "text/plain"}),
    attrs.evolve(raw("B31 only a cookie", 401, "unauthenticated", b"{}", Cookie="session=1"), who=None),
)
CHANGING: Final = (
    Case(
        "F35 no key",
        "POST",
        "/orders",
        400,
        "idempotency-key",
        who="staff",
        headers=JSON,
        body=json.dumps(ORDER).encode(),
    ),
    Case("F35 a key", "POST", "/orders", 201, who="staff", headers=ORDERING, body=json.dumps(ORDER).encode()),
    Case(
        "B47 what cannot be seen",
        "POST",
        "/orders",
        422,
        WRONG,
        who="staff",
        headers=ORDERING,
        body=json.dumps({**ORDER, "purchase_order": "a\u202eb"}).encode(),
    ),
    Case(
        "B30 CRLF in a text",
        "POST",
        "/orders",
        422,
        WRONG,
        who="staff",
        headers=ORDERING,
        body=json.dumps({**ORDER, "purchase_order": "a\r\nSet-Cookie: a=b"}).encode(),
    ),
    Case(
        "B23 markup is text",
        "POST",
        "/orders",
        201,
        who="staff",
        headers=ORDERING,
        body=json.dumps({**ORDER, "purchase_order": "<svg onload=alert(1)>"}).encode(),
    ),
    Case(
        "no version",
        "POST",
        "/subscriptions/{subscription}/cancel",
        428,
        "precondition-required",
        headers=ORDERING,
        body=b'{"when": "period_end"}',
    ),
    Case(
        "another version",
        "POST",
        "/subscriptions/{subscription}/cancel",
        412,
        "stale-version",
        headers={**ORDERING, "If-Match": '"999"'},
        body=b'{"when": "period_end"}',
    ),
    Case(
        "no version of ours",
        "POST",
        "/subscriptions/{subscription}/cancel",
        412,
        "stale-version",
        headers={**ORDERING, "If-Match": "*"},
        body=b'{"when": "period_end"}',
    ),
    Case(
        "B52 resume what staff did not suspend",
        "POST",
        "/provision/resources/{resource}/resume",
        409,
        "conflict",
        who="staff",
        headers=KEY,
    ),
    Case("B11 unsigned", "POST", HOOK, 400, "unverified", who=None, headers=JSON, body=b"{}"),
    Case("B11 unsigned payment", "POST", PAID, 400, "unverified", who=None, headers=JSON, body=b"{}"),
    Case("B14 webhook too large", "POST", PAID, 413, "too-large", who=None, body=b" " * (LARGEST_BODY + 1)),
    Case(
        "B14 webhook too large, in chunks",
        "POST",
        PAID,
        413,
        "too-large",
        who=None,
        body=b" " * (LARGEST_BODY + 1),
        chunked=True,
    ),
    Case("B15 unknown account", "POST", "/payments/webhooks/nope", 404, "not-found", who=None, body=b"{}"),
    Case("B15 traversal", "POST", "/payments/webhooks/%2e%2e%5c", 404, "not-found", who=None, body=b"{}"),
)
OURS: Final = f"http://{NAME}"
FOREIGN: Final = "foreign-origin"
FOREIGN_PAGES: Final = (
    browsed("B31 no Origin", 403, FOREIGN),
    *(
        browsed(f"B31 Origin {origin}", 403, FOREIGN, Origin=origin)
        for origin in (
            "null",
            "http://evil.test",
            f"{OURS}.evil.test",
            f"http://{NAME}@evil.test",
            f"http://x.{NAME}",
            "",
        )
    ),
    browsed("B31 cross-site, whatever the Origin", 403, FOREIGN, Origin=OURS, Sec_Fetch_Site="cross-site"),
    browsed("B31 same-site", 403, FOREIGN, Origin=OURS, Sec_Fetch_Site="same-site"),
    browsed("B31 another host by header", 403, FOREIGN, Origin="http://evil.test", X_Forwarded_Host="evil.test"),
    browsed("B31 the Referer is no Origin", 403, FOREIGN, Referer=f"{OURS}/"),
    browsed("B31 a password of the browser's own", 403, FOREIGN, Authorization="Basic YTpi", Origin="http://evil.test"),
    browsed("B31 as text, with a cookie", 415, "unsupported-media-type", Origin=OURS, Content_Type="text/plain"),
    browsed(
        "B31 as a form", 415, "unsupported-media-type", Origin=OURS, Content_Type="application/x-www-form-urlencoded"
    ),
    browsed("a session and its Origin", 201, Origin=OURS),
    browsed("a session on a page of ours", 201, Sec_Fetch_Site="same-origin"),
    Case(
        "a session looks from anywhere",
        "GET",
        "/invoices",
        200,
        who=None,
        session="customer",
        headers={"Origin": "null"},
    ),
    attrs.evolve(browsed("B31 a session for another", 403, "forbidden", Origin=OURS), method="POST", path="/customers"),
    attrs.evolve(
        browsed(
            "B31 a session that nobody signed", 401, "unauthenticated", Origin=OURS, Cookie="session=x; sessionid=x"
        ),
        session=None,
    ),
)
DOORS: Final = (
    Case("B15 GET on a gateway's webhook", "GET", PAID, 405, "method-not-allowed", who=None),
    Case("B15 PUT on a gateway's webhook", "PUT", PAID, 405, "method-not-allowed", who=None, body=b"{}"),
    Case("B15 a provider at the gateways' door", "POST", "/payments/webhooks/acme", 404, "not-found", who=None),
    Case(
        "B15 a gateway at the providers' door",
        "POST",
        "/provision/webhooks/pay",
        404,
        "not-found",
        who=None,
        body=b"{}",
    ),
    Case("B15 unknown provider", "POST", "/provision/webhooks/nope", 404, "not-found", who=None, body=b"{}"),
    *(
        Case(f"B15 {name[:20]}", "POST", f"/payments/webhooks/{name}", 404, "not-found", who=None, body=b"{}")
        for name in ("%2e%2e", "%252e%252e%252fpay", "pay%00", "Pay", "pay%20", "x" * 300, "test", "debug")
    ),
    *(
        Case(f"B15 {path}", "POST", path, 404, who=None, body=b"{}", by_host=True)
        for path in ("/payments/webhooks/..%2fpay", "/provision/webhooks/x%2f..%2facme")
    ),
    Case("B14 provider's webhook too large", "POST", HOOK, 413, "too-large", who=None, body=b" " * (LARGEST_BODY + 1)),
    Case("B14 deep, unsigned", "POST", PAID, 400, "unverified", who=None, body=b"[" * 100_000),
    Case("B14 deep, unsigned, to a provider", "POST", HOOK, 400, "unverified", who=None, body=b"[" * 100_000),
    Case(
        "B32 where to return to is not the client's to say",
        "POST",
        "/invoices/{invoice}/checkout",
        422,
        WRONG,
        headers=ORDERING,
        body=b'{"account": "pay", "return_url": "//evil.test"}',
    ),
)
CASES: Final = (*READING, *BODIES, *CHANGING, *FOREIGN_PAGES, *DOORS)
