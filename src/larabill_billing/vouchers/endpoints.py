"""Vouchers over HTTP.

A batch has its uuid from the client and no idempotency key: its codes are in the first answer, and must not be kept
with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from larabill_billing.credits.model import Lot
from larabill_billing.customers.whose import whose
from larabill_billing.vouchers import handlers
from larabill_billing.vouchers.handlers import MOST, NewVouchers
from larabill_billing.vouchers.model import VoucherBatch, VoucherStatus
from larabill_billing.vouchers.ports import VouchersTx
from larabill_core.http.endpoint import Call, Endpoint
from larabill_core.http.wire import Cursor, Listing, Money, Text, id_of, money, newest_first, next_of
from larabill_core.ids import parse_uuid, public_id
from larabill_core.money import money as parse_money

_HERE: Final = "larabill_billing.vouchers.endpoints"
_UUID: Final = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"


class NewVouchersIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A batch. `batch_uuid` is the client's. `sold` names the money that came in for all of them; empty: given away."""

    batch_uuid: Annotated[str, Meta(pattern=_UUID)]
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    count: Annotated[int, Meta(ge=1, le=MOST)]
    amount: Money
    expires_on: date | None = None
    sold: Text = ""


class RedeemVoucher(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The code as it was given out."""

    code: Annotated[str, Meta(min_length=16, max_length=64)]
    customer: Cursor | None = None


class VoucherBatchOut(msgspec.Struct, frozen=True, kw_only=True):
    """A batch, and how many of its vouchers have which status."""

    id: str
    name: str
    count: int
    amount: Money
    expires_on: date | None
    sold: str
    created_at: datetime
    open: int
    redeemed: int
    expired: int


class VoucherBatchPage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[VoucherBatchOut]
    next: str | None


class IssuedVouchersOut(VoucherBatchOut, frozen=True, kw_only=True):
    """A new batch with its codes, which nobody can show again."""

    codes: list[str]


class VoucherCredit(msgspec.Struct, frozen=True, kw_only=True):
    """The credit that a voucher became, and what is left of it."""

    id: str
    customer: str
    amount: Money
    remaining: Money
    expires_on: date | None


ENDPOINTS: Final = (
    Endpoint(
        id="list_voucher_batches",
        method="GET",
        path="/voucher-batches",
        summary="Batches of vouchers",
        ability="vouchers.read",
        query=Listing,
        answer=VoucherBatchPage,
        handler=f"{_HERE}:list_voucher_batches",
    ),
    Endpoint(
        id="issue_vouchers",
        method="POST",
        path="/voucher-batches",
        summary="Make vouchers; their codes are shown once",
        ability="vouchers.write",
        body=NewVouchersIn,
        answer=IssuedVouchersOut,
        status=201,
        idempotent=True,
        handler=f"{_HERE}:issue_vouchers",
    ),
    Endpoint(
        id="redeem_voucher",
        method="POST",
        path="/vouchers/redeem",
        summary="Turn a voucher into credit, once",
        ability="vouchers.redeem",
        scope="own",
        body=RedeemVoucher,
        answer=VoucherCredit,
        idempotent=True,
        guessed="code",
        handler=f"{_HERE}:redeem_voucher",
    ),
)


def list_voucher_batches(tx: VouchersTx, call: Call[Listing, None]) -> VoucherBatchPage:
    query = call.query
    found = tx.billing.vouchers.batches(
        after=id_of(query.after, "vch", "after"), newest_first=newest_first(query), limit=query.limit
    )
    counts = tx.billing.vouchers.counts([batch.id for batch in found])
    items = [
        VoucherBatchOut(**_batch(batch, {each: counts.get((batch.id, each), 0) for each in VoucherStatus}))
        for batch in found
    ]
    return VoucherBatchPage(items=items, next=next_of(items, query))


def issue_vouchers(tx: VouchersTx, call: Call[Any, NewVouchersIn]) -> IssuedVouchersOut:
    body = call.body
    new = NewVouchers(
        batch_uuid=parse_uuid(body.batch_uuid, "batch_uuid"),
        name=body.name,
        count=body.count,
        amount=parse_money(body.amount.amount, body.amount.currency, path="amount").amount,
        currency=body.amount.currency,
        expires_on=body.expires_on,
        sold=body.sold,
    )
    issued = handlers.issue(tx, new)
    counts = {VoucherStatus.OPEN: issued.batch.count}
    return IssuedVouchersOut(**_batch(issued.batch, counts), codes=[code.reveal() for code in issued.codes])


def redeem_voucher(tx: VouchersTx, call: Call[Any, RedeemVoucher]) -> VoucherCredit:
    return _credit(handlers.redeem(tx, whose(call, call.body.customer), call.body.code))


def _batch(batch: VoucherBatch, counts: Mapping[VoucherStatus, int]) -> dict[str, Any]:
    return {
        "id": public_id("vch", batch.id),
        "name": batch.name,
        "count": batch.count,
        "amount": money(batch.amount, batch.currency),
        "expires_on": batch.expires_on,
        "sold": batch.sold,
        "created_at": batch.created_at,
        "open": counts.get(VoucherStatus.OPEN, 0),
        "redeemed": counts.get(VoucherStatus.REDEEMED, 0),
        "expired": counts.get(VoucherStatus.EXPIRED, 0),
    }


def _credit(lot: Lot) -> VoucherCredit:
    return VoucherCredit(
        id=public_id("lot", lot.id),
        customer=public_id("cus", lot.customer_id),
        amount=money(lot.amount, lot.currency),
        remaining=money(lot.remaining, lot.currency),
        expires_on=lot.expires_on,
    )
