"""Prepaid units: bought once, used up by the periods that follow. What goes beyond them is billed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from larabill_billing.audits.handlers import record
from larabill_billing.pricing.exact import subtract, text
from larabill_billing.usage.model import LIMIT, PLACES, Draw, Grant, MeteredPeriod, plain
from larabill_billing.usage.parse import client_id
from larabill_billing.usage.ports import UsageTx
from larabill_core.clock import as_utc
from larabill_core.errors import Conflict, Faults, InvalidInput
from larabill_core.ids import new_id
from larabill_core.money import parse_decimal


def grant(
    tx: UsageTx,
    subscription_id: UUID,
    item_id: UUID,
    meter: str,
    units: Decimal,
    reference: str,
    expires_at: datetime | None = None,
) -> Grant:
    """Prepaid units for an item. The same `reference` twice is one grant.

    Raises `InvalidInput` with every fault; `Conflict` for a reference that stands for something else.
    """
    faults = Faults()
    try:
        units = parse_decimal(units, places=PLACES, path="units", minimum=0, limit=LIMIT)
        if not units:
            faults.add("units", "must be more than 0", value=units)
    except InvalidInput as problem:
        faults.include(problem)
    try:
        client_id(reference, "reference")
    except InvalidInput as problem:
        faults.include(problem)
    if meter not in tx.billing.usage.meters([meter]):
        faults.add("meter", "is not a meter of this seller", value=meter)
    subject = tx.billing.usage.subjects([subscription_id]).get(subscription_id)
    if subject is None:
        faults.add("subscription_id", "is not a subscription", value=str(subscription_id))
    elif not subject.is_live:
        faults.add("subscription_id", f"is {subject.status}: it takes no usage")
    elif item_id not in subject.item_ids:
        faults.add("item_id", "is not an item of this subscription, or is over", value=str(item_id))
    if expires_at is not None and as_utc(expires_at) <= tx.now:
        faults.add("expires_at", "is past", value=expires_at.isoformat())
    faults.raise_if_any()
    new = Grant(
        id=new_id(),
        seller_id=tx.seller_id,
        subscription_item_id=item_id,
        meter=meter,
        units=units,
        remaining=units,
        reference=reference,
        granted_at=tx.now,
        expires_at=expires_at,
    )
    stored = tx.billing.usage.add_grant(new)
    if stored.id == new.id:
        record(tx, "subscription_item", item_id, "grant", reason=f"{text(units)} of {meter}, {reference}")
    elif (stored.subscription_item_id, stored.meter, stored.units, stored.expires_at) != (
        item_id,
        meter,
        units,
        expires_at,
    ):
        raise Conflict(f"grant {reference}", "it exists with other content", "use another reference")
    return stored


def grants_for(tx: UsageTx, item_ids: Collection[UUID]) -> dict[tuple[UUID, str], list[Grant]]:
    """The grants of these items that have units left, by item and meter; those that expire first come first."""
    found: dict[tuple[UUID, str], list[Grant]] = {}
    for each in tx.billing.usage.grants(item_ids):
        if each.remaining > 0:
            found.setdefault((each.subscription_item_id, each.meter), []).append(each)
    return found


def draw_from(grants: Sequence[Grant], period: MeteredPeriod, quantity: Decimal) -> list[Draw]:
    """What a period's use takes from each grant, in the order given; pure. What is left of `quantity` is beyond them.

    A grant covers the periods in which it stands at any time: from the one in which it was bought to the one in which
    it expires.
    """
    draws: list[Draw] = []
    for each in grants:
        stands = each.granted_at < period.end_at and (each.expires_at is None or each.expires_at > period.start_at)
        units = min(quantity, each.remaining)
        if stands and units > 0:
            draws.append(Draw(grant_id=each.id, units=plain(units)))
            quantity = subtract(quantity, units)
    return draws
