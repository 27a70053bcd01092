"""Put a catalogue into force."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from larabill_billing.audits.handlers import record_many
from larabill_billing.audits.model import Change
from larabill_billing.catalog.model import Plan, PlanDefinition
from larabill_billing.catalog.ports import CatalogTx
from larabill_core.errors import InvalidInput, NotFound
from larabill_core.ids import new_id


@attrs.frozen(kw_only=True)
class Changes:
    """What a load did, by plan code."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    deactivated: tuple[str, ...]
    unchanged: tuple[str, ...]


def load(tx: CatalogTx, catalog: Sequence[PlanDefinition]) -> Changes:
    """A new version of each plan whose definition changed; plans that are missing are no longer sold.

    Running subscriptions keep their version. Statements do not depend on the number of plans. Two loads at once: one
    of them raises `AlreadyExists`. Raises `InvalidInput` for a catalogue without plans, which would retire them all.
    """
    if not catalog:
        raise InvalidInput.one("plans", "is empty: nothing would be sold any more", remedy="name at least one plan")
    latest = tx.billing.plans.latest()
    new: list[Plan] = []
    unchanged: list[str] = []
    for definition in catalog:
        stored = latest.get(definition.code)
        if stored is not None and stored.active and is_same(stored, definition):
            unchanged.append(definition.code)
            continue
        version = 1 if stored is None else stored.version + 1
        fields = attrs.asdict(definition, recurse=False, filter=lambda field, _: field.name in DEFINING)
        new.append(Plan(id=new_id(), seller_id=tx.seller_id, version=version, active=True, **fields))
    wanted = {definition.code for definition in catalog}
    replaced = {plan.code for plan in new}
    gone = [plan for plan in latest.values() if plan.active and plan.code not in wanted]
    retired = [plan for plan in latest.values() if plan.active and plan.code in replaced]
    tx.billing.plans.deactivate([plan.id for plan in (*gone, *retired)])
    tx.billing.plans.add_many(new)
    record_many(
        tx,
        [
            *(Change(subject_kind="plan", subject_id=p.id, action="load", after="active") for p in new),
            *(
                Change(subject_kind="plan", subject_id=p.id, action="retire", before="active", after="inactive")
                for p in (*gone, *retired)
            ),
        ],
    )
    return Changes(
        added=tuple(plan.code for plan in new if plan.code not in latest),
        changed=tuple(plan.code for plan in new if plan.code in latest),
        deactivated=tuple(plan.code for plan in gone),
        unchanged=tuple(unchanged),
    )


DEFINING = frozenset(field.name for field in attrs.fields(PlanDefinition))


def is_same(stored: Plan, definition: PlanDefinition) -> bool:
    """Whether the stored version says what the definition says; the order of prices does not matter."""

    def facts(plan: PlanDefinition) -> tuple[object, ...]:
        prices = {(price.currency, price.kind, price.cycle): price.amount for price in plan.prices}
        return (prices, *(getattr(plan, name) for name in sorted(DEFINING - {"prices"})))

    return facts(stored) == facts(definition)


def plan_for(tx: CatalogTx, code: str) -> Plan:
    """The sold version of a plan. Raises `NotFound`."""
    found = tx.billing.plans.active([code]).get(code)
    if found is None:
        raise NotFound("plan", code)
    return found
