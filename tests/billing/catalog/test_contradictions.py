"""What a catalogue may not say, each fault at its place and all at once; what is right besides is no fault."""

from __future__ import annotations

from typing import Any

import pytest

from larabill_billing.catalog.loader import parse_catalog, parse_tables
from larabill_core.errors import ConfigurationError

PLAN: dict[str, Any] = {"code": "web", "name": "Web", "prices": {"EUR": {"monthly": "5.00", "annual": "50.00"}}}
OTHER: dict[str, Any] = {"code": "mail", "name": "Mail", "prices": {"EUR": {"monthly": "1.00"}}}
BOTH = {"EUR": {"monthly": "1", "annual": "9"}}


def faults(**changes: Any) -> dict[str, str]:
    """The faults of the plan `web` with these changes, beside the plan `mail`; without the paths' beginning."""
    with pytest.raises(ConfigurationError) as raised:
        parse_tables({"plans": [{**PLAN, **changes}, OTHER], "meters": METERS})
    return {fault.path.removeprefix("plans[0]."): fault.problem for fault in raised.value.faults}


METERS = [{"code": "traffic", "aggregation": "sum", "unit": "GB"}]


def usage(**changes: Any) -> list[dict[str, Any]]:
    return [{"meter": "traffic", "prices": {"EUR": "0.000000000001"}, **changes}]


def tiers(*rows: Any, model: str = "graduated") -> dict[str, Any]:
    return {"EUR": {"monthly": {"model": model, "tiers": list(rows)}}}


def model(**table: Any) -> dict[str, Any]:
    return {"EUR": {"monthly": table}}


