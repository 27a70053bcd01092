"""Issue vouchers, redeem them once, and let them expire.

What a sold voucher is worth is owed to its holder (`vouchers`) until it becomes the customer's credit or, unused,
breakage. One that is given away costs us nothing before it is redeemed; then marketing bears it. Neither has an invoice
or tax: what its credit will buy is not known yet (see `payments.top_up`).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import record
from larabill_billing.credits.handlers import check_amount, grant, lot_of
from larabill_billing.credits.model import Lot
from larabill_billing.customers.checks import attempt, check_currency, check_text
from larabill_billing.ledger.handlers import post
from larabill_billing.ledger.model import BREAKAGE, MARKETING, VOUCHERS, Entry, Posting, cash
from larabill_billing.payments.model import MANUAL
from larabill_billing.vouchers.codes import canonical, digest, new_code
from larabill_billing.vouchers.jobs import EXPIRE, BatchToExpire
from larabill_billing.vouchers.model import IssuedVouchers, Voucher, VoucherBatch, VoucherStatus, after
from larabill_billing.vouchers.ports import VouchersTx
from larabill_core.clock import local_date, start_of_day
from larabill_core.errors import Conflict, Faults, NotFound
from larabill_core.ids import new_ids
from larabill_core.jobs import NewJob
from larabill_core.money import LIMIT, parse_quantity
from larabill_core.privacy import Secret

SOURCE: Final = "voucher"
MOST: Final = 10_000
"""Vouchers in one batch."""


@attrs.frozen(kw_only=True)
class NewVouchers:
    """A batch as asked for. `batch_uuid` is the client's: the same one twice is refused, as codes are shown once.

    `sold`: what names the money that came in for all of them by hand; empty where they are given away.
    """

    batch_uuid: UUID
    name: str
    count: int
    amount: Decimal
    currency: str
    expires_on: date | None = None
    sold: str = ""


def issue(tx: VouchersTx, new: NewVouchers) -> IssuedVouchers:
    """Make the vouchers; their codes are in the answer and nowhere else.

    Raises `InvalidInput` with every fault, `AlreadyExists` for a `batch_uuid` that is taken.
    """
    time_zone = tx.billing.sellers.get(tx.seller_id).time_zone
    batch = _checked(tx, new, local_date(tx.now, time_zone))
    codes = [new_code() for _ in range(batch.count)]
    vouchers = [
        Voucher(id=id, seller_id=tx.seller_id, batch_id=batch.id, digest=digest(tx.seller_id, canonical(code)))
        for id, code in zip(new_ids(batch.count), codes, strict=True)
    ]
    tx.billing.vouchers.add(batch, vouchers)
    if batch.sold:
        _post(tx, batch, "sold", batch.count, cash(MANUAL), VOUCHERS)
    if batch.expires_on is not None:
        due = BatchToExpire(batch_id=batch.id)
        at = start_of_day(batch.expires_on, time_zone)
        tx.enqueue(NewJob(handler=EXPIRE, payload=due, seller_id=tx.seller_id, run_at=at))
    record(tx, "voucher_batch", batch.id, "issue", reason=f"{batch.count} of {batch.amount} {batch.currency}")
    return IssuedVouchers(batch=batch, codes=tuple(map(Secret, codes)))


def _checked(tx: VouchersTx, new: NewVouchers, today: date) -> VoucherBatch:
    faults = Faults()
    name = attempt(faults, lambda: check_text(new.name, "name", required=True), "")
    sold = attempt(faults, lambda: check_text(new.sold, "sold"), "")
    count = attempt(faults, lambda: parse_quantity(new.count, "count", 1, MOST), 1)
    known = len(faults)
    currency = attempt(faults, lambda: check_currency(new.currency, "currency"), "")
    amount = check_amount(new.amount, currency, "amount", faults) if len(faults) == known else Decimal(0)
    if amount * count >= LIMIT:
        faults.add("amount", "comes to too much for all of them", value=amount, remedy=f"stay under {LIMIT} in all")
    if new.expires_on is not None and new.expires_on <= today:
        faults.add("expires_on", "is past", value=new.expires_on.isoformat(), remedy="name a day to come")
    faults.raise_if_any()
    return VoucherBatch(
        id=new.batch_uuid,
        seller_id=tx.seller_id,
        name=name,
        count=count,
        amount=amount,
        currency=currency,
        expires_on=new.expires_on,
        sold=sold,
        created_at=tx.now,
    )


def redeem(tx: VouchersTx, customer_id: UUID, code: str) -> Lot:
    """The code's amount becomes the customer's credit, once. The same customer again has the same answer (F35).

    Raises `InvalidInput` for what is no code; `NotFound` for the customer, and when there is no such voucher;
    `Conflict` when it was redeemed, has expired, or is in another currency than the customer's.
    """
    customer = tx.billing.customers.get(customer_id)
    voucher = tx.billing.vouchers.by_digest(digest(tx.seller_id, canonical(code)))
    if voucher is None:
        raise NotFound("voucher", "of this code")
    if voucher.status is VoucherStatus.REDEEMED and voucher.customer_id == customer_id:
        (credit,) = tx.billing.credits.from_source(SOURCE, voucher.id)
        return lot_of(tx, credit.id)
    batch = tx.billing.vouchers.batch(voucher.batch_id)
    _demand_good(tx, voucher, batch)
    if batch.currency != customer.currency:
        raise Conflict(f"voucher {voucher.id}", f"it is in {batch.currency}, the customer pays in {customer.currency}")
    redeemed = attrs.evolve(voucher, status=after(voucher, "redeem"), customer_id=customer_id, redeemed_at=tx.now)
    tx.billing.vouchers.save(redeemed)
    record(tx, "voucher", voucher.id, "redeem", before=voucher.status, after=redeemed.status)
    account = VOUCHERS if batch.sold else MARKETING
    lot = grant(tx, customer_id, batch.amount, batch.currency, SOURCE, voucher.id, account=account)
    return lot_of(tx, lot.id)


def _demand_good(tx: VouchersTx, voucher: Voucher, batch: VoucherBatch) -> None:
    if voucher.status is VoucherStatus.REDEEMED:
        raise Conflict(f"voucher {voucher.id}", "it was redeemed before")
    if batch.expires_on is not None:
        today = local_date(tx.now, tx.billing.sellers.get(tx.seller_id).time_zone)
        if voucher.status is VoucherStatus.EXPIRED or batch.expires_on <= today:
            raise Conflict(f"voucher {voucher.id}", f"it expired on {batch.expires_on}")


def expire_vouchers(tx: VouchersTx, payload: BatchToExpire) -> None:
    """What was not redeemed in time is worth nothing any more; of a batch that was sold it is breakage, posted once."""
    batch = tx.billing.vouchers.batch(payload.batch_id)
    count = tx.billing.vouchers.expire(batch.id)
    if not count:
        return
    if batch.sold:
        _post(tx, batch, "expired", count, VOUCHERS, BREAKAGE)
    record(tx, "voucher_batch", batch.id, "expire", reason=f"{count} of {batch.count}")


def _post(tx: VouchersTx, batch: VoucherBatch, purpose: str, count: int, debit: str, credit: str) -> None:
    worth = count * batch.amount
    entry = Entry(
        seller_id=tx.seller_id,
        currency=batch.currency,
        document_kind="voucher_batch",
        document_id=batch.id,
        purpose=purpose,
        occurred_at=tx.now,
        postings=(Posting(account=debit, amount=worth), Posting(account=credit, amount=-worth)),
    )
    post(tx, [entry])
