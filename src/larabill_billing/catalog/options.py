"""What a customer may ask of a plan: its options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from larabill_billing.catalog.model import Option, OptionKind, PlanDefinition
from larabill_core.errors import Faults, InvalidInput, join
from larabill_core.privacy import refuse_pan

LONGEST_TEXT: Final = 253
"""The longest host name (RFC 1035, section 2.3.4) fits, and nothing needs more."""


def check_spec(plan: PlanDefinition, spec: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The configuration, checked; a number that is left out is as small as it may be.

    Raises `InvalidInput` with every fault; unknown options are refused (B05).
    """
    if not isinstance(spec, Mapping):
        raise InvalidInput.one(path, "must be a table of options", spec)
    faults = Faults()
    for name, value in spec.items():
        if name not in plan.options:
            known = ", ".join(sorted(plan.options)) or "none"
            faults.add(join(path, str(name)), f"is not an option of {plan.code}", remedy=f"known are: {known}")
            continue
        try:
            _check_option(plan.options[name], value, join(path, name))
        except InvalidInput as problem:
            faults.include(problem)
    faults.raise_if_any()
    least = {name: option.minimum for name, option in plan.options.items() if option.minimum}
    return {**least, **spec}


def _check_option(option: Option, value: object, path: str) -> None:
    if option.kind is OptionKind.CHOICE:
        if not isinstance(value, str) or value not in option.choices:
            raise InvalidInput.one(path, "is not a known choice", value, f"one of: {', '.join(option.choices)}")
    elif option.kind is OptionKind.BOOLEAN:
        if not isinstance(value, bool):
            raise InvalidInput.one(path, "must be true or false", value)
    elif option.kind is OptionKind.INTEGER:
        if type(value) is not int or not option.minimum <= value <= option.maximum:
            raise InvalidInput.one(path, f"must be a whole number, {option.minimum} to {option.maximum}", value)
    elif not isinstance(value, str) or len(value) > LONGEST_TEXT or not value.isprintable():
        raise InvalidInput.one(path, f"must be one line of text, up to {LONGEST_TEXT} characters", value)
    else:
        refuse_pan(value, path)
