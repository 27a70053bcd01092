"""Put a catalogue into force."""

from __future__ import annotations

import attrs

from larabill_billing.audits.handlers import record_many
from larabill_billing.audits.model import Change
from larabill_billing.catalog.data import FIELDS
from larabill_billing.catalog.model import Catalogue, Plan, PlanDefinition, Visibility
from larabill_billing.catalog.ports import CatalogTx
from larabill_billing.catalog.selling import sold as sold_plan
from larabill_billing.catalog.stock import limits
from larabill_core.errors import InvalidInput, NotFound
from larabill_core.ids import new_id


@attrs.frozen(kw_only=True)
class Changes:
    """What a load did, by plan code."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    deactivated: tuple[str, ...]
    unchanged: tuple[str, ...]


def load(tx: CatalogTx, catalog: Catalogue) -> Changes:
    """A new version of each plan whose definition changed; plans that are missing are no longer sold.

    Running subscriptions keep their version. An archived plan is loaded like any other, and refused when it is ordered.
    Stock is set as the catalogue says; what is taken stays taken. Statements do not depend on the number of plans. Two
    loads at once: one of them raises `AlreadyExists`. Raises `InvalidInput` for a catalogue without plans, which would
    retire them all.
    """
    if not catalog.plans:
        raise InvalidInput.one("plans", "is empty: nothing would be sold any more", remedy="name at least one plan")
    latest = tx.billing.plans.latest()
    sold = tx.billing.plans.active()
    new: list[Plan] = []
    unchanged: list[str] = []
    for definition in catalog.plans:
        stored = latest.get(definition.code)
        if stored is not None and definition.code in sold and is_same(stored, definition):
            unchanged.append(definition.code)
            continue
        version = 1 if stored is None else stored.version + 1
        fields = {name: getattr(definition, name) for name in FIELDS}
        new.append(Plan(id=new_id(), seller_id=tx.seller_id, version=version, **fields))
    wanted = {definition.code for definition in catalog.plans}
    replaced = {plan.code for plan in new}
    gone = [plan for plan in sold.values() if plan.code not in wanted]
    retired = [plan for plan in sold.values() if plan.code in replaced]
    tx.billing.plans.deactivate([plan.id for plan in (*gone, *retired)])
    tx.billing.plans.add_many(new)
    tx.billing.stock.set_limits(limits(catalog.plans))
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


def is_same(stored: Plan, definition: PlanDefinition) -> bool:
    """Whether the stored version says what the definition says; the order of prices does not matter."""
    return _facts(stored) == _facts(definition)


def _facts(plan: PlanDefinition) -> tuple[object, ...]:
    prices = {(price.currency, price.kind, price.cycle): price.model for price in plan.prices}
    return (prices, *(getattr(plan, name) for name in FIELDS if name != "prices"))


def listed(tx: CatalogTx, *, hidden: bool = False) -> list[Plan]:
    """The plans that are sold, by code: those that customers see, and with `hidden` those too that need the code."""
    shown = {Visibility.PUBLIC, Visibility.HIDDEN} if hidden else {Visibility.PUBLIC}
    return [plan for plan in tx.billing.plans.active().values() if plan.visibility in shown]


def plan_for(tx: CatalogTx, code: str) -> Plan:
    """The sold version of a plan, public or hidden.

    Raises `NotFound`, and `InvalidInput` for one that is archived.
    """
    found = tx.billing.plans.active([code]).get(code)
    if found is None:
        raise NotFound("plan", code)
    return sold_plan(found, code)
