"""Make coupons, redeem them, and give back what came to nothing.

Limits hold in a race: the use is counted by one conditional UPDATE of the coupon, whose row then lets in one customer
at a time; how often that customer was there already is read after it (F39). Locks: the invoice's state, redemptions,
coupons in the order of their ids, stock, the number series.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import check_reason, record, record_many
from larabill_billing.audits.model import Change
from larabill_billing.discounts.check import Found
from larabill_billing.discounts.codes import canonical
from larabill_billing.discounts.coupon import Coupon, CouponCode, NewCoupon, Redemption, RedemptionStatus, Use
from larabill_billing.discounts.ports import DiscountsTx
from larabill_billing.discounts.standing import Allowances
from larabill_billing.discounts.states import after
from larabill_core.errors import Conflict
from larabill_core.ids import new_id

ZERO = Decimal(0)


class Discounted(Protocol):
    """What allowances stand on: a charge."""

    @property
    def allowances(self) -> Allowances: ...

    @property
    def net_amount(self) -> Decimal: ...


def create(tx: DiscountsTx, new: NewCoupon) -> Coupon:
    """A coupon with its codes. Raises `AlreadyExists` for a code that stands for a coupon already."""
    coupon = Coupon(id=new_id(), seller_id=tx.seller_id, terms=new.terms, created_at=tx.now)
    tx.billing.coupons.add(coupon)
    tx.billing.coupons.add_codes([_code(tx, coupon.id, code) for code in new.codes])
    record(tx, "coupon", coupon.id, "create", "", "open")
    return coupon


def add_code(tx: DiscountsTx, coupon_id: UUID, code: str) -> CouponCode:
    """One more code. Raises `InvalidInput`, `NotFound`, `AlreadyExists`; `Conflict` when the coupon has ended."""
    made = _code(tx, coupon_id, code)
    if tx.billing.coupons.get(coupon_id).ended_at is not None:
        raise Conflict(f"coupon {coupon_id}", "it has ended", "create a new one")
    tx.billing.coupons.add_codes([made])
    record(tx, "coupon", coupon_id, "add_code", "open", "open")
    return made


def end(tx: DiscountsTx, coupon_id: UUID, reason: str = "") -> Coupon:
    """It is redeemed no more; who has it keeps it. Raises `NotFound`; `Conflict` when it has ended."""
    check_reason(reason)
    coupon = tx.billing.coupons.get(coupon_id, lock=True)
    if coupon.ended_at is not None:
        raise Conflict(f"coupon {coupon_id}", "it has ended already")
    tx.billing.coupons.end(coupon_id, tx.now)
    record(tx, "coupon", coupon_id, "end", "open", "ended", reason)
    return attrs.evolve(coupon, ended_at=tx.now)


def _code(tx: DiscountsTx, coupon_id: UUID, shown: str) -> CouponCode:
    return CouponCode(
        id=new_id(), seller_id=tx.seller_id, coupon_id=coupon_id, code=canonical(shown), shown=shown.strip()
    )


def redemption(
    found: Found, customer_id: UUID, currency: str, tx: DiscountsTx, *, subscription_id: UUID | None = None
) -> Redemption:
    """A redemption that is still to be written."""
    return Redemption(
        id=new_id(),
        seller_id=tx.seller_id,
        coupon_id=found.coupon.id,
        code_id=found.code.id,
        customer_id=customer_id,
        subscription_id=subscription_id,
        terms=found.coupon.terms,
        currency=currency,
        cycles_left=found.coupon.terms.cycles,
        redeemed_at=tx.now,
    )


def redeem(tx: DiscountsTx, redemptions: Sequence[Redemption], reason: str = "") -> None:
    """Count the uses and write the redemptions. All are of one customer.

    Take late in the transaction: the coupons' rows stay locked. Raises `Conflict` where a limit is reached.
    """
    if not redemptions:
        return
    wanted = sorted(redemptions, key=lambda each: each.coupon_id)
    for each in wanted:
        if not tx.billing.coupons.take(each.coupon_id):
            raise Conflict(f"coupon {each.terms.name!r}", "it is used up, or has ended", "leave its code out")
    limited = [each for each in wanted if each.terms.limit_per_customer is not None]
    if limited:
        uses = tx.billing.redemptions.uses_of(limited[0].customer_id, [each.coupon_id for each in limited], lock=True)
        for each in limited:
            if uses.get(each.coupon_id, 0) >= (each.terms.limit_per_customer or 0):
                why = "this customer has redeemed it as often as it may be"
                raise Conflict(f"coupon {each.terms.name!r}", why, "leave its code out")
    tx.billing.redemptions.add_many(wanted)
    record_many(tx, [_moved(each, "redeem", "", each.status, reason) for each in wanted])


def uses_of(charges: Iterable[Discounted], sign: int = 1) -> list[Use]:
    """What charges make of the redemptions that took something off them."""
    found: dict[UUID, Use] = {}
    for charge in charges:
        for each in charge.allowances:
            if each.source_id is None:
                continue
            known = found.get(each.source_id) or Use(
                redemption_id=each.source_id, cycles=0, discount=ZERO, revenue=ZERO
            )
            found[each.source_id] = attrs.evolve(
                known,
                cycles=known.cycles + sign * each.counts,
                discount=known.discount + sign * each.amount,
                revenue=known.revenue + sign * charge.net_amount,
            )
    return list(found.values())


def used(redemption: Redemption, use: Use) -> Redemption:
    """The redemption when a document has made this use of it."""
    left = None if redemption.cycles_left is None else redemption.cycles_left - use.cycles
    return attrs.evolve(
        redemption,
        cycles_left=left,
        discount=redemption.discount + use.discount,
        revenue=redemption.revenue + use.revenue,
    )


def use(tx: DiscountsTx, charges: Iterable[Discounted]) -> None:
    """Note what documents made of redemptions: one statement, or none."""
    uses = uses_of(charges)
    if uses:
        tx.billing.redemptions.use(uses)


def undo(tx: DiscountsTx, charges: Sequence[Discounted]) -> None:
    """The charges of a document that was voided: cycles and sums are what they were before it.

    A redemption of an order that took nothing off anything any more is returned.
    """
    uses = uses_of(charges, -1)
    if not uses:
        return
    ids = [each.redemption_id for each in uses]
    tx.billing.redemptions.get_many(ids, lock=True)
    tx.billing.redemptions.use(uses)
    found = tx.billing.redemptions.get_many(ids).values()
    _return(tx, [each for each in found if each.order_id is not None and not each.discount], "invoice voided")


def return_all(tx: DiscountsTx, order_id: UUID) -> None:
    """What was redeemed with an order that was cancelled."""
    _return(tx, tx.billing.redemptions.for_order(order_id, lock=True), "order cancelled")


def _return(tx: DiscountsTx, redemptions: Iterable[Redemption], reason: str) -> None:
    """Of locked rows, those that are active: exactly once, whoever comes first."""
    back = [each for each in redemptions if each.status is RedemptionStatus.ACTIVE]
    if not back:
        return
    tx.billing.redemptions.set_status([each.id for each in back], RedemptionStatus.RETURNED)
    tx.billing.coupons.give_back(Counter(each.coupon_id for each in back))
    record_many(tx, [_moved(each, "return", each.status, after(each, "return"), reason) for each in back])


def remove(tx: DiscountsTx, redemption_id: UUID, reason: str = "") -> Redemption:
    """It takes nothing off any more; its use is not given back. Raises `NotFound`, `IllegalTransition`."""
    check_reason(reason)
    found = tx.billing.redemptions.get(redemption_id, lock=True)
    removed = attrs.evolve(found, status=after(found, "remove"))
    tx.billing.redemptions.set_status([found.id], removed.status)
    record_many(tx, [_moved(found, "remove", found.status, removed.status, reason)])
    return removed


def _moved(redemption: Redemption, action: str, before: str, after: str, reason: str) -> Change:
    return Change(
        subject_kind="redemption",
        subject_id=redemption.id,
        action=action,
        before=before,
        after=after,
        reason=reason,
    )
