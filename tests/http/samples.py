"""One valid request for each endpoint: what its body and query hold, and what its path names, where not what it says.

`{invoice}` in a text stands for the id of somebody's thing of that kind. An endpoint with a body, or with a query
that must say something, stands here; what needs neither does not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import attrs
import msgspec
from tests.conftest import START
from tests.http.furnishing import HOOK_SECRET, PAY_SECRET

from larabill_core.http.endpoint import JSON, Endpoint
from larabill_core.ids import new_id
from larabill_core.privacy import Secret
from larabill_drivers.signatures import sign
from larabill_drivers.world import SIGNATURE_HEADER

PLAN: Final = {"code": "web", "name": "Web hosting", "prices": {"EUR": {"monthly": "6.00"}}}
TEN: Final = {"amount": "10.00", "currency": "EUR"}
LINE: Final = {"description": "work", "unit_price": "10.00"}
EVENT: Final = {
    "idempotency_id": "e1",
    "subscription_id": "{subscription}",
    "meter": "traffic",
    "occurred_at": "2026-01-31T11:00:00Z",
    "quantity": "1",
}
ITEMS: Final = [{"plan_code": "web", "cycle": "monthly", "region": "eu"}]
ORDER: Final = {"customer": "{customer}", "currency": "EUR", "items": ITEMS}

BODIES: Final[Mapping[str, Any]] = {
    # catalogue, customers, sellers
    "load_catalog": {"plans": [PLAN]},
    "create_customer": {"name": "Cy", "email": "cy@example.com", "country": "DE"},
    "change_seller": {"phone": "+49 30 1234"},
    "change_customer": {"company": "Lovelace Ltd"},
    "set_customer_group": {"group": "friends"},
    "create_seller": {"name": "Third Ltd", "country": "FR", "currency": "EUR"},
    # orders and agreements
    "place_order": ORDER,
    "preview_order": ORDER,
    "cancel_order": {"reason": "changed my mind"},
    "preview_change": {"change": {"kind": "change_cycle", "cycle": "annual"}},
    "change_subscription": {"change": {"kind": "change_cycle", "cycle": "annual"}},
    "cancel_subscription": {"when": "period_end"},
    "end_subscription": {"when": "now", "reason": "asked for"},
    # payments
    "store_payment_method": {"account": "{gateway}", "token": "pm_2", "label": "Visa 1881"},
    "pay_invoice": {"method": "{payment_method}"},
    "open_checkout": {"account": "{gateway}"},
    "record_payment": {"amount": {"amount": "1.00", "currency": "EUR"}, "reference": "line 7"},
    "receive_payment": {"amount": {"amount": "1.00", "currency": "EUR"}, "reference": "line 8"},
    "refund_payment": {"reason": "sorry"},
    "rematch_payment": {"parts": [], "reason": "it was for nothing"},
    "reverse_payment": {"reason": "it never came"},
    "resolve_payment_review": {"transaction": None, "reason": "looked there"},
    "top_up_credit": {"amount": TEN, "method": "{payment_method}"},
    "open_top_up": {"amount": TEN, "account": "{gateway}"},
    "record_top_up": {"amount": TEN, "reference": "line 9"},
    "set_top_up_rule": {"threshold": TEN, "amount": TEN},
    # invoices, drafts, credit
    "pay_from_credit": {},
    "grant_credit": {"amount": TEN, "reason": "sorry"},
    "revoke_credit": {"reason": "not so"},
    "credit_invoice": {"reason": "not so"},
    "void_invoice": {"reason": "not so"},
    "write_off_invoice": {"reason": "never comes"},
    "merge_invoices": {"invoices": ["{drawn_invoice}", "{second_drawn_invoice}"], "reason": "asked for"},
    "agree_payment_plan": {
        "instalments": [
            {"due_on": "2026-03-10", "amount": {"amount": "7.00", "currency": "EUR"}},
            {"due_on": "2026-03-20", "amount": {"amount": "7.00", "currency": "EUR"}},
        ],
    },
    "break_payment_plan": {"reason": "not kept"},
    "create_draft": {"customer": "{customer}", "lines": [LINE]},
    "edit_draft": {"note": "soon"},
    "merge_drafts": {"drafts": ["{draft}", "{second_draft}"]},
    "split_draft": {"lines": ["{draft_line}"]},
    "record_usage": {"events": [EVENT]},
    # bank, disputes, dunning
    "match_bank_line": {"invoices": ["{invoice}"]},
    "unmatch_bank_line": {"reason": "not so"},
    "ignore_bank_line": {"reason": "not for us"},
    "open_dispute": {"gateway_id": "dp_9", "amount": {"amount": "1.00", "currency": "EUR"}},
    "promise_to_pay": {"until_on": "2026-02-20", "said_by": "Ada"},
    "pause_dunning": {"reason": "asked for"},
    "resume_dunning": {},
    # coupons, referrals, vouchers, rates, taxes
    "create_coupon": {"name": "Summer", "codes": ["SUMMER"], "percent": "10"},
    "end_coupon": {},
    "redeem_coupon": {"code": "{coupon_code}", "customer": "{customer}"},
    "refer_customer": {"referrer": "{customer}", "referred": "{second_customer}"},
    "issue_vouchers": {
        "batch_uuid": "0198c0de-0000-7000-8000-000000000001",
        "name": "Fair",
        "count": 2,
        "amount": TEN,
    },
    "redeem_voucher": {"code": "{code}", "customer": "{customer}"},
    "put_exchange_rates": {
        "source": "hand",
        "rates": [{"base": "EUR", "quote": "USD", "on": "2026-01-30", "rate": "1.1"}],
    },
    "add_tax_exemption": {"reason": "charity"},
    "end_tax_exemption": {},
    # resources
    "switch_power": {"action": "stop"},
    "put_credential": {"driver": "fake", "secrets": {"token": "t0ken"}},
    "resize_resource": {"plan": "web", "spec": {"domain": "example.com"}},
    "abandon_resource": {"remedy": "credit"},
    "adopt_resource": {"driver_ref": "{driver_ref}"},
}

DAYS: Final = "first=2026-01-01&last=2026-01-31"

QUERIES: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("get_ledger_movements", "report_mrr", "report_mrr_together", "report_taxes", "report_sales"), DAYS
    ),
    "list_ledger_postings": f"{DAYS}&account=receivable",
    "list_exchange_rates": f"{DAYS}&source=hand",
    "report_churn": "currency=EUR&on=2026-01-31",
    "end_resource": "destroy_at=2026-03-01T00:00:00Z",
    "get_audit": "subject={order}",
    "get_statement": "currency=EUR&first=2026-01-01&last=2026-01-31",
    "download_statement": "currency=EUR&first=2026-01-01&last=2026-01-31",
    "get_usage": "start_on=2026-01-01&end_on=2026-02-01",
}

RAW: Final[Mapping[str, bytes]] = {
    "import_bank_statement": b"id,date,amount,text\nb9,2026-01-31,3.00,for cake",
    "receive_provider_webhook": json.dumps(
        {
            "id": "evt_9",
            "type": "resource.active",
            "account": "acme",
            "data": {"id": "x", "ref": "lb-9", "state": "active"},
        }
    ).encode(),
    "receive_gateway_webhook": json.dumps(
        {"id": "evt_9", "type": "payment.changed", "account": "pay", "data": {"transaction": "t9", "state": "captured"}}
    ).encode(),
}
"""The bodies that are no JSON of ours."""
SIGNED: Final = {"receive_provider_webhook": HOOK_SECRET, "receive_gateway_webhook": PAY_SECRET}
"""Who signs it, and with what."""
IN_VERSION: Final = {"unmatch_bank_line": 2}
"""Where no GET shows it."""

ELSEWHERE: Final[Mapping[str, str]] = {
    "kick_order": "failed_order",
    "retry_resource": "failed_resource",
    "abandon_resource": "failed_resource",
    "withdraw_cancellation": "leaving_subscription",
    "get_payment_plan": "planned_invoice",
    "break_payment_plan": "planned_invoice",
    "reverse_payment": "manual_payment",
    "resolve_payment_review": "unclear_payment",
    "check_vat_id": "second_customer",
    "release_hold": "held_subscription",
    "adopt_resource": "failed_resource",
    "resume_resource": "suspended_resource",
    "resume_dunning": "waiting_invoice",
    "withdraw_promise": "waiting_invoice",
    "unmatch_bank_line": "matched_bank_line",
    "import_bank_statement": "bank_account",
    "replay_provider_webhook": "provider_webhook",
    "get_gateway_webhook": "gateway_webhook",
    "replay_gateway_webhook": "gateway_webhook",
}
"""Where the thing of that kind is in no state for it: another one, by its name in the estate."""


@attrs.frozen(kw_only=True)
class Sample:
    """A request as it is sent, without who sends it. `names`: whether more than its path names a thing."""

    path: str
    query: str
    body: bytes | None
    headers: tuple[tuple[str, str], ...]
    names: bool

    @property
    def url(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path


def sample_of(endpoint: Endpoint, things: Mapping[str, str], body: Any = None, query: str | None = None) -> Sample:
    """The request with these things; with another body or query than stands here, if given.

    Fails for what has no sample here: a body, a parameter that is demanded, a kind of thing that the estate has not.
    """
    body = _body(endpoint) if body is None else body
    query = _query(endpoint) if query is None else query
    headers = [("Idempotency-Key", new_id().hex)] if endpoint.needs_key else []
    sent = RAW.get(endpoint.id)
    if body is not None:
        sent = msgspec.json.encode(_filled(body, things))
        headers.append(("Content-Type", JSON))
    if endpoint.id in SIGNED and sent is not None:
        headers.append((SIGNATURE_HEADER, sign(sent, Secret(SIGNED[endpoint.id]), START)))
    return Sample(
        path=_path(endpoint, things),
        query=query.format_map(things),
        body=sent,
        headers=tuple(headers),
        names=bool(_NAMED.search(repr(body) + query)),
    )


_NAMED: Final = re.compile(r"\{[a-z_]+\}")


def _body(endpoint: Endpoint) -> Any:
    if endpoint.body is None:
        return None
    assert endpoint.id in BODIES, f"the endpoint {endpoint.id} takes a body: add a valid one to tests/http/samples.py"
    return BODIES[endpoint.id]


def _query(endpoint: Endpoint) -> str:
    required = [field.encode_name for field in msgspec.structs.fields(endpoint.query) if field.required]
    assert not required or endpoint.id in QUERIES, (
        f"the endpoint {endpoint.id} demands {', '.join(required)}: add a valid query to tests/http/samples.py"
    )
    return QUERIES.get(endpoint.id, "")


def _path(endpoint: Endpoint, things: Mapping[str, str]) -> str:
    if endpoint.id in ELSEWHERE:
        things = {**things, **dict.fromkeys(endpoint.parameters, things[ELSEWHERE[endpoint.id]])}
    missing = set(endpoint.parameters) - things.keys()
    assert not missing, f"the path of {endpoint.id} names a {missing.pop()}: add one to tests/http/belongings.py"
    return endpoint.path.format_map(things)


def _filled(sample: Any, things: Mapping[str, str]) -> Any:
    match sample:
        case dict():
            return {key.format_map(things): _filled(value, things) for key, value in sample.items()}
        case list():
            return [_filled(value, things) for value in sample]
        case str():
            return sample.format_map(things)
    return sample
