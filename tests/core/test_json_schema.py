"""What can be configured has a JSON Schema, and that is what `structure` takes."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from jsonschema import Draft202012Validator

from larabill_core.json_schema import json_schema
from larabill_core.module import load_target
from larabill_core.privacy import Secret
from larabill_drivers.registry import load_infos

INFOS = load_infos()


@attrs.frozen(kw_only=True)
class Example:
    key: Secret
    wait: timedelta = timedelta(minutes=2)


@pytest.mark.parametrize("name", INFOS)
def test_all_that_a_driver_takes_has_a_schema(name: str) -> None:
    info = INFOS[name]
    for kind in (info.settings_class, info.config_class, info.spec_class):
        if kind is not None:
            Draft202012Validator.check_schema(json_schema(kind))


@pytest.mark.parametrize("name", [name for name, info in INFOS.items() if info.fake])
def test_what_a_driver_is_tried_out_with_fits(name: str) -> None:
    info = INFOS[name]
    fake = load_target(info.fake)
    Draft202012Validator(json_schema(info.settings_class)).validate(fake.settings("https://provider.example.com"))
    for plan in fake.plans.values():
        Draft202012Validator(json_schema(info.config_class or object)).validate(plan.get("config", {}))
    Draft202012Validator(json_schema(info.spec_class or object)).validate(fake.spec(1))


@pytest.mark.parametrize(
    ("data", "fits"),
    [
        ({"key": {"env": "KEY"}}, True),
        ({"key": {"file": "key.txt"}, "wait": "90s"}, True),
        ({"key": "the secret itself"}, False),
        ({"key": {"env": "KEY"}, "wait": "PT90S"}, False),
        ({"key": {"env": "KEY"}, "unknown": 1}, False),
        ({}, False),
    ],
)
def test_secrets_are_named_and_durations_written_as_in_the_manifest(data: object, fits: bool) -> None:
    schema = json_schema(Example)
    assert Draft202012Validator(schema).is_valid(data) is fits
    assert schema["$defs"]["Example"]["properties"]["wait"]["default"] == "120s"
