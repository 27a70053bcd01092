"""A scenario file: what is sold, to whom, and what happens when. Strict, with all its mistakes at once and by place."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Literal, TypeVar

import attrs

from larabill_billing.catalog.loader import parse_tables
from larabill_billing.catalog.model import Catalogue
from larabill_billing.customers.checks import check_country, check_tax_id
from larabill_billing.discounts.codes import canonical
from larabill_billing.discounts.coupon import NewCoupon
from larabill_billing.exchange.parse import rates_of
from larabill_billing.settings import BillingSettings
from larabill_cli.simulate.entries import VERBS, Addon, Entry, Subscribe, parse_label
from larabill_cli.simulate.moments import Moment, instant, parse_moment
from larabill_core.clock import zone
from larabill_core.contracts.rates import PublishedRate
from larabill_core.errors import ConfigurationError, Faults, InvalidInput, join
from larabill_core.money import exponent, parse_currency, parse_decimal
from larabill_core.structure import structure

S = TypeVar("S")
T = TypeVar("T")

LONGEST: Final = timedelta(days=50 * 366)
MOST_ENTRIES: Final = 10_000
ELSEWHERE: Final = {
    "seller": "leave it out",
    "catalog": "the plans stand in the scenario: [[plans]]",
    "exchange": "rates stand at the top: [[rates]]",
    "taxes": "they stand at the top: [[taxes]]",
}
"""Keys of the `[billing]` table that are no policies of a scenario, and what to do instead."""


def _zone(value: object, path: str) -> str:
    return zone(str(value), path).key


def _currency(value: object, path: str) -> str:
    return parse_currency(value, path).code


def _country(value: object, path: str) -> str:
    return check_country(str(value), path)


@attrs.frozen(kw_only=True)
class Buyer:
    """A customer. `pays`: by a stored card, at once, or by hand, that is: when the timeline says `pay`.

    `group`: a code by which a dunning policy may name the customer.
    """

    id: str = attrs.field(metadata={"parse": parse_label})
    country: str = attrs.field(default="DE", metadata={"parse": _country})
    tax_id: str = attrs.field(default="", metadata={"parse": check_tax_id})
    currency: str = attrs.field(default="", metadata={"parse": _currency})
    timezone: str = attrs.field(default="", metadata={"parse": _zone})
    pays: Literal["card", "by_hand"] = "card"
    group: str = ""


@attrs.frozen(kw_only=True)
class Step:
    """An entry of the timeline at its instant; `place` is where it stands in the file."""

    at: datetime
    entry: Entry
    place: str


@attrs.frozen(kw_only=True)
class Scenario:
    """The whole, checked. It is played from `start` up to `until`, which no longer belongs to it."""

    start: datetime
    until: datetime
    timezone: str
    currency: str
    policies: Mapping[str, Any]
    catalogue: Catalogue
    rates: tuple[PublishedRate, ...]
    coupons: tuple[NewCoupon, ...]
    customers: tuple[Buyer, ...]
    timeline: tuple[Step, ...]


@attrs.frozen(kw_only=True)
class ScenarioFile:
    """The keys of the file; what has a form of its own is looked at afterwards."""

    start: Moment = attrs.field(metadata={"parse": parse_moment})
    until: Moment = attrs.field(metadata={"parse": parse_moment})
    timezone: str = attrs.field(default="UTC", metadata={"parse": _zone})
    currency: str = attrs.field(default="EUR", metadata={"parse": _currency})
    policies: Mapping[str, Any] = attrs.field(factory=dict)
    meters: Any = ()
    plans: Any = ()
    coupons: Any = ()
    taxes: Any = ()
    rates: Any = ()
    customers: Any = ()
    timeline: Any = ()


def parse_scenario(text: str, source: str) -> Scenario:
    """The scenario in `text`, which is JSON when it begins with a brace, else TOML.

    `source` names it in errors. Raises `InvalidInput`: syntax by line, everything else by key path, all at once.
    """
    data = _decode(text, source)
    faults = Faults()
    file = structure(ScenarioFile, data, faults)
    policies = _policies(data.get("policies", {}), data.get("taxes", ()), faults)
    catalogue = _catalogue(data, faults)
    coupons = _tables(NewCoupon, data.get("coupons", ()), faults, "coupons")
    _check_codes(coupons, faults)
    rates = _rates(data.get("rates", ()), faults)
    buyers = _tables(Buyer, data.get("customers", ()), faults, "customers")
    entries = _entries(data.get("timeline", ()), faults)
    _check_labels(data, entries, faults)
    time_zone = _quietly(_zone, data.get("timezone", "UTC"), "UTC")
    currency = _quietly(_currency, data.get("currency", "EUR"), "EUR")
    _check_amounts(entries, {buyer.id: buyer.currency or currency for buyer in buyers.values()}, faults)
    start, until = (
        _instant(_quietly(parse_moment, data.get(name), None), time_zone, name, faults) for name in ("start", "until")
    )
    if start is not None and until is not None and not timedelta(0) < until - start <= LONGEST:
        faults.add("until", "must be after start, by 50 years at most", value=str(data["until"]))
    zones = {buyer.id: buyer.timezone or time_zone for buyer in buyers.values()}
    timeline = _steps(entries, zones, time_zone, faults)
    _check_span(timeline, start, until, faults)
    faults.raise_if_any()
    if file is None or start is None or until is None:
        raise AssertionError("what cannot be structured has faults")
    return Scenario(
        start=start,
        until=until,
        timezone=time_zone,
        currency=currency,
        policies=policies,
        catalogue=catalogue,
        rates=rates,
        coupons=tuple(coupons.values()),
        customers=tuple(buyers.values()),
        timeline=timeline,
    )


def _decode(text: str, source: str) -> dict[str, Any]:
    try:
        if text.lstrip().startswith("{"):
            data = json.loads(text, object_pairs_hook=_unique)
        else:
            data = tomllib.loads(text)
    except RecursionError:
        raise InvalidInput.one(source, "is nested too deeply") from None
    except ValueError as problem:
        kind = "JSON" if text.lstrip().startswith("{") else "TOML"
        raise InvalidInput.one(source, f"is not {kind}: {problem}") from None
    if not isinstance(data, dict):
        raise InvalidInput.one(source, "must be a table")
    return data


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for key, value in pairs:
        if key in table:
            raise ValueError(f"the key {key!r} stands there twice")
        table[key] = value
    return table


def _quietly(parse: Callable[[object, str], T], value: object, fallback: S) -> T | S:
    """What cannot be parsed has its fault already; the rest of the file is looked at all the same."""
    try:
        return parse(value, "")
    except InvalidInput:
        return fallback


def _instant(moment: Moment | None, zone_name: str, path: str, faults: Faults) -> datetime | None:
    try:
        return None if moment is None else instant(moment, zone_name, path)
    except InvalidInput as problem:
        faults.include(problem)
        return None


def _policies(data: object, taxes: object, faults: Faults) -> Mapping[str, Any]:
    """The manifest's `[billing]` table but for what the scenario says elsewhere."""
    if not isinstance(data, Mapping):
        return {}
    for name in ELSEWHERE:
        if name in data:
            faults.add(join("policies", name), "has no place here", remedy=ELSEWHERE[name])
    own = {key: value for key, value in data.items() if key not in ELSEWHERE}
    structure(BillingSettings, own, faults, "policies")
    structure(BillingSettings, {"taxes": taxes}, faults)
    return {**own, "taxes": taxes}


