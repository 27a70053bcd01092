"""Meters: what a catalogue says of them, strictly; and that a meter which has counted keeps its meaning."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from tests.billing.usage.scene import Scene

from larabill_billing.catalog.meters import Aggregation, MeterDefinition
from larabill_core.errors import Faults, InvalidInput
from larabill_core.structure import structure

GOOD = {"code": "traffic", "aggregation": "sum", "unit": "GB"}


def test_a_meter_is_a_table_of_three_keys_or_four() -> None:
    faults = Faults()
    found = structure(MeterDefinition, {**GOOD, "property": "gigabytes"}, faults)
    assert found == MeterDefinition(code="traffic", aggregation=Aggregation.SUM, unit="GB", property="gigabytes")
    assert structure(MeterDefinition, GOOD, faults) == MeterDefinition(
        code="traffic", aggregation=Aggregation.SUM, unit="GB"
    )
    assert not len(faults)


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"code": "Traffic", "aggregation": "mean", "unit": ""}, ["m.code", "m.aggregation", "m.unit"]),
        ({"code": "4111 1111 1111 1111"}, ["m.code"]),
        ({"code": "4111111111111111", "unit": "4111111111111111"}, ["m.code", "m.unit"]),
        ({"unit": "x" * 33, "property": "a b"}, ["m.unit", "m.property"]),
        ({"unit": 5, "property": ""}, ["m.unit", "m.property"]),
        ({"aggregate": "sum"}, ["m.aggregate"]),
    ],
    ids=str,
)
def test_faults_of_a_meter_are_told_together(changes: dict[str, Any], paths: list[str]) -> None:
    faults = Faults()
    structure(MeterDefinition, {**GOOD, **changes}, faults, "m")
    assert sorted(fault.path for fault in faults) == sorted(paths)


def define(scene: Scene, *meters: MeterDefinition) -> None:
    scene.engine.billing.usage.define_meters(scene.seller, meters)


def test_a_meter_that_has_counted_keeps_its_aggregation(scene: Scene) -> None:
    stored = {meter.code: meter for meter in scene.engine.billing.usage.meters(scene.seller)}
    scene.record(scene.event("a", 1), scene.event("b", 1, "peak"))
    changed = [
        MeterDefinition(code=code, aggregation=Aggregation.LAST, unit="TB") for code in ("peak", "disk", "traffic")
    ]
    with pytest.raises(InvalidInput) as problem:
        define(scene, *changed)
    assert [fault.path for fault in problem.value.faults] == ["meters[0].aggregation", "meters[2].aggregation"]
    assert {meter.code: meter for meter in scene.engine.billing.usage.meters(scene.seller)} == stored


def test_a_meter_changes_otherwise(scene: Scene) -> None:
    scene.record(scene.event("a", 1))
    define(
        scene,
        MeterDefinition(code="traffic", aggregation=Aggregation.SUM, unit="GiB", property="gib"),
        MeterDefinition(code="disk", aggregation=Aggregation.MAX, unit="GB"),
        MeterDefinition(code="new", aggregation=Aggregation.SUM, unit="x"),
    )
    meters = {meter.code: meter for meter in scene.engine.billing.usage.meters(scene.seller)}
    assert (meters["traffic"].unit, meters["traffic"].property) == ("GiB", "gib")
    assert meters["disk"].aggregation is Aggregation.MAX
    assert meters["new"].unit == "x"
    assert {attrs.evolve(meter, seller_id=scene.seller) for meter in meters.values()} == set(meters.values())


def test_meters_are_each_sellers_own(scene: Scene) -> None:
    other = Scene.open(scene.engine, scene.clock)
    scene.record(scene.event("a", 1))
    define(other, MeterDefinition(code="traffic", aggregation=Aggregation.MAX, unit="GB"))
    [mine] = [meter for meter in scene.engine.billing.usage.meters(scene.seller) if meter.code == "traffic"]
    assert mine.aggregation is Aggregation.SUM
