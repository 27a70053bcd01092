"""Argument vectors with placeholders, and the one string that SSH sends (B43). Pure.

SSH always hands one string to the remote shell, so every element is quoted; and what comes from outside is checked
first, field by field, against what such a value can be. A value never begins with "-", so it cannot become an option.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

import attrs

from larabill_core.errors import Faults, InvalidInput

REF = re.compile(r"lb[a-z2-7]{26}")
USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_FIELDS: Mapping[str, re.Pattern[str]] = {
    "ref": REF,
    "user": USER,
    "service_id": re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "plan": _CODE,
    "region": _CODE,
    "key": re.compile(r"[A-Za-z0-9][A-Za-z0-9:_-]{0,199}"),
}
_SPEC = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@:+-]{0,252}")
_SPEC_NAME = re.compile(r"spec\.[a-z][a-z0-9_]{0,39}")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST_ELEMENT = 1_000
_MOST_ELEMENTS = 100


@attrs.frozen(kw_only=True)
class Commands:
    """One argument vector per operation. Empty: the provider cannot do that."""

    provision: tuple[str, ...]
    status: tuple[str, ...]
    suspend: tuple[str, ...]
    resume: tuple[str, ...]
    deprovision: tuple[str, ...]
    resize: tuple[str, ...] = ()
    list: tuple[str, ...] = ()
    usage: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        for field in attrs.fields(type(self)):
            vector = getattr(self, field.name)
            if not vector and field.default is attrs.NOTHING:
                faults.add(field.name, "is empty", remedy='give an argument vector: ["program", "argument", …]')
            known = _known_to(field.name)
            for index, element in enumerate(vector):
                for problem, remedy in _element_faults(element, index, known):
                    faults.add(f"{field.name}[{index}]", problem, value=element, remedy=remedy)
            if len(vector) > _MOST_ELEMENTS:
                faults.add(field.name, f"has more than {_MOST_ELEMENTS} elements")
        faults.raise_if_any()


def _known_to(operation: str) -> frozenset[str]:
    """What is known when the operation is run: status has the ref only, and list not even that."""
    match operation:
        case "list":
            return frozenset()
        case "status":
            return frozenset({"ref"})
        case "usage":
            return frozenset({"user"})
        case "provision":
            return frozenset({*_FIELDS, "spec"})
        case _:
            return frozenset({*_FIELDS, "spec"} - {"region"})


def _element_faults(element: str, index: int, known: frozenset[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if _UNPRINTABLE.search(element) or not 0 < len(element) <= _LONGEST_ELEMENT:
        found.append((f"must be 1 to {_LONGEST_ELEMENT} characters without line breaks", ""))
    names = _PLACEHOLDER.findall(element)
    if index == 0 and (names or element.startswith("-")):
        found.append(("is the program: it is written out", "use the program's full path"))
    for name in names:
        if ("spec" if _SPEC_NAME.fullmatch(name) else name) not in known:
            able = ", ".join(sorted(known)).replace("spec", "spec.NAME") or "none"
            found.append((f"{{{name}}} is not known to this operation", f"known are: {able}"))
    if set(_PLACEHOLDER.sub("", element)) & {"{", "}"}:
        found.append(("has a brace that belongs to no placeholder", ""))
    return found


def command_line(vector: tuple[str, ...], values: Mapping[str, object]) -> str:
    """The quoted string. Raises `InvalidInput` with every value that is missing or cannot be what its field is."""
    faults = Faults()
    for name in dict.fromkeys(name for element in vector for name in _PLACEHOLDER.findall(element)):
        pattern = _FIELDS.get(name, _SPEC)
        value = values.get(name)
        if value is None or value == "":
            faults.add(name, "is missing, and the command needs it")
        elif not pattern.fullmatch(_text(value)):
            faults.add(name, "may not stand in a command", value=value, remedy=f"allowed: {pattern.pattern}")
    faults.raise_if_any(InvalidInput)
    elements = [_PLACEHOLDER.sub(lambda found: _text(values[found[1]]), element) for element in vector]
    return " ".join(shlex.quote(element) for element in elements)


def _text(value: object) -> str:
    """Text and whole numbers as they are, true and false as JSON has them; nothing else has a form in a command."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else "\0"