BAD = [
    # prices
    ({"prices": {"EUR": {"monthly": "-1"}}}, {"prices.EUR.monthly"}),
    ({"prices": {"EUR": {"monthly": "1.001"}}}, {"prices.EUR.monthly"}),
    ({"prices": {"JPY": {"monthly": "1.5"}}}, {"prices.JPY.monthly"}),
    ({"prices": {"EUR": {"monthly": 1.5}}}, {"prices.EUR.monthly"}),
    ({"prices": {"EUR": {"hourly": "1"}}}, {"prices.EUR.hourly"}),
    ({"prices": {"EUR": {"0_days": "1"}}}, {"prices.EUR.0_days"}),
    ({"prices": {"EUR": {"11_years": "1"}}}, {"prices.EUR.11_years"}),
    ({"prices": {"EUR": {"annual": "1", "12_months": "2"}}}, {"prices.EUR.12_months"}),
    ({"prices": {"EUR": {"one_time": "1", "monthly": "2"}}}, {"prices.EUR"}),
    ({"prices": {"EUR": {"setup": "1"}}}, {"prices.EUR"}),
    ({"prices": {"EUR": {}}}, {"prices.EUR"}),
    ({"prices": {"XXX": {"monthly": "1"}}}, {"prices.XXX"}),
    ({"prices": {}}, {"prices"}),
    # pricing models
    ({"prices": model(model="cheap")}, {"prices.EUR.monthly.model"}),
    ({"prices": model(model="flat", amount="1.001")}, {"prices.EUR.monthly.amount"}),
    ({"prices": model(model="per_unit", unit_price="0.0000000000001")}, {"prices.EUR.monthly.unit_price"}),
    ({"prices": model(model="percentage", rate="5")}, {"prices.EUR.monthly"}),
    ({"prices": model(model="package", size=0, price="-1")}, {"prices.EUR.monthly.size", "prices.EUR.monthly.price"}),
    ({"prices": tiers()}, {"prices.EUR.monthly.tiers"}),
    (
        {"prices": tiers({"up_to": 10, "unit_price": "2"}, {"up_to": 5, "unit_price": "1"}, {"unit_price": "1"})},
        {"prices.EUR.monthly.tiers[1].up_to"},
    ),
    ({"prices": tiers({"unit_price": "1"}, {"unit_price": "2"})}, {"prices.EUR.monthly.tiers[0].up_to"}),
    ({"prices": tiers({"up_to": 10, "unit_price": "1"})}, {"prices.EUR.monthly.tiers[0].up_to"}),
    (
        {"prices": tiers({"up_to": 10, "unit_price": "1"}, {"from": 12, "unit_price": "2"})},
        {"prices.EUR.monthly.tiers[1].from"},
    ),
    (
        {"prices": tiers({"up_to": 10, "unit_price": "1"}, {"from": 5, "unit_price": "2"})},
        {"prices.EUR.monthly.tiers[1].from"},
    ),
    # phases
    ({"phases": [{"cycles": 3, "prices": {"EUR": {"monthly": "1"}}}]}, {"phases[0].prices.EUR.annual"}),
    (
        {"phases": [{"cycles": 3, "prices": {**BOTH, "USD": {"monthly": "1"}}}]},
        {"phases[0].prices.USD.monthly"},
    ),
    ({"phases": [{"cycles": 0, "prices": BOTH}]}, {"phases[0].cycles"}),
    ({"phases": [{"cycles": 1, "prices": {"EUR": {"setup": "1"}}}]}, {"phases[0].prices.EUR.setup"}),
    (
        {"prices": {"EUR": {"one_time": "1"}}, "phases": [{"cycles": 1, "prices": {"EUR": {"monthly": "1"}}}]},
        {"phases[0].prices.EUR.monthly"},
    ),
    # options
    ({"options": {"a": "date"}}, {"options.a"}),
    ({"options": {"a": []}}, {"options.a"}),
    ({"options": {"a": ["x", "x", 1]}}, {"options.a[1]", "options.a[2]"}),
    ({"options": {"a": {"kind": "integer", "min": 5, "max": 4}}}, {"options.a.min"}),
    ({"options": {"a": {"kind": "integer", "min": -1}}}, {"options.a.min"}),
    ({"options": {"a": {"kind": "boolean", "min": 1}}}, {"options.a.min"}),
    ({"options": {"a": {}}}, {"options.a.kind"}),
    ({"options": {"a": {"kind": "text", "prices": BOTH}}}, {"options.a.prices"}),
    ({"options": {"a": {"kind": "integer", "choices": ["x"]}}}, {"options.a.choices"}),
    ({"options": {"a": {"choices": ["x"], "prices": BOTH}}}, {"options.a.prices"}),
    ({"options": {"a": {"choices": {"x": {"price": "1"}}}}}, {"options.a.choices.x"}),
    ({"options": {"a": {"kind": "boolean", "prices": {"EUR": {"monthly": "1"}}}}}, {"options.a.prices.EUR.annual"}),
    (
        {"options": {"a": {"kind": "boolean", "prices": {"EUR": {**BOTH["EUR"], "weekly": "1"}}}}},
        {"options.a.prices.EUR.weekly"},
    ),
    (
        {"options": {"a": {"choices": {"x": {}, "y": {"prices": {"EUR": {"monthly": "1"}}}}}}},
        {"options.a.choices.y.prices.EUR.annual"},
    ),
    # use
    ({"usage": usage(meter="mileage")}, {"usage[0].meter"}),
    ({"usage": usage() + usage()}, {"usage[1].meter"}),
    ({"usage": usage(included="-1")}, {"usage[0].included"}),
    ({"usage": usage(prices={"EUR": "0.0000000000001"})}, {"usage[0].prices.EUR"}),
    ({"usage": usage(prices={"EUR": "1", "USD": "1"})}, {"usage[0].prices.USD"}),
    ({"usage": usage(prices={"USD": "1"})}, {"usage[0].prices.USD", "usage[0].prices.EUR"}),
    ({"usage": usage(prices={})}, {"usage[0].prices"}),
    ({"usage": usage(), "prices": {"EUR": {"one_time": "1"}}}, {"usage"}),
    ({"commitment": {"USD": "5"}}, {"commitment.USD"}),
    ({"commitment": {"EUR": "5.001"}}, {"commitment.EUR"}),
    ({"commitment": {"EUR": "5"}, "prices": {"EUR": {"one_time": "1"}}}, {"commitment"}),
    # trials, limits, stock
    ({"trial": {"days": 0}}, {"trial.days"}),
    ({"trial": {}}, {"trial.days"}),
    ({"trial": {"days": 14}, "addon": True}, {"trial"}),
    ({"trial": {"days": 14}, "prices": {"EUR": {"one_time": "1"}}}, {"trial"}),
    ({"quantity": {"min": 5, "max": 2}}, {"quantity.min"}),
    ({"quantity": {"min": 0}}, {"quantity.min"}),
    ({"quantity": {"max": 1001}, "provision": True}, {"quantity.max"}),
    ({"stock": -1}, {"stock"}),
    ({"stock": {"fsn1": 1}}, {"stock"}),
    ({"stock": 1, "regions": ["fsn1"]}, {"stock"}),
    ({"stock": {"fsn1": 1, "nbg1": 1}, "regions": ["fsn1"]}, {"stock.nbg1"}),
    ({"stock": {"fsn1": "many"}, "regions": ["fsn1"]}, {"stock.fsn1"}),
    ({"regions": ["fsn1", "fsn1", ""]}, {"regions[1]", "regions[2]"}),
    # company
    ({"requires": ["web"]}, {"requires[0]"}),
    ({"conflicts": ["web"]}, {"conflicts[0]"}),
    ({"requires": ["none"], "conflicts": ["no"]}, {"requires[0]", "conflicts[0]"}),
    ({"requires": ["mail"], "conflicts": ["mail"]}, {"conflicts[0]"}),
    ({"requires": ["mail", "mail"]}, {"requires[1]"}),
    # the rest
    ({"visibility": "secret"}, {"visibility"}),
    ({"billing": "later"}, {"billing"}),
    (
        {"proration": {"convention": "guess", "rounding": "so", "month_days": 99, "precison": 1}},
        {"proration.convention", "proration.rounding", "proration.month_days", "proration.precison"},
    ),
    ({"proration": "none"}, {"proration"}),
    (
        {"proration": {"convention": "none", "rounding": "up_a_bit", "precision": 99}},
        {"proration.rounding", "proration.precision"},
    ),
    ({"proration": {}}, {"proration.convention"}),
    ({"prodct": "x"}, {"prodct"}),
    ({"product": ""}, {"product"}),
]


