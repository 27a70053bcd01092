"""A plan goes from the file into storage and comes back as it was, whatever it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from larabill_billing.catalog.data import FIELDS, definition_fields, to_data
from larabill_billing.catalog.loader import parse_tables
from larabill_billing.catalog.model import BillingMode, PlanDefinition, ReleasePolicy, Visibility
from larabill_billing.proration.model import Convention
from larabill_core.money import ROUNDINGS, exponent

CODES = st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,8}[a-z0-9]", fullmatch=True)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
CYCLES = st.sampled_from(["daily", "weekly", "monthly", "10_days", "18_months", "annual", "10_years"])


@cache
def numbers(places: int, largest: int = 10**6) -> st.SearchStrategy[str]:
    return st.integers(0, largest * 10**places).map(lambda units: f"{Decimal(units).scaleb(-places):f}")


@cache
def models(places: int, *, percentages: bool = False) -> st.SearchStrategy[Any]:
    """An amount of so many decimals, or the table of a pricing model."""
    fine = numbers(12)
    tier = st.fixed_dictionaries({"unit_price": fine}, optional={"flat": numbers(0)})
    step = st.fixed_dictionaries({"flat": numbers(0)})
    part = st.fixed_dictionaries({"rate": numbers(4, 100)})

    def tiers(model: str, kind: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
        bounds = st.lists(st.integers(1, 10**6), min_size=0, max_size=3, unique=True).map(sorted)
        return bounds.flatmap(
            lambda ends: st.tuples(*([kind] * (len(ends) + 1))).map(
                lambda rows: {
                    "model": model,
                    "tiers": [{**row, "up_to": end} for row, end in zip(rows, ends, strict=False)] + [rows[-1]],
                }
            )
        )

    choices: list[st.SearchStrategy[Any]] = [
        numbers(places),
        st.fixed_dictionaries({"model": st.just("flat"), "amount": numbers(0)}),
        st.fixed_dictionaries({"model": st.just("per_unit"), "unit_price": fine}),
        st.fixed_dictionaries(
            {"model": st.just("package"), "size": st.integers(1, 1000), "price": fine}, optional={"free_units": fine}
        ),
        tiers("graduated", tier),
        tiers("volume", tier),
        tiers("stair_step", step),
    ]
    if percentages:
        choices.append(st.fixed_dictionaries({"model": st.just("percentage"), "rate": numbers(4, 100)}))
        choices.append(tiers("graduated_percentage", part))
    return st.one_of(choices)


@st.composite
def plan_tables(draw: st.DrawFn) -> dict[str, Any]:
    """A plan that contradicts itself nowhere, as the file says it."""
    code = draw(CODES)
    currencies = draw(st.lists(st.sampled_from(["EUR", "USD", "JPY", "KWD"]), min_size=1, max_size=2, unique=True))
    cycles = draw(st.lists(CYCLES, min_size=1, max_size=2, unique=True))
    regions = draw(st.lists(NAMES, max_size=3, unique=True))
    provision, addon = draw(st.booleans()), draw(st.booleans())

    def each(values: Any) -> dict[str, Any]:
        return {currency: {cycle: draw(values(exponent(currency))) for cycle in cycles} for currency in currencies}

    def option() -> Any:
        kind = draw(st.sampled_from(["text", "integer", "boolean", "list", "number", "switch", "choice"]))
        if kind in ("text", "integer", "boolean"):
            return kind
        choices = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
        tables: dict[str, Callable[[], Any]] = {
            "list": lambda: choices,
            "number": lambda: {"kind": "integer", "min": 1, "max": 64, "prices": each(lambda _: numbers(12))},
            "switch": lambda: {"kind": "boolean", "prices": each(numbers)},
            "choice": lambda: {
                "choices": {choice: draw(st.sampled_from([{}, {"prices": each(numbers)}])) for choice in choices}
            },
        }
        return tables[kind]()

    table: dict[str, Any] = {
        "code": code,
        "name": draw(st.text("aäßЖ漢", min_size=1, max_size=20)),
        "product": draw(NAMES),
        "visibility": draw(st.sampled_from([str(each) for each in Visibility])),
        "provision": provision,
        "regions": regions,
        "options": {name: option() for name in draw(st.lists(NAMES, max_size=3, unique=True))},
        "release": draw(st.sampled_from([str(each) for each in ReleasePolicy])),
        "on_failure": draw(st.sampled_from(["hold", "credit", "refund"])),
        "minimum_term_months": draw(st.integers(0, 366)),
        "notice_days": draw(st.integers(0, 366)),
        "billing": draw(st.sampled_from([str(each) for each in BillingMode])),
        "addon": addon,
        "quantity": {"min": draw(st.integers(1, 10)), "max": draw(st.integers(10, 1000))},
        "prices": each(models),
        "phases": [
            {"cycles": draw(st.integers(1, 12)), "prices": each(models)} for _ in range(draw(st.integers(0, 2)))
        ],
        "usage": [
            {
                "meter": meter,
                "included": draw(numbers(12)),
                "prepaid": draw(st.booleans()),
                "prices": {currency: draw(models(12, percentages=True)) for currency in currencies},
            }
            for meter in draw(st.lists(CODES, max_size=2, unique=True))
        ],
    }
    if not addon and draw(st.booleans()):
        table["trial"] = {"days": draw(st.integers(1, 366)), "needs_method": draw(st.booleans())}
    if draw(st.booleans()):
        table["proration"] = {
            "convention": draw(st.sampled_from([str(each) for each in Convention])),
            "rounding": draw(st.sampled_from(sorted(ROUNDINGS))),
            "precision": draw(st.integers(0, 12)),
        }
    if draw(st.booleans()):
        table["stock"] = {region: draw(st.integers(0, 100)) for region in regions} if regions else 7
    if draw(st.booleans()):
        table["commitment"] = {currency: draw(numbers(exponent(currency))) for currency in currencies}
    for currency in currencies:
        if draw(st.booleans()):
            table["prices"][currency]["setup"] = draw(models(exponent(currency)))
    return table


def catalogue_of(table: dict[str, Any]) -> dict[str, Any]:
    """A file with this plan, a plan that it requires, one that it conflicts with, and its meters."""
    plain = {"name": "Plain", "prices": {"EUR": {"monthly": "1.00"}}}
    others = [{"code": f"{code}-{table['code']}"[:20].rstrip("-._"), **plain} for code in ("needed", "rival")]
    meters = [{"code": usage["meter"], "aggregation": "sum", "unit": "GB"} for usage in table["usage"]]
    plan = {**table, "requires": [others[0]["code"]], "conflicts": [others[1]["code"]]}
    return {"plans": [plan, *others], "meters": meters}


unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A plan is much data, and other workers share the processor."""


