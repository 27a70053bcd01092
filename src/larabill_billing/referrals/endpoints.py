"""Referrals over HTTP. A customer's id is the code by which they refer others: the host names it at sign-up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from larabill_billing.credits.model import Credit
from larabill_billing.referrals import handlers
from larabill_billing.referrals.handlers import SOURCE
from larabill_billing.referrals.model import Referral, ReferralStatus
from larabill_billing.referrals.ports import ReferralsTx
from larabill_core.http.endpoint import Call, Endpoint
from larabill_core.http.wire import Cursor, Listing, Money, id_of, money, newest_first, next_of
from larabill_core.ids import derived_id, parse_public_id, public_id

_HERE: Final = "larabill_billing.referrals.endpoints"


class ReferralsQuery(Listing, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom this customer has referred."""

    customer: Cursor | None = None


class NewReferral(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who brought whom."""

    referrer: Cursor
    referred: Cursor


class ReferralOut(msgspec.Struct, frozen=True, kw_only=True):
    """Once the referred customer has paid, the referrer gets `reward` as credit. `referred` is shown to staff."""

    id: str
    status: ReferralStatus
    referrer: str
    referred: str | None
    reward: Money | None
    created_at: datetime
    rewarded_at: datetime | None


class ReferralPage(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is what `after` of the next page is; null at the end."""

    items: list[ReferralOut]
    next: str | None


ENDPOINTS: Final = (
    Endpoint(
        id="list_referrals",
        method="GET",
        path="/referrals",
        summary="Who was referred, and what that has brought",
        ability="referrals.read",
        scope="own",
        query=ReferralsQuery,
        answer=ReferralPage,
        handler=f"{_HERE}:list_referrals",
    ),
    Endpoint(
        id="refer_customer",
        method="POST",
        path="/referrals",
        summary="Note who brought a new customer",
        ability="referrals.write",
        body=NewReferral,
        answer=ReferralOut,
        status=201,
        handler=f"{_HERE}:refer_customer",
    ),
)


def list_referrals(tx: ReferralsTx, call: Call[ReferralsQuery, None]) -> ReferralPage:
    """Two statements: the referrals, and the credit that they gave."""
    query = call.query
    found = tx.billing.referrals.page(
        referrer_id=call.customer(id_of(query.customer, "cus", "customer")),
        after=id_of(query.after, "rfl", "after"),
        newest_first=newest_first(query),
        limit=query.limit,
    )
    given = tx.billing.credits.from_sources(SOURCE, [_reward_id(each) for each in found]) if found else []
    rewards = {credit.source_id: credit for credit in given if credit.amount > 0}
    items = [_out(each, rewards, for_staff=call.actor.kind == "staff") for each in found]
    return ReferralPage(items=items, next=next_of(items, query))


def refer_customer(tx: ReferralsTx, call: Call[Any, NewReferral]) -> ReferralOut:
    referral = handlers.refer(
        tx,
        parse_public_id(call.body.referrer, "cus", "referrer"),
        parse_public_id(call.body.referred, "cus", "referred"),
    )
    return _out(referral, {}, for_staff=True)


def _reward_id(referral: Referral) -> UUID:
    return derived_id(referral.id, "referrer")


def _out(referral: Referral, rewards: Mapping[UUID, Credit], *, for_staff: bool) -> ReferralOut:
    reward = rewards.get(_reward_id(referral))
    return ReferralOut(
        id=public_id("rfl", referral.id),
        status=referral.status,
        referrer=public_id("cus", referral.referrer_id),
        referred=public_id("cus", referral.referred_id) if for_staff else None,
        reward=None if reward is None else money(reward.amount, reward.currency),
        created_at=referral.created_at,
        rewarded_at=referral.rewarded_at,
    )