@pytest.mark.parametrize(
    ("changes", "places"), BAD, ids=[f"{sorted(places)[0]}-{i}" for i, (_, places) in enumerate(BAD)]
)
def test_each_contradiction_is_named_at_its_place(changes: dict[str, Any], places: set[str]) -> None:
    assert set(faults(**changes)) == places


def test_contradictions_are_told_together_with_plain_faults_and_none_is_guessed() -> None:
    """What has to do with a faulty key is left out; what does not is checked."""
    found = faults(
        prices={"EUR": {"monthly": "5.001"}},
        phases=[{"cycles": 1, "prices": {"USD": {"weekly": "1"}}}],
        usage=usage(prices={"GBP": "1"}),
        quantity={"min": 5, "max": 2},
        stock={"fsn1": 1},
        requires=["none"],
        nam="x",
    )
    assert set(found) == {"prices.EUR.monthly", "quantity.min", "stock", "requires[0]", "nam"}


def test_plans_that_could_never_be_sold_are_named() -> None:
    with pytest.raises(ConfigurationError) as raised:
        parse_tables({"plans": [{**PLAN, "requires": ["mail"]}, {**OTHER, "conflicts": ["web"]}]})
    assert [fault.path for fault in raised.value.faults] == ["plans[0].requires"]
    parse_tables({"plans": [{**PLAN, "conflicts": ["mail"]}, {**OTHER, "conflicts": ["web"]}]})


def test_faults_of_meters_stand_beside_those_of_plans() -> None:
    text = """
[[meters]]
code = "a"
aggregation = "guess"
unit = "GB"
[[meters]]
code = "a"
aggregation = "sum"
unit = "GB"
[[plans]]
code = "web"
prices.EUR = { monthly = "1" }
usage = [{ meter = "a", prices.EUR = "0.1" }, { meter = "b", prices.EUR = "0.1" }]
"""
    with pytest.raises(ConfigurationError) as raised:
        parse_catalog(text)
    assert {fault.path for fault in raised.value.faults} == {
        "meters[0].aggregation",
        "meters[1].code",
        "plans[0].name",
        "plans[0].usage[1].meter",
    }


@pytest.mark.parametrize(
    "tables", [{"plans": {}}, {"plans": "web"}, {"plans": [PLAN], "meters": {"code": "a"}}, {"plans": ["web"]}]
)
def test_tables_that_are_none_are_faults_not_crashes(tables: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        parse_tables(tables)