def _rates(data: object, faults: Faults) -> tuple[PublishedRate, ...]:
    if not isinstance(data, list | tuple) or not all(isinstance(row, Mapping) for row in data):
        faults.add("rates", "must be a list of tables", value=data)
        return ()
    return tuple(rates_of(((join("rates", index), row) for index, row in enumerate(data)), faults))


def _tables(cls: type[T], data: object, faults: Faults, path: str) -> dict[int, T]:
    """The good ones of a list of tables, by their place."""
    if not isinstance(data, list | tuple):
        faults.add(path, "must be a list of tables", value=data)
        return {}
    found = {index: structure(cls, item, faults, join(path, index)) for index, item in enumerate(data)}
    return {index: item for index, item in found.items() if item is not None}


def _entries(data: object, faults: Faults) -> dict[int, Entry]:
    """The good entries of the timeline, by their place; each is looked at by its verb's own keys."""
    if not isinstance(data, list | tuple) or len(data) > MOST_ENTRIES:
        faults.add("timeline", f"must be a list of up to {MOST_ENTRIES} tables")
        return {}
    found: dict[int, Entry] = {}
    labels = _subscriptions(data)
    for index, item in enumerate(data):
        path = join("timeline", index)
        verb = item.get("do") if isinstance(item, Mapping) else None
        if not isinstance(verb, str) or verb not in VERBS:
            if isinstance(item, Mapping):
                _unknown(faults, join(path, "do"), verb, VERBS, "is not a verb")
            else:
                faults.add(path, "must be a table", value=item)
            continue
        entry = structure(VERBS[verb], item, faults, path)
        if isinstance(entry, Subscribe):
            entry = attrs.evolve(entry, id=labels[index])
        if entry is not None:
            found[index] = entry
    return found


def _unknown(faults: Faults, path: str, value: object, known: Iterable[str], problem: str) -> None:
    """A name that there is none of, with the nearest that there is."""
    names = sorted(set(known))
    near = difflib.get_close_matches(str(value), names, n=1)
    remedy = f"did you mean {near[0]}?" if near else f"known are: {', '.join(names) or 'none'}"
    faults.add(path, problem, value=value, remedy=remedy)


def _names(tables: object, key: str) -> dict[int, str]:
    """What the tables of a list are called, by their place; also those that have faults."""
    listed = tables if isinstance(tables, list | tuple) else ()
    return {
        index: table[key]
        for index, table in enumerate(listed)
        if isinstance(table, Mapping) and isinstance(table.get(key), str)
    }


