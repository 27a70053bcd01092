"""Where a query or a body can name a thing, and a request for each such place that names what is somebody else's.

In the texts `{customer}` is a thing of whoever asks, `{their_customer}` somebody else's of that kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs
import msgspec
from tests.http.samples import EVENT, ITEMS, LINE, TEN

from larabill_core.http.endpoint import Endpoint

ID: Final = "[0-9a-f]{32}$"
"""How the pattern of a public id ends."""


@attrs.frozen
class Naming:
    """`status`: what it is answered, whether the thing is somebody else's or nobody's. `sellers`: it is the seller's,
    and so no less theirs than any other customer's. `never`: not even what is theirs may stand there.
    """

    endpoint: str
    place: str
    body: Any = None
    query: str | None = None
    status: int = attrs.field(default=404, kw_only=True)
    sellers: bool = attrs.field(default=False, kw_only=True)
    never: bool = attrs.field(default=False, kw_only=True)


ORDER: Final = {"currency": "EUR", "items": ITEMS}
PART: Final = {"amount": TEN}
CHANGED: Final = {"change": {"kind": "change_item", "item": "{their_item}", "quantity": 2}}
REMOVED: Final = {"change": {"kind": "remove_item", "item": "{their_item}"}}

NAMINGS: Final = (
    Naming("place_order", "/customer", {**ORDER, "customer": "{their_customer}"}),
    Naming("preview_order", "/customer", {**ORDER, "customer": "{their_customer}"}),
    Naming("pay_invoice", "/method", {"method": "{their_payment_method}"}),
    Naming("top_up_credit", "/method", {"amount": TEN, "method": "{their_payment_method}"}),
    Naming("redeem_coupon", "/subscription", {"code": "{coupon_code}", "subscription": "{their_subscription}"}),
    Naming("redeem_coupon", "/customer", {"code": "{coupon_code}", "customer": "{their_customer}"}),
    Naming("redeem_voucher", "/customer", {"code": "{code}", "customer": "{their_customer}"}),
    Naming("refer_customer", "/referrer", {"referrer": "{their_customer}", "referred": "{second_customer}"}),
    Naming("refer_customer", "/referred", {"referrer": "{customer}", "referred": "{their_second_customer}"}),
    Naming("match_bank_line", "/invoices/*", {"invoices": ["{invoice}", "{their_invoice}"]}),
    Naming(
        "receive_payment",
        "/parts/*/invoice",
        {"amount": TEN, "reference": "line 9", "parts": [{**PART, "invoice": "{their_invoice}"}]},
    ),
    Naming("rematch_payment", "/parts/*/invoice", {"parts": [{**PART, "invoice": "{their_invoice}"}], "reason": "so"}),
    Naming("merge_invoices", "/invoices/*", {"invoices": ["{drawn_invoice}", "{their_drawn_invoice}"], "reason": "so"}),
    Naming("credit_invoice", "/lines/{}", {"lines": {"{their_unpaid_line}": TEN}, "reason": "so"}, status=422),
    Naming("refund_payment", "/lines/{}", {"lines": {"{their_paid_line}": TEN}, "reason": "so"}, status=422),
    Naming("create_draft", "/customer", {"customer": "{their_customer}", "lines": [LINE]}),
    Naming(
        "create_draft",
        "/lines/*/id",
        {"customer": "{customer}", "lines": [{**LINE, "id": "{their_draft_line}"}]},
        status=422,
        never=True,
    ),
    Naming("edit_draft", "/lines/*/id", {"lines": [{**LINE, "id": "{their_draft_line}"}]}, status=422),
    Naming("merge_drafts", "/drafts/*", {"drafts": ["{draft}", "{their_draft}"]}),
    Naming("split_draft", "/lines/*", {"lines": ["{their_draft_line}"]}, status=422),
    Naming("preview_change", "/change/item", CHANGED, status=422),
    Naming("preview_change", "/change/item", REMOVED, status=422),
    Naming("change_subscription", "/change/item", CHANGED, status=422),
    Naming("change_subscription", "/change/item", REMOVED, status=422),
    Naming(
        "record_usage",
        "/events/*/subscription_id",
        {"events": [{**EVENT, "subscription_id": "{their_subscription}"}]},
        status=422,
    ),
    Naming(
        "record_usage",
        "/events/*/subscription_item_id",
        {"events": [{**EVENT, "subscription_item_id": "{their_item}"}]},
        status=422,
    ),
    Naming("get_audit", "/subject", query="subject={their_order}", status=200),
    # names that are no ids
    Naming(
        "place_order",
        "/codes/*",
        {**ORDER, "customer": "{customer}", "codes": ["{their_coupon_code}"]},
        status=422,
        sellers=True,
    ),
    Naming(
        "redeem_coupon",
        "/code",
        {"code": "{their_coupon_code}", "subscription": "{subscription}"},
        status=422,
        sellers=True,
    ),
    Naming("redeem_voucher", "/code", {"code": "{their_code}", "customer": "{customer}"}, sellers=True),
    Naming("adopt_resource", "/driver_ref", {"driver_ref": "{their_driver_ref}"}, status=409, sellers=True),
    Naming("open_checkout", "/account", {"account": "{their_gateway}"}, sellers=True),
    Naming("open_top_up", "/account", {"amount": TEN, "account": "{their_gateway}"}, sellers=True),
    Naming(
        "store_payment_method",
        "/account",
        {"account": "{their_gateway}", "token": "pm_2", "label": "Visa"},
        sellers=True,
    ),
)


def namings(endpoint: Endpoint) -> list[Naming]:
    """The requests of this endpoint; a list that can be one customer's is asked for somebody else's."""
    found = [naming for naming in NAMINGS if naming.endpoint == endpoint.id]
    if "customer" in {field.encode_name for field in msgspec.structs.fields(endpoint.query)}:
        found.append(Naming(endpoint.id, "/customer", query="customer={their_customer}"))
    return found


def places(endpoint: Endpoint) -> set[str]:
    """Every place in its query and body that takes an id, but for where a list goes on."""
    kinds = [kind for kind in (endpoint.query, endpoint.body) if kind is not None]
    schemas, components = msgspec.json.schema_components(kinds, ref_template="{name}")
    return {place for schema in schemas for place in _places(schema, components, "")} - {"/after"}


def _places(schema: Mapping[str, Any], components: Mapping[str, Any], at: str) -> Iterator[str]:
    if str(schema.get("pattern", "")).endswith(ID):
        yield at
    if "$ref" in schema:
        yield from _places(components[schema["$ref"]], components, at)
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _places(choice, components, at)
    for name, of in schema.get("properties", {}).items():
        yield from _places(of, components, f"{at}/{name}")
    if isinstance(items := schema.get("items"), dict):
        yield from _places(items, components, f"{at}/*")
    for name in ("propertyNames", "additionalProperties"):
        if isinstance(of := schema.get(name), dict):
            yield from _places(of, components, f"{at}/{{}}")