@unhurried
@given(plan_tables())
def test_every_definition_survives_storage(table: dict[str, Any]) -> None:
    defined = parse_tables(catalogue_of(table)).plans[0]
    stored = json.dumps(to_data(defined), allow_nan=False)
    assert PlanDefinition(**definition_fields(json.loads(stored))) == defined


@unhurried
@given(plan_tables())
def test_nothing_that_the_file_says_is_lost(table: dict[str, Any]) -> None:
    plan = parse_tables(catalogue_of(table)).plans[0]
    for name in ("code", "name", "product", "visibility", "provision", "release", "on_failure", "billing", "addon"):
        assert getattr(plan, name) == table[name]
    for name in ("minimum_term_months", "notice_days"):
        assert getattr(plan, name) == table[name]
    assert list(plan.regions) == table["regions"]
    assert list(plan.options) == list(table["options"])
    assert (plan.quantity_minimum, plan.quantity_maximum) == (table["quantity"]["min"], table["quantity"]["max"])
    trial = table.get("trial", {"days": 0, "needs_method": False})
    assert (plan.trial_days, plan.trial_needs_method) == (trial["days"], trial["needs_method"])
    policy = None if plan.proration is None else attrs.asdict(plan.proration)
    assert {**(policy or {}), **table.get("proration", {})} == (policy or {})
    assert len(plan.prices) == sum(len(prices) for prices in table["prices"].values())
    assert [phase.cycles for phase in plan.phases] == [phase["cycles"] for phase in table["phases"]]
    metered = [(use["meter"], currency, use["prepaid"]) for use in table["usage"] for currency in use["prices"]]
    assert [(use.meter, use.currency, use.prepaid) for use in plan.usage] == metered
    assert {currency: str(amount) for currency, amount in plan.commitments.items()} == table.get("commitment", {})


def test_what_was_stored_before_a_key_was_known_takes_its_default() -> None:
    data = to_data(PlanDefinition(code="a", name="A", trial_days=14))
    assert set(data) == set(FIELDS)
    del data["trial_days"]
    assert PlanDefinition(**definition_fields(data)) == PlanDefinition(code="a", name="A")
