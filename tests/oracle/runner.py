"""Runs worked cases of other systems through LaraBill's own functions and counts which come out right.

A case is matched by its area, its source and the names of its inputs, never by its id. It fails when no shape fits it,
when the library refuses it, and when one of its expected values differs. An area without a module here is reported as
not run and counts neither way; with `--all` its cases fail.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
from tests.oracle.units import same

DEFAULT = Path(__file__).with_name("cases.json")
Answers = Mapping[str, Any]
"""Values by the names that cases expect them under; a function in place of a value is called when it is asked for."""


@attrs.frozen
class Case:
    """One worked number: its source, its inputs and what must come out."""

    id: str
    area: str
    source: str
    """The repository, or the address of the page."""
    path: str
    """The file within the repository."""
    inputs: Mapping[str, Any]
    expected: Mapping[str, Any]


@attrs.frozen
class Shape:
    """Cases of one source that have all `required` inputs and none beyond these and the `optional` ones.

    `source` is a repository, an address, or a site such as `stripe.com` for all of its pages. With `*` among the
    optional names, others are taken for remarks: where the required ones say it all. A case passes when one of the
    shapes that fit it answers everything expected.
    """

    source: str
    required: frozenset[str]
    answer: Callable[[Case], Answers]
    optional: frozenset[str] = frozenset()

    def fits(self, case: Case) -> bool:
        names = case.inputs.keys()
        known = "*" in self.optional or names <= self.required | self.optional
        return self.source in (case.source, _site(case.source)) and self.required <= names and known


def _site(source: str) -> str:
    """The site of an address, without `www`, `docs` and the like."""
    host = urlsplit(source).hostname or ""
    return ".".join(host.split(".")[-2:])


def shape(source: str, required: str, answer: Callable[[Case], Answers], optional: str = "") -> Shape:
    """A shape from names separated by blanks."""
    return Shape(source, frozenset(required.split()), answer, frozenset(optional.split()))


def read(path: Path) -> list[Case]:
    """The cases of a file; its fractions stay decimal."""
    found = json.loads(path.read_text("utf-8"), parse_float=Decimal)
    return [
        Case(
            id=each["id"],
            area=each["area"],
            source=each["source"].get("repo") or each["source"]["url"],
            path=each["source"].get("path", ""),
            inputs=each["inputs"],
            expected=each["expected"],
        )
        for each in found
    ]


def fault(case: Case, shapes: Iterable[Shape]) -> str | None:
    """Why the case fails, or None when it passes."""
    fitting = [each for each in shapes if each.fits(case)]
    if not fitting:
        return f"no shape of {case.source} with the inputs {', '.join(sorted(case.inputs))}"
    reasons = [_fault_with(case, each) for each in fitting]
    return None if None in reasons else reasons[0]


def _fault_with(case: Case, chosen: Shape) -> str | None:
    try:
        answers = chosen.answer(case)
        for name, expected in case.expected.items():
            if name not in answers:
                return f"nothing here answers {name}"
            value = answers[name]
            found = value() if callable(value) else value
            if not same(expected, found):
                return f"{name} is {_shown(found)} and should be {_shown(expected)}"
    except Exception as problem:
        return f"{type(problem).__name__}: {problem}"
    return None


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_shown, value))}]"
    return str(value)


def run(cases: Sequence[Case], shapes: Mapping[str, Iterable[Shape]]) -> dict[str, dict[str, str | None]]:
    """For each area that has shapes: the ids of its cases, with what is wrong with each, or None."""
    found: dict[str, dict[str, str | None]] = {}
    for case in cases:
        if case.area in shapes:
            found.setdefault(case.area, {})[case.id] = fault(case, shapes[case.area])
    return found


def report(
    cases: Sequence[Case], results: Mapping[str, Mapping[str, str | None]], *, everything: bool
) -> tuple[str, bool]:
    """The text for people, and whether nothing failed."""
    lines, total = [], Counter[bool]()
    for area in dict.fromkeys(case.area for case in cases):
        if area in results:
            outcome = results[area]
        else:
            outcome = {case.id: "this area is not run yet" for case in cases if case.area == area}
            if not everything:
                lines.append(f"{area}: not run ({len(outcome)} cases)")
                continue
        counts = Counter(problem is None for problem in outcome.values())
        total.update(counts)
        lines.append(f"{area}: {_counted(counts)}")
        lines.extend(f"  {name}: {problem}" for name, problem in outcome.items() if problem is not None)
    return "\n".join([*lines, _counted(total)]), total[False] == 0


def _counted(counts: Counter[bool]) -> str:
    return f"{counts[True]} passed, {counts[False]} failed"


def where(arguments: Sequence[str]) -> Path:
    """The file that is asked for: the argument, or LARABILL_ORACLE_CASES, or the one that is kept here."""
    named = [each for each in arguments if not each.startswith("-")]
    return Path(named[0] if named else os.environ.get("LARABILL_ORACLE_CASES") or DEFAULT)
