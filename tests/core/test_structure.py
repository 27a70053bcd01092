from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

import attrs
import pytest

from larabill_core.errors import Faults, InvalidInput
from larabill_core.privacy import Secret
from larabill_core.structure import structure


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@attrs.frozen(kw_only=True)
class Part:
    code: str
    amount: Decimal = Decimal(0)


@attrs.frozen(kw_only=True)
class Whole:
    name: str
    count: int = 1
    on: bool = True
    colour: Colour = Colour.RED
    mode: Literal["a", "b"] = "a"
    wait: timedelta = timedelta(0)
    parts: tuple[Part, ...] = ()
    table: Mapping[str, int] = attrs.field(factory=dict)
    password: Secret | None = None


def faults_of(data: object) -> list[str]:
    faults = Faults()
    structure(Whole, data, faults, "whole")
    return [f"{fault.path}: {fault.problem}" for fault in faults]


def test_a_right_table_becomes_the_object() -> None:
    faults = Faults()
    whole = structure(
        Whole,
        {
            "name": "n",
            "count": 3,
            "colour": "blue",
            "wait": "15m",
            "parts": [{"code": "x", "amount": "1.50"}],
            "table": {"k": 2},
        },
        faults,
    )
    assert not len(faults)
    assert whole == Whole(
        name="n",
        count=3,
        colour=Colour.BLUE,
        wait=timedelta(minutes=15),
        parts=(Part(code="x", amount=Decimal("1.50")),),
        table={"k": 2},
    )


def test_all_faults_are_reported_at_once_by_key_path() -> None:
    assert faults_of(
        {
            "count": "3",
            "on": 1,
            "colour": "green",
            "mode": "c",
            "wait": "soon",
            "parts": [{"code": "x"}, {"cod": "y"}, 3],
            "table": {"k": "v"},
            "odd": 1,
        }
    ) == [
        "whole.odd: is not known",
        "whole.name: is missing",
        "whole.count: must be a whole number",
        "whole.on: must be true or false",
        "whole.colour: is not a known choice",
        "whole.mode: is not a known choice",
        "whole.wait: must be a duration",
        "whole.parts[1].cod: is not known",
        "whole.parts[1].code: is missing",
        "whole.parts[2]: must be a table",
        "whole.table.k: must be a whole number",
    ]


def test_an_unknown_key_is_answered_with_the_nearest_known_one() -> None:
    faults = Faults()
    structure(Whole, {"name": "n", "colur": "red"}, faults)
    assert [fault.remedy for fault in faults] == ["did you mean colour?"]


@pytest.mark.parametrize("value", [True, "1", 1.0, None, [1]])
def test_only_a_whole_number_is_a_whole_number(value: object) -> None:
    assert faults_of({"name": "n", "count": value}) == ["whole.count: must be a whole number"]


def test_a_secret_written_out_is_refused_and_not_repeated() -> None:
    faults = Faults()
    structure(Whole, {"name": "n", "password": "hunter2-canary"}, faults)
    (fault,) = faults
    assert fault.path == "password"
    assert "canary" not in str(fault)


def test_a_secret_is_read_from_where_its_name_points(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("WHOLE_PASSWORD", "hunter2")
    faults = Faults()
    whole = structure(Whole, {"name": "n", "password": {"env": "WHOLE_PASSWORD"}}, faults)
    assert whole is not None
    assert whole.password is not None
    assert whole.password.reveal() == "hunter2"
    assert "hunter2" not in repr(whole)


def test_an_unset_environment_variable_is_a_fault() -> None:
    assert faults_of({"name": "n", "password": {"env": "LARABILL_SURELY_UNSET"}}) == [
        "whole.password: environment variable LARABILL_SURELY_UNSET is not set or empty"
    ]


def test_what_the_class_itself_refuses_is_a_fault_at_its_path() -> None:
    @attrs.frozen(kw_only=True)
    class Even:
        n: int

        def __attrs_post_init__(self) -> None:
            if self.n % 2:
                raise InvalidInput.one("n", "must be even")

    faults = Faults()
    assert structure(Even, {"n": 3}, faults, "outer") is None
    assert [str(fault) for fault in faults] == ["outer.n: must be even"]
