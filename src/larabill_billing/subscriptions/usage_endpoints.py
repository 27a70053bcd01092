"""Usage over HTTP: what agreements have used, for those whose they are, and what clients have counted."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta

from larabill_billing.subscriptions.model import Subscription
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_billing.usage.model import LONGEST_ID, LONGEST_KEY, MeteredPeriod
from larabill_billing.usage.parse import BATCH, MOST_PROPERTIES, read
from larabill_billing.usage.record import record
from larabill_core.access import own
from larabill_core.clock import start_of_day
from larabill_core.errors import Faults
from larabill_core.http.endpoint import Call, Endpoint
from larabill_core.http.wire import Amount, Cursor
from larabill_core.ids import public_id

_HERE: Final = "larabill_billing.subscriptions.usage_endpoints"

LONGEST_SPAN: Final = timedelta(days=3 * 366)
EARLIEST: Final = date(2000, 1, 1)

ClientId: TypeAlias = Annotated[str, Meta(pattern="^[!-~]+$", max_length=LONGEST_ID, description="The client's own id")]


class UsageQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The days from `start_on` on and before `end_on`, in the agreement's time zone."""

    start_on: date
    end_on: date


class NewUsageEvent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that was used. The same `idempotency_id` twice is one event; `corrects` names one that it replaces.

    `subscription_item_id` may be left out where the agreement has one item. A meter counts a `quantity` or different
    values of `unique_key`, or what it names of the `properties`.
    """

    idempotency_id: ClientId
    subscription_id: Cursor
    meter: Annotated[str, Meta(min_length=1, max_length=64)]
    occurred_at: Annotated[datetime, Meta(tz=True)]
    subscription_item_id: Cursor | None = None
    quantity: Amount | None = None
    unique_key: Annotated[str, Meta(min_length=1, max_length=LONGEST_KEY)] | None = None
    properties: Annotated[dict[str, Any], Meta(max_length=MOST_PROPERTIES)] | None = None
    corrects: ClientId | None = None


class RecordUsage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Events that are recorded together, or not at all."""

    events: Annotated[list[NewUsageEvent], Meta(min_length=1, max_length=BATCH)]


class RecordedOut(msgspec.Struct, frozen=True, kw_only=True):
    """How many events are new, and how many were known."""

    new: int
    known: int


class MeterUsage(msgspec.Struct, frozen=True, kw_only=True):
    """What a meter has counted of an item."""

    item: str
    plan_code: str
    meter: str
    unit: str
    quantity: Amount


class UsageOut(msgspec.Struct, frozen=True, kw_only=True):
    """What was used in these days, of every item that has a price for it."""

    start_on: date
    end_on: date
    items: list[MeterUsage]


ENDPOINTS: Final = (
    Endpoint(
        id="get_usage",
        method="GET",
        path="/subscriptions/{subscription}/usage",
        summary="What an agreement has used in some days",
        ability="usage.read",
        scope="own",
        query=UsageQuery,
        answer=UsageOut,
        handler=f"{_HERE}:get_usage",
    ),
    Endpoint(
        id="record_usage",
        method="POST",
        path="/usage",
        summary="Record what was used: all of these events, or none",
        ability="usage.write",
        body=RecordUsage,
        answer=RecordedOut,
        idempotent=True,
        handler=f"{_HERE}:record_usage",
    ),
)


def get_usage(tx: SubscriptionsTx, call: Call[UsageQuery, None]) -> UsageOut:
    """Six statements, however many items and meters there are."""
    query = call.query
    subscription = tx.billing.subscriptions.get(call.path["subscription"])
    own(call.actor, "subscription", subscription.id, subscription.customer_id)
    _check_span(query, tx.now.date())
    items = tx.billing.subscriptions.living_items([subscription.id]).get(subscription.id, [])
    plans = tx.billing.plans.get_many({item.plan_id for item in items})
    wanted = [
        (item, price.meter)
        for item in items
        for price in plans[item.plan_id].usage
        if price.currency == subscription.currency
    ]
    meters = tx.billing.usage.meters({meter for _, meter in wanted}) if wanted else {}
    asked = [(_period(subscription, item.id, meter, query), meters[meter].aggregation) for item, meter in wanted]
    quantities = tx.billing.usage.quantities(asked) if asked else []
    return UsageOut(
        start_on=query.start_on,
        end_on=query.end_on,
        items=[
            MeterUsage(
                item=public_id("itm", item.id),
                plan_code=item.plan_code,
                meter=meter,
                unit=meters[meter].unit,
                quantity=f"{quantity:f}",
            )
            for (item, meter), quantity in zip(wanted, quantities, strict=True)
        ],
    )


def record_usage(tx: SubscriptionsTx, call: Call[Any, RecordUsage]) -> RecordedOut:
    """What names no agreement of the seller's is a fault at its place, whoever else's it may be (B01)."""
    given = [msgspec.structs.asdict(event) for event in call.body.events]
    events = [{name: value for name, value in event.items() if value is not None} for event in given]
    recorded = record(tx, read(events))
    return RecordedOut(new=recorded.new, known=recorded.known)


def _period(subscription: Subscription, item_id: UUID, meter: str, query: UsageQuery) -> MeteredPeriod:
    return MeteredPeriod(
        subscription_item_id=item_id,
        meter=meter,
        start_at=start_of_day(query.start_on, subscription.time_zone),
        end_at=start_of_day(query.end_on, subscription.time_zone),
    )


def _check_span(query: UsageQuery, today: date) -> None:
    faults = Faults()
    if query.start_on < EARLIEST:
        faults.add("start_on", f"is before {EARLIEST}", value=str(query.start_on))
    if query.end_on <= query.start_on:
        faults.add("end_on", "is not after start_on", value=str(query.end_on))
    elif query.end_on - query.start_on > LONGEST_SPAN or query.end_on - today > LONGEST_SPAN:
        faults.add("end_on", "is too far ahead", value=str(query.end_on), remedy=f"ask for {LONGEST_SPAN.days} days")
    faults.raise_if_any()