def _subscriptions(timeline: object) -> dict[int, str]:
    """What the subscriptions are called, by the place of their entry: s1, s2 … where the entry does not say."""
    verbs, ids = _names(timeline, "do"), _names(timeline, "id")
    places = [index for index, verb in verbs.items() if verb == "subscribe"]
    return {index: ids.get(index, f"s{number}") for number, index in enumerate(places, start=1)}


def _check_labels(data: Mapping[str, Any], entries: Mapping[int, Entry], faults: Faults) -> None:
    """Customers, plans and subscriptions are named once, and before they are used."""
    customers, plans = _names(data.get("customers"), "id"), _names(data.get("plans"), "code").values()
    subscriptions = _subscriptions(data.get("timeline"))
    for path, names in (("customers[{}].id", customers), ("timeline[{}].id", subscriptions)):
        for index, name in names.items():
            if name in [earlier for place, earlier in names.items() if place < index]:
                faults.add(path.format(index), "is used twice", value=name)
    for index, entry in entries.items():
        with faults.at("timeline", index):
            customer, subscription = getattr(entry, "customer", None), getattr(entry, "subscription", None)
            for path, who in (("customer", customer), ("by", getattr(entry, "by", None))):
                if who is not None and who not in customers.values():
                    _unknown(faults, path, who, customers.values(), "is not a customer of this scenario")
            above = {name for place, name in subscriptions.items() if place < index}
            if subscription is not None and subscription not in above:
                _unknown(faults, "subscription", subscription, above, "is not subscribed above")
            for path, plan in _plans_of(entry):
                if plan not in plans:
                    _unknown(faults, path, plan, plans, "is not a plan of this scenario")


def _check_codes(coupons: Mapping[int, NewCoupon], faults: Faults) -> None:
    """A code stands for one coupon; those of one coupon were looked at with it."""
    seen: set[str] = set()
    for index, coupon in coupons.items():
        codes = {canonical(code) for code in coupon.codes}
        if codes & seen:
            faults.add(join("coupons", index, "codes"), "stand for another coupon already")
        seen |= codes


def _plans_of(entry: Entry) -> Iterable[tuple[str, str]]:
    plan: str = getattr(entry, "plan", "")
    if plan:
        yield "plan", plan
    addons: Sequence[Addon] = getattr(entry, "addons", ())
    for index, addon in enumerate(addons):
        yield f"addons[{index}].plan", addon.plan


def _check_amounts(entries: Mapping[int, Entry], currencies: Mapping[str, str], faults: Faults) -> None:
    """Amounts are positive, and no finer than the customer's currency."""
    for index, entry in entries.items():
        amount: Decimal | None = getattr(entry, "amount", None)
        if amount is None:
            continue
        path = f"timeline[{index}].amount"
        places = exponent(currencies.get(getattr(entry, "customer", ""), "EUR"))
        try:
            parse_decimal(amount, places=places, path=path, minimum=0)
        except InvalidInput as problem:
            faults.include(problem)
        if amount == 0:
            faults.add(path, "must be more than 0")


def _steps(entries: Mapping[int, Entry], zones: Mapping[str, str], time_zone: str, faults: Faults) -> tuple[Step, ...]:
    """Each entry at its instant, read in the zone of its customer."""
    owners = {entry.id: entry.customer for entry in entries.values() if isinstance(entry, Subscribe)}
    steps: list[Step] = []
    for index, entry in entries.items():
        place = join("timeline", index)
        customer = getattr(entry, "customer", None) or owners.get(getattr(entry, "subscription", ""), "")
        zone_name = zones.get(customer, time_zone)
        at = _instant(entry.at, zone_name, join(place, "at"), faults)
        _instant(getattr(entry, "happened", None), zone_name, join(place, "happened"), faults)
        if at is not None:
            steps.append(Step(at=at, entry=entry, place=place))
    return tuple(steps)


def _check_span(steps: Sequence[Step], start: datetime | None, until: datetime | None, faults: Faults) -> None:
    """The entries are in order, and between start and until."""
    for number, step in enumerate(steps):
        with faults.at(step.place):
            if start is not None and step.at < start:
                faults.add("at", "is before the scenario's start", value=str(step.entry.at))
            if until is not None and step.at >= until:
                faults.add("at", "is not before the scenario's end", value=str(step.entry.at), remedy="move until")
            if number and step.at < steps[number - 1].at:
                faults.add("at", "is before the entry above it", value=str(step.entry.at), remedy="put them in order")


def _catalogue(data: Mapping[str, Any], faults: Faults) -> Catalogue:
    """Meters and plans, in the catalogue's own format."""
    try:
        return parse_tables({name: data[name] for name in ("meters", "plans") if name in data}, "plans")
    except ConfigurationError as problem:
        faults.include(problem)
        return Catalogue(plans=())
