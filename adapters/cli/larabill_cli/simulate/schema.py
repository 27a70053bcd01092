"""JSON Schemas of a scenario and of what `--json` prints, made from the classes themselves.

`python -m larabill_cli.simulate.schema scenario` and `… report` print the files in `docs/reference`.
"""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import attrs
import click

from larabill_cli.simulate.entries import VERBS
from larabill_cli.simulate.scenario import Buyer, ScenarioFile
from larabill_cli.simulate.shown import Report

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_RATE: Final = {
    "type": "object",
    "description": "An exchange rate: on a day, one unit of base was worth rate of quote.",
    "properties": {name: {"type": "string"} for name in ("on", "base", "quote", "rate")},
    "required": ["on", "base", "quote", "rate"],
    "additionalProperties": False,
}
_AS_IN: Final = "as in a catalogue file: docs/reference/catalogue.md"


def scenario_schema() -> dict[str, Any]:
    """Of a scenario as JSON; in TOML dates and times need no quotes."""
    entries = [_entry(verb) for verb in VERBS]
    schema = _object(ScenarioFile)
    schema["properties"] |= {
        "policies": {"type": "object", "description": "the keys of [billing]: docs/reference/manifest.md"},
        "taxes": {"type": "array", "items": {"type": "object"}, "description": "docs/reference/manifest.md"},
        "meters": {"type": "array", "items": {"type": "object"}, "description": _AS_IN},
        "plans": {"type": "array", "items": {"type": "object"}, "minItems": 1, "description": _AS_IN},
        "coupons": {"type": "array", "items": {"type": "object"}, "description": "docs/how-to/discounts.md"},
        "rates": {"type": "array", "items": _RATE},
        "customers": {"type": "array", "items": _object(Buyer)},
        "timeline": {"type": "array", "items": {"oneOf": entries}},
    }
    schema["required"] = [*schema["required"], "plans"]
    return {"$schema": _DIALECT, "title": "A scenario of larabill simulate", **schema}


def report_schema() -> dict[str, Any]:
    """Of what `larabill simulate --json` prints."""
    return {"$schema": _DIALECT, "title": "What larabill simulate --json prints", **_object(Report, whole=True)}


def _entry(verb: str) -> dict[str, Any]:
    schema = _object(VERBS[verb])
    schema["properties"]["do"] = {"const": verb}
    return schema


def _object(cls: type[Any], *, whole: bool = False) -> dict[str, Any]:
    """An attrs class. `whole`: all fields are there, as they are in what we print."""
    hints = get_type_hints(cls)
    fields = attrs.fields(cls)
    return {
        "type": "object",
        "description": (cls.__doc__ or "").partition("\n\n")[0],
        "properties": {field.name: _value(hints[field.name], whole=whole) for field in fields},
        "required": [field.name for field in fields if whole or field.default is attrs.NOTHING],
        "additionalProperties": False,
    }


def _value(hint: Any, *, whole: bool) -> dict[str, Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _union(arguments, whole=whole)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is tuple:
        return {"type": "array", "items": _value(arguments[0], whole=whole)}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object"}
    if attrs.has(hint):
        return _object(hint, whole=whole)
    return dict(_SCALARS.get(hint, {"type": "string"})) if hint is not Any else {}


def _union(choices: tuple[Any, ...], *, whole: bool) -> dict[str, Any]:
    """A date or a datetime is text; what may be missing in a scenario is left out, and printed as null."""
    rest = [choice for choice in choices if choice is not types.NoneType]
    if all(choice in (date, datetime) or get_origin(choice) is Literal for choice in rest):
        shown: dict[str, Any] = {"type": "string"} if len(rest) > 1 else _value(rest[0], whole=whole)
    else:
        shown = _value(rest[0], whole=whole)
    return {"anyOf": [shown, {"type": "null"}]} if whole and len(rest) < len(choices) else shown


_SCALARS: Final[Mapping[Any, dict[str, Any]]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    Decimal: {"type": ["string", "integer"]},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
}

SCHEMAS: Final = {"scenario": scenario_schema, "report": report_schema}


@click.command()
@click.argument("which", type=click.Choice(list(SCHEMAS)))
def main(which: str) -> None:
    """Print one of the two schemas."""
    click.echo(text(which))


def text(which: str) -> str:
    """The schema as it stands in its file."""
    return json.dumps(SCHEMAS[which](), indent=2, ensure_ascii=False)


if __name__ == "__main__":
    main()
